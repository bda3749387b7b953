"""The properties of a `taskRunner`: where a task's commands run."""

from datetime import timedelta
from typing import Any, Literal

import msgspec

from runtime.tasks.base import Plugin


class Runner(Plugin, frozen=True, kw_only=True):
    """What stands under `taskRunner`; the runtime's own runner of that name does the work."""


class Options(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """A group of a runner's properties."""


class Credentials(Options, frozen=True):
    """How to log in to a registry of images."""

    registry: str | None = None
    username: str | None = None
    password: str | None = None
    registry_token: str | None = None
    identity_token: str | None = None
    auth: str | None = None


class Cpu(Options, frozen=True):
    """How much of the processors a container gets."""

    cpus: float | None = None


class Memory(Options, frozen=True):
    """How much memory a container gets, as Docker writes it: `512MB`."""

    memory: str | None = None
    memory_swap: str | None = None
    memory_swappiness: str | None = None
    memory_reservation: str | None = None
    kernel_memory: str | None = None
    oom_kill_disable: bool | None = None


class DeviceRequest(Options, frozen=True):
    """A device, such as a graphics card."""

    driver: str | None = None
    count: int | None = None
    device_ids: list[str] | None = None
    capabilities: list[list[str]] | None = None
    options: dict[str, str] | None = None


class Docker(Runner, frozen=True, kw_only=True):
    """Run the commands in a container.

    taskRunner:
      type: docker
      pullPolicy: NEVER
      memory: {memory: 2GB}
    """

    host: str | None = None
    """The engine's address; the server's own where nothing is said."""
    image: str | None = None
    """The image, where `containerImage` says none."""
    user: str | None = None
    """The user inside the container."""
    entry_point: list[str] | None = None
    """Instead of the image's entry point."""
    extra_hosts: list[str] = msgspec.field(default_factory=list)
    """`NAME:ADDRESS` each."""
    network_mode: str | None = None
    """`bridge`, `host`, `none` or a network's name."""
    port_bindings: list[str] = msgspec.field(default_factory=list)
    """`HOST:CONTAINER` each."""
    volumes: list[str] = msgspec.field(default_factory=list)
    """`HOST_PATH:CONTAINER_PATH[:ro]` each."""
    pull_policy: Literal["IF_NOT_PRESENT", "ALWAYS", "NEVER"] = "IF_NOT_PRESENT"
    """When the image is pulled."""
    config: Any = None
    """The content of a docker config.json, for its credentials."""
    credentials: Credentials | None = None
    """For the image's registry."""
    cpu: Cpu | None = None
    """Limits on processors."""
    memory: Memory | None = None
    """Limits on memory."""
    device_requests: list[DeviceRequest] | None = None
    """Devices to hand in."""
    shm_size: str | None = None
    """Size of /dev/shm: `64MB`."""
    privileged: bool | None = None
    """Full rights over the machine."""
    file_handling_strategy: Literal["VOLUME", "MOUNT"] = "VOLUME"
    """How the working directory comes into the container."""
    delete: bool = True
    """Remove the container afterwards."""
    wait: bool = True
    """Wait for its end."""
    kill_grace_period: timedelta = timedelta(0)
    """Between the polite signal and the last one."""
    resume: bool = True
    """Go on with the container that an earlier runtime started."""


class Process(Runner, frozen=True, kw_only=True):
    """Run the commands as processes of this machine.

    taskRunner:
      type: process
    """
