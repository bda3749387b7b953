"""The container engine: where it is, whether it answers, and in which words it does not."""

import asyncio
import os
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from runtime.errors import EngineUnavailable

if TYPE_CHECKING:
    import docker

T = TypeVar("T")

THREADS = 256
"""The SDK blocks: each running job takes two threads, which wait on a socket."""

QUICK = 60  # seconds that a plain call may take


def candidates(host: str) -> list[str]:
    """Where an engine may listen: what was asked for, else Docker's socket, else Podman's."""
    if chosen := host or os.environ.get("DOCKER_HOST", ""):
        return [chosen]
    user = os.environ.get("XDG_RUNTIME_DIR", f"/run/user/{os.getuid()}")
    paths = [
        "/var/run/docker.sock",
        f"{user}/docker.sock",
        "/run/podman/podman.sock",
        f"{user}/podman/podman.sock",
    ]
    return [f"unix://{path}" for path in paths if Path(path).exists()]


class DockerEngine:
    """A connection to one engine, made when it is first needed."""

    def __init__(self, host: str = "") -> None:
        self._host = host
        self._client: docker.DockerClient | None = None
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="docker")
        self.address = ""

    @property
    def is_local(self) -> bool:
        """Whether the engine sees this machine's directories."""
        return self.address.startswith("unix://")

    async def client(self) -> "docker.DockerClient":
        """Raises EngineUnavailable, which names the remedy."""
        if self._client is None:
            self._client = await self.call(self._connect)
        return self._client

    def _connect(self) -> "docker.DockerClient":
        import docker
        import docker.errors
        import requests

        found = candidates(self._host)
        if not found:
            raise EngineUnavailable(
                "no container engine is installed here", hint="apt-get install docker.io, or set DOCKER_HOST"
            )
        knock(found[0])
        client = None
        try:
            client = docker.DockerClient(base_url=found[0], timeout=QUICK, max_pool_size=THREADS)
            client.ping()
        except (docker.errors.DockerException, requests.RequestException) as error:
            if client is not None:
                client.close()
            raise explained(error, found[0]) from error
        self.address = found[0]
        return client

    async def call(self, work: Callable[..., T], *arguments: Any, **named: Any) -> T:
        """Run a blocking call on a thread of the engine's own."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, lambda: work(*arguments, **named))

    def drop(self) -> None:
        """Forget the connection: the next use makes a new one."""
        self._client = None

    async def close(self) -> None:
        if self._client is not None:
            self._client.close()
        self._threads.shutdown(wait=False, cancel_futures=True)


def knock(address: str) -> None:
    """Whether somebody listens at all; the SDK leaves a socket open where nobody does."""
    if not address.startswith("unix://"):
        return
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(address.removeprefix("unix://"))
        except OSError as error:
            raise explained(error, address) from error


def explained(error: Exception, address: str) -> EngineUnavailable:
    """An engine that does not answer, with the line that mends it."""
    text = str(error)
    where = address.removeprefix("unix://")
    if "Permission" in text or "denied" in text:
        hint = "sudo usermod -aG docker $USER, then log in again"
        return EngineUnavailable(f"{where} refuses this user", hint=hint)
    if "No such file" in text or "FileNotFound" in text:
        return EngineUnavailable(
            f"there is no engine at {where}", hint="systemctl start docker, or set DOCKER_HOST"
        )
    if "refused" in text or "Connection" in text:
        return EngineUnavailable(f"the engine at {where} is not running", hint="systemctl start docker")
    return EngineUnavailable(
        f"the engine at {where} does not answer: {text[:200]}", hint="systemctl status docker"
    )
