"""Jobs in containers, by the Docker SDK. A container carries its attempt's labels: a runtime that comes later finds it and goes on."""

import asyncio
import contextlib
import tarfile
import threading
from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Any, ClassVar

from runtime.errors import EngineUnavailable, Failure, ImageUnavailable, TaskFailed
from runtime.runners import docker_files, docker_options, docker_users, signals
from runtime.runners.base import Exit, Job, Line, Report, Running
from runtime.runners.docker_engine import DockerEngine, explained
from runtime.runners.docker_images import Images
from runtime.runners.docker_stream import ContainerStream
from runtime.runners.steadfast import finish

OOM = 137  # 128 + SIGKILL: what the kernel leaves of a process that took too much memory
MIB = 1024**2

STARTING = 30
"""Tenths of a second that a start which was asked for may take to be seen."""


class DockerRunner:
    """Runs jobs in containers."""

    name: ClassVar[str] = "docker"
    survives: ClassVar[bool] = True

    def __init__(self, engine: DockerEngine, images: Images) -> None:
        self._engine = engine
        self._images = images

    async def check(self) -> str:
        client = await self._engine.client()
        version = await self._engine.call(client.version)
        name = (version.get("Components") or [{}])[0].get("Name", "Docker")
        return f"{name} {version['Version']} at {self._engine.address.removeprefix('unix://')}"

    async def start(self, job: Job, report: Report) -> Running:
        found = await self.find(job)
        if found is not None:
            return found
        if not job.image:
            raise TaskFailed("no `containerImage` is given, and a container needs one")
        policy = str(job.options.get("pullPolicy") or "IF_NOT_PRESENT").upper()
        image = await self._images.provide(str(job.options.get("image") or job.image), policy, report)
        client = await self._engine.client()
        making = asyncio.ensure_future(self._make(client.api, job, image))
        try:
            return await asyncio.shield(making)
        except asyncio.CancelledError:
            await finish(_unmake(making))  # a thread that creates a container can't be called back
            raise

    async def _make(self, api: Any, job: Job, image: str) -> "RunningContainer":
        container = await self._engine.call(self._create, api, job, image)
        running = RunningContainer(self._engine, api, job, container)
        try:
            await self._engine.call(self._begin, api, job, container)
        except BaseException as error:
            await running.release()
            raise _start_failure(error, image) from error
        return running

    def _create(self, api: Any, job: Job, image: str) -> str:
        from docker.errors import ImageNotFound

        mounted = docker_options.is_mounted(job, is_local=self._engine.is_local)
        owner = docker_options.user(job, mounted=mounted)
        try:
            made = api.create_container(
                image,
                **docker_options.program(job),
                environment=docker_options.environment(job, owner=owner),
                working_dir=str(job.directory),
                user=owner,
                labels=docker_options.labels(job),
                name=docker_options.container_name(job),
                ports=[binding.rpartition(":")[2] for binding in job.options.get("portBindings") or ()]
                or None,
                host_config=docker_options.host_config(api, job, mounted=mounted),
            )
        except ImageNotFound as error:
            raise ImageUnavailable(f"the image {image} is not on this machine") from error
        identifier: str = made["Id"]
        return identifier

    def _begin(self, api: Any, job: Job, container: str) -> None:
        owner = docker_users.ids(api, container)
        if docker_options.is_mounted(job, is_local=self._engine.is_local):
            docker_users.hand_over(job.directory, owner)
        else:
            docker_files.put(api, container, job.directory, owner)
        api.start(container)

    async def find(self, job: Job) -> Running | None:
        """The job's container, running or ended; one that never starts is removed."""
        client = await self._engine.client()
        label = f"flowdeck.job={job.id}"
        found = await self._engine.call(client.api.containers, all=True, filters={"label": label})
        if not found:
            return None
        running = RunningContainer(self._engine, client.api, job, found[0]["Id"])
        if found[0]["State"] == "created" and not await self._starts(client.api, found[0]["Id"]):
            await running.release()
            return None
        return running

    async def _starts(self, api: Any, container: str) -> bool:
        """Whether a runtime that died had asked for the start, and a busy engine has not got to it yet: taken for one that never
        started, it would run beside its successor for a moment."""
        for _ in range(STARTING):
            state = (await self._engine.call(api.inspect_container, container))["State"]
            if state["Status"] != "created":
                return True
            await asyncio.sleep(0.1)
        return False

    async def containers(self) -> list[dict[str, Any]]:
        """All that carry an attempt's labels, as the engine describes them: running, ended, or never started."""
        client = await self._engine.client()
        found: list[dict[str, Any]] = await self._engine.call(
            client.api.containers, all=True, filters={"label": docker_options.JOB}
        )
        return found

    async def close(self) -> None:
        await self._engine.close()


async def _unmake(making: "asyncio.Future[RunningContainer]") -> None:
    with contextlib.suppress(Failure):
        await (await making).release()


def _start_failure(error: BaseException, image: str) -> BaseException:
    """What the engine says when a program can't be started, in words."""
    from docker.errors import APIError

    if not isinstance(error, APIError):
        return error
    text = str(error.explanation or error)
    if "exec format error" in text:
        return TaskFailed(f"the image {image} is built for another kind of processor than this machine's")
    if "executable file not found" in text or "no such file or directory" in text:
        return TaskFailed(f"the image {image} has no program to start the task with: {text}")
    return TaskFailed(f"the container could not be started: {text}")


def _signal_within(api: Any, container: str, number: str) -> bool:
    """Whether every process of the container has been sent the signal, once. It takes a shell, which images without one lack."""
    from docker.errors import APIError

    command = ["/bin/sh", "-c", signals.WITHIN, number.removeprefix("SIG")]
    try:
        made = api.exec_create(container, command, user="0")
        api.exec_start(made["Id"])
        return bool(api.exec_inspect(made["Id"])["ExitCode"] == 0)
    except APIError:
        return False


class RunningContainer:
    """One container that was started, or found again."""

    def __init__(self, engine: DockerEngine, api: Any, job: Job, container: str) -> None:
        self._engine = engine
        self._api = api
        self._job = job
        self._id = container
        self._stopped = False

    # --- what it says

    async def lines(self) -> AsyncGenerator[Line, None]:
        """Both streams in the order in which the engine took them; the times are the engine's own."""
        loop = asyncio.get_running_loop()
        queue: asyncio.Queue[Line | BaseException | None] = asyncio.Queue()
        stream = ContainerStream(self._api, self._id)
        threading.Thread(target=stream.run, args=(loop, queue), daemon=True).start()
        try:
            while (item := await queue.get()) is not None:
                if not isinstance(item, Line):
                    raise explained(item, self._engine.address) if isinstance(item, Exception) else item
                yield item
        finally:
            stream.close()

    # --- how it ends

    async def wait(self) -> Exit:
        from docker.errors import NotFound

        try:
            state = await self._state()
            if state["Running"]:
                await self._engine.call(self._api.wait, self._id, timeout=None)
                state = await self._state()
        except NotFound:
            return Exit(
                code=OOM, reason="stopped" if self._stopped else "the container was removed from outside"
            )
        code = int(state["ExitCode"])
        reason = await self._reason(code, state)
        return Exit(
            code=code, reason=reason, details={"containerId": self._id}, warnings=await self._brought_back()
        )

    async def _brought_back(self) -> tuple[str, ...]:
        """What did not come back of the working directory; how the job ended stands, whatever becomes of its files."""
        from docker.errors import DockerException

        if docker_options.is_mounted(self._job, is_local=self._engine.is_local):
            return ()
        try:
            left_out = await self._engine.call(docker_files.get, self._api, self._id, self._job.directory)
        except (DockerException, OSError, tarfile.TarError) as error:
            return (f"the working directory could not be brought back from the container: {error}",)
        return tuple(f"not brought back from the container: {said}" for said in left_out)

    async def _state(self) -> Any:
        return (await self._engine.call(self._api.inspect_container, self._id))["State"]

    async def _reason(self, code: int, state: Any) -> str:
        if self._stopped:
            return "stopped"
        if state.get("OOMKilled"):
            return await self._out_of_memory()
        if code == OOM:
            return "killed by SIGKILL from outside: not by flowdeck, nor by the container's own memory limit"
        return str(state.get("Error") or "")

    async def _out_of_memory(self) -> str:
        found = await self._engine.call(self._api.inspect_container, self._id)
        limit = found["HostConfig"].get("Memory") or 0
        if limit:
            return f"killed for lack of memory: it needs more than its limit of {limit / MIB:.0f} MiB; raise `taskRunner.memory.memory`"
        return "killed for lack of memory: this machine has no more"

    async def stop(self) -> None:
        self._stopped = True
        grace = self._grace()
        for number, patience in (
            ("SIGINT", grace),
            ("SIGTERM", grace / 4),
            ("SIGKILL", timedelta(seconds=10)),
        ):
            if not await self._signalled(number) or await self._ended_within(patience):
                return
        raise EngineUnavailable(
            f"the container {self._id[:12]} does not end, not even by SIGKILL",
            hint="systemctl restart docker",
        )

    def _grace(self) -> timedelta:
        chosen = self._job.options.get("killGracePeriod")
        return chosen if isinstance(chosen, timedelta) and chosen else self._job.stop_grace

    async def _signalled(self, number: str) -> bool:
        """False where the container is not running any more."""
        from docker.errors import APIError, NotFound

        if number != "SIGKILL" and await self._engine.call(_signal_within, self._api, self._id, number):
            return True
        try:
            await self._engine.call(self._api.kill, self._id, number)
        except NotFound:
            return False
        except APIError as error:
            if error.response is not None and error.response.status_code == 409:
                return False
            raise
        return True

    async def _ended_within(self, patience: timedelta) -> bool:
        import requests

        try:
            await self._engine.call(self._api.wait, self._id, timeout=patience.total_seconds())
        except (requests.ReadTimeout, requests.ConnectionError):
            return not (await self._state())["Running"]
        return True

    async def release(self) -> None:
        from docker.errors import APIError, NotFound

        if str(self._job.options.get("delete", True)).lower() == "false":
            return
        try:
            await self._engine.call(self._api.remove_container, self._id, v=True, force=True)
        except NotFound:
            pass
        except APIError as error:
            if error.response is None or error.response.status_code != 409:  # 409: its removal is under way
                raise
