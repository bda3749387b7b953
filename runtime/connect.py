"""The one door for a face: where a runtime listens, to its socket; where none does, a runtime of its own."""

import asyncio
import contextlib
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runtime.client.client import Client
from runtime.client.unix_socket import UnixSocket
from runtime.config import Settings, load
from runtime.errors import RuntimeUnreachable

if TYPE_CHECKING:
    from runtime.language import Loaded

__all__ = [
    "Settings",
    "attach",
    "attach_or_borrow",
    "attach_or_start",
    "build_image",
    "dbt_image",
    "flow_files",
    "in_process",
    "is_listening",
    "settings",
    "validator",
]

START_PATIENCE = 20.0  # seconds until a runtime that was started must answer


def settings(**given: Any) -> Settings:
    """The settings that hold for this command line; see `runtime.config`."""
    return load(**given)


def is_listening(settings: Settings) -> bool:
    """Whether some process accepts connections on the socket."""
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(settings.socket))
        except OSError:
            return False
    return True


@asynccontextmanager
async def attach(settings: Settings) -> AsyncIterator[Client]:
    """A client of the runtime that listens; raises RuntimeUnreachable where none does."""
    if not is_listening(settings):
        hint = "`flowdeck serve` starts one; `flowdeck` starts one with a console"
        raise RuntimeUnreachable(f"no runtime listens on {settings.socket}", hint=hint)
    async with Client(UnixSocket(settings.socket)) as client:
        yield client


@asynccontextmanager
async def attach_or_start(settings: Settings) -> AsyncIterator[Client]:
    """The same; where none listens, one is started in a session of its own, so that it outlives this terminal."""
    if not is_listening(settings):
        await _start(settings)
    async with attach(settings) as client:
        yield client


async def _start(settings: Settings) -> None:
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    log = settings.data / "runtime.log"
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: ASYNC220 - returns at once, and nobody waits for it
            [sys.executable, "-m", "console.cli", *_arguments(settings), "serve", "--embedded"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            cwd="/",
        )
    await _wait_ready(settings, process, log)


def _arguments(settings: Settings) -> list[str]:
    arguments = ["--data", str(settings.data), "--socket", str(settings.socket)]
    return [*arguments, "--flows", str(settings.flows)] if settings.flows else arguments


async def _wait_ready(settings: Settings, process: "subprocess.Popen[bytes]", log: Path) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(START_PATIENCE):
            while process.poll() is None:
                if is_listening(settings):
                    return
                await asyncio.sleep(0.02)
    said = [line.strip(" |+-") for line in log.read_text(errors="replace").splitlines()]
    last = [line for line in said if line][-1:] or ["it said nothing"]
    raise RuntimeUnreachable(f"the runtime did not start: {last[0]}", hint=f"its log is {log}")


@asynccontextmanager
async def in_process(settings: Settings) -> AsyncIterator[Client]:
    """A runtime within this process: a client of it. No schedule fires in it; what it began ends with it."""
    from runtime.client.in_process import InProcess
    from runtime.service import Service

    service = Service(settings, mode="in-process", triggers=False)
    async with service.running(), Client(InProcess(service)) as client:
        yield client


@asynccontextmanager
async def attach_or_borrow(settings: Settings) -> AsyncIterator[Client]:
    """The runtime that listens, else one within this process for as long as the block lasts."""
    async with attach(settings) if is_listening(settings) else in_process(settings) as client:
        yield client


def validator() -> Callable[[bytes], "Loaded"]:
    """Checks a flow's text without any runtime."""
    from runtime.catalogue import checked

    return checked


def flow_files(directory: Path) -> Iterable[Path]:
    """The flow files below a directory, as a runtime that watches it finds them."""
    from runtime import catalogue

    return catalogue.flow_files(directory)


async def build_image(
    name: str, *, base: str = "", wheels: Path | None = None, tag: str = "", progress: Callable[[str], None]
) -> str:
    """Build the image of `dbt-ADAPTER`, at `dbt-ADAPTER==1.11.*` if given; returns its name."""
    from runtime.images import DBT_CORE
    from runtime.images.provide import provide
    from runtime.runners.docker_engine import DockerEngine

    package, _, version = name.partition("==")
    engine = DockerEngine()
    try:
        return await provide(
            await engine.client(),
            adapter=package.removeprefix("dbt-"),
            core=version or DBT_CORE,
            base=base,
            wheels=wheels,
            tag=tag,
            progress=progress,
        )
    finally:
        await engine.close()


async def dbt_image(progress: Callable[[str], None]) -> str:
    """The image that the samples run in, built now if it is not here. Raises EngineUnavailable or ImageUnavailable."""
    from runtime.images import default_tag
    from runtime.images.provide import is_here
    from runtime.runners.docker_engine import DockerEngine

    engine, tag = DockerEngine(), default_tag("duckdb")
    try:
        if is_here(await engine.client(), tag):
            return tag
    finally:
        await engine.close()
    return await build_image("dbt-duckdb", progress=progress)
