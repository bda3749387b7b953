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
    """Its address; the image's own where nothing is said."""
    username: str | None = None
    """Who logs in."""
    password: str | None = None
    """Best by `secret()`."""
    registry_token: str | None = None
    """A bearer token, in place of name and password."""
    identity_token: str | None = None
    """A token that the registry exchanges for another."""
    auth: str | None = None
    """`username:password` in base64, as Docker's config.json has it."""


class Cpu(Options, frozen=True):
    """How much of the processors a container gets."""

    cpus: float | None = None
    """So many processors; `1.5` is one and a half."""


class Memory(Options, frozen=True):
    """How much memory a container gets, as Docker writes it: `512MB`."""

    memory: str | None = None
    """At most so much."""
    memory_swap: str | None = None
    """At most so much, together with what is swapped out."""
    memory_swappiness: str | None = None
    """How readily memory is swapped out: 0 to 100."""
    memory_reservation: str | None = None
    """So much where the machine has little left."""
    kernel_memory: str | None = None
    """At most so much for the kernel's own needs."""
    oom_kill_disable: bool | None = None
    """Whether the container goes on when it has used up its memory."""


class DeviceRequest(Options, frozen=True):
    """A device, such as a graphics card."""

    driver: str | None = None
    """Who provides it: `nvidia`."""
    count: int | None = None
    """How many; -1 for all."""
    device_ids: list[str] | None = None
    """Which ones, by their ids."""
    capabilities: list[list[str]] | None = None
    """What it must be able to do: `[[gpu]]`."""
    options: dict[str, str] | None = None
    """For the driver."""


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
