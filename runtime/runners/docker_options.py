"""Kestra's properties of the Docker task runner, as the engine's API takes them (flow-language.md section 12)."""

import os
from collections.abc import Mapping
from typing import Any

from runtime.errors import TaskFailed
from runtime.runners.base import Job

PREFIX = "flowdeck"
JOB = f"{PREFIX}.job"
CPU = 1_000_000_000  # nanoseconds of a second


def labels(job: Job) -> dict[str, str]:
    """Whose container it is."""
    owner = job.labels
    return {
        JOB: job.id,
        f"{PREFIX}.namespace": owner.namespace,
        f"{PREFIX}.flow": owner.flow_id,
        f"{PREFIX}.execution": owner.execution_id,
        f"{PREFIX}.task": owner.task_id,
        f"{PREFIX}.task-run": owner.task_run_id,
        f"{PREFIX}.attempt": str(owner.attempt),
    }


def container_name(job: Job) -> str:
    """The same for the same attempt, so that the engine itself refuses a second one."""
    return f"{PREFIX}-{job.id.replace('/', '-')}"


def is_mounted(job: Job, *, is_local: bool) -> bool:
    """Whether the working directory is seen in place; else it travels in and out as an archive."""
    strategy = str(job.options.get("fileHandlingStrategy", "")).upper()
    return is_local and strategy != "VOLUME"


def host_config(api: Any, job: Job, *, mounted: bool) -> Any:
    """What the engine calls the host's part of a container."""
    options = job.options
    binds = [str(volume) for volume in options.get("volumes") or ()]
    if mounted:
        binds.append(f"{job.directory}:{job.directory}")
    return api.create_host_config(
        binds=binds,
        init=True,  # dbt as process 1 would ignore SIGTERM
        network_mode=options.get("networkMode") or None,
        extra_hosts=_extra_hosts(options.get("extraHosts") or ()),
        port_bindings=dict(_port(port) for port in options.get("portBindings") or ()) or None,
        shm_size=options.get("shmSize") or None,
        privileged=_is_true(options.get("privileged")),
        device_requests=_devices(options.get("deviceRequests") or ()),
        nano_cpus=_cpus(options.get("cpu") or {}),
        **_memory(options.get("memory") or {}),
    )


def user(job: Job, *, mounted: bool) -> str | None:
    """As whom it runs. In a directory of ours, as ourselves: root's files there could not be removed by anyone else."""
    if chosen := job.options.get("user"):
        return str(chosen)
    return f"{os.geteuid()}:{os.getegid()}" if mounted and os.geteuid() != 0 else None


def environment(job: Job, *, owner: str | None) -> dict[str, str]:
    """A user that the image does not know has no home; programs want one."""
    found = {"TINI_KILL_PROCESS_GROUP": "1", **job.environment}  # for images without a shell: see `signals`
    if owner is not None:
        found.setdefault("HOME", "/tmp")  # noqa: S108 - inside the container
    return found


def program(job: Job) -> dict[str, list[str]]:
    """What is run. The job's command is whole: the image's own entry point is left out unless another is asked for. An empty one
    would do that for Docker, and mean the image's own to Podman."""
    chosen = job.options.get("entryPoint")
    words = [chosen] if isinstance(chosen, str) else list(chosen or ())
    entry, command = [word for word in words if word], list(job.command)
    return (
        {"entrypoint": entry, "command": command}
        if entry
        else {"entrypoint": command[:1], "command": command[1:]}
    )


def _is_true(value: Any) -> bool:
    return str(value).lower() == "true"


def _extra_hosts(hosts: Any) -> dict[str, str] | None:
    pairs = (str(host).partition(":") for host in hosts)
    return {name: address for name, _, address in pairs} or None


def _port(binding: Any) -> tuple[str, Any]:
    """`8080:80`, `127.0.0.1:8080:80` or `80`, with `/udp` where it is."""
    *outside, inside = str(binding).split(":")
    address: Any = None
    if len(outside) == 1:
        address = outside[0]
    elif len(outside) > 1:
        address = (":".join(outside[:-1]), outside[-1])
    return inside, address


def _devices(wanted: Any) -> list[Any] | None:
    from docker.types import DeviceRequest

    return [
        DeviceRequest(
            driver=request.get("driver") or "",
            count=int(request.get("count") or 0),
            device_ids=request.get("deviceIds"),
            capabilities=request.get("capabilities"),
            options=request.get("options"),
        )
        for request in wanted
    ] or None


def _cpus(cpu: Mapping[str, Any]) -> int | None:
    if cpu.get("cpus") in {None, ""}:
        return None
    try:
        return int(float(cpu["cpus"]) * CPU)
    except ValueError:
        raise TaskFailed(f"`cpu.cpus` must be a number, and is `{cpu['cpus']}`") from None


_MEMORY = {"memory": "mem_limit", "memorySwap": "memswap_limit", "memoryReservation": "mem_reservation"}


def _memory(memory: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {name: _bytes(memory[key]) for key, name in _MEMORY.items() if memory.get(key)}
    if memory.get("memorySwappiness"):
        found["mem_swappiness"] = int(memory["memorySwappiness"])
    if _is_true(memory.get("oomKillDisable")):
        found["oom_kill_disable"] = True
    return found


def _bytes(text: Any) -> int:
    """`512MB`, `2g`, `1GiB` or a number of bytes."""
    from docker.errors import DockerException
    from docker.utils import parse_bytes

    plain = str(text).strip().lower().replace("ib", "b")
    try:
        return int(parse_bytes(plain))
    except DockerException:
        raise TaskFailed(f"`memory` must be a size such as 512MB or 2GB, and has `{text}`") from None
