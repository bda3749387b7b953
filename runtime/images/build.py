"""Build a dbt image with the engine at hand: online, or without a network from wheels that were fetched before."""

import asyncio
import re
import sys
import tarfile
import tempfile
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from threading import Event
from typing import IO, TYPE_CHECKING, Any

from runtime.errors import EngineUnavailable, ImageUnavailable
from runtime.images import DBT_CORE, DEFAULT_BASE, OFFLINE_BASE, adapter_named, build_context

if TYPE_CHECKING:
    from docker import DockerClient

WIDTH = 300  # characters kept of a line: pip lists every version that it has seen
COLOUR = re.compile(r"\x1b\[[0-9;]*m")  # the classic builder paints what a step writes to stderr red
SILENCE = 1800  # seconds without a line from the engine: a large wheel may take minutes to unpack
REMEDY = (
    "Without internet: `make engine` makes a base image and the dbt image from local packages; or give a base image "
    f"that is on this machine ({OFFLINE_BASE}, or your own) and a directory of wheels."
)


async def build(
    engine: "DockerClient",
    *,
    adapter: str,
    tag: str,
    core: str = DBT_CORE,
    base: str = DEFAULT_BASE,
    wheels: Path | None = None,
    progress: Callable[[str], None],
) -> None:
    """Build `tag`; `progress` gets the builder's lines, in this loop's thread. Raises `ImageUnavailable`.

    A cancelled build is given up by the engine at its next line of output.
    """
    loop = asyncio.get_running_loop()
    given_up = Event()
    arguments = {
        "BASE": base,
        "DBT_CORE": core,
        "ADAPTER": adapter,
        "ADAPTER_VERSION": adapter_named(adapter).version,
    }

    def follow() -> None:
        with tempfile.TemporaryFile() as context:
            _write_context(context, wheels)
            for line in _lines(_start(engine, context, tag, arguments, offline=wheels is not None)):
                if given_up.is_set():
                    return
                loop.call_soon_threadsafe(progress, line)

    try:
        await asyncio.to_thread(follow)
    finally:
        given_up.set()


async def python_of(engine: "DockerClient", image: str) -> str:
    """The Python of an image, as `3.11`. Raises `ImageUnavailable` where the image has none, or cannot be had."""
    from docker.errors import DockerException

    ask = ["python3", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    try:
        answer: bytes = await asyncio.to_thread(
            engine.containers.run, image, ask, remove=True, network_mode="none"
        )
    except DockerException as refused:
        raise ImageUnavailable(f"{image} does not start Python: {refused}", hint=REMEDY) from refused
    return answer.decode().strip()


async def download_wheels(target: Path, wanted: Sequence[str], *, python: str | None = None) -> None:
    """Fetch wheels of `wanted` and all that they need for `python` (`3.11`; default: this one) by this Python's pip."""
    version = ["--python-version", python] if python else []
    pip = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--quiet"),
        *("--only-binary=:all:", *version, "--dest", str(target), *wanted),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await pip.communicate()
    if pip.returncode:
        last = "\n".join(_short(said.decode(errors="replace"))[-5:])
        raise ImageUnavailable(f"pip could not fetch {' '.join(wanted)}:\n{last}", hint=REMEDY)


def _write_context(out: IO[bytes], wheels: Path | None) -> None:
    found = sorted(wheels.glob("*.whl")) if wheels else []
    if wheels and not found:
        raise ImageUnavailable(f"There is no wheel in {wheels}.", hint=REMEDY)
    with tarfile.open(fileobj=out, mode="w") as archive:
        archive.add(build_context() / "Dockerfile", "Dockerfile")
        for wheel in found:
            archive.add(wheel, f"wheels/{wheel.name}")
    out.seek(0)


def _start(
    engine: "DockerClient", context: IO[bytes], tag: str, arguments: dict[str, str], *, offline: bool
) -> Iterator[dict[str, Any]]:
    """Begin the build. The engine's SDK is imported here, so that fetching wheels needs nothing but Python."""
    from docker.errors import DockerException
    from requests.exceptions import RequestException

    try:
        yield from engine.api.build(
            fileobj=context,
            custom_context=True,
            tag=tag,
            buildargs=arguments,
            network_mode="none" if offline else None,
            rm=True,
            forcerm=True,
            decode=True,
            timeout=SILENCE,
        )
    except (DockerException, RequestException) as broken:
        raise EngineUnavailable(
            f"The engine did not build {tag}: {broken}", hint="`flowdeck doctor` looks at the engine."
        ) from broken


def _lines(chunks: Iterator[dict[str, Any]]) -> Iterator[str]:
    """The builder's output by lines. It reports a failed step as one more chunk, after what the step wrote."""
    last: deque[str] = deque(maxlen=8)
    for chunk in chunks:
        if "error" in chunk:
            raise ImageUnavailable("\n".join([*last, *_short(chunk["error"])]), hint=REMEDY)
        for line in _short(_said(chunk)):
            last.append(line)
            yield line


def _short(text: str) -> list[str]:
    return [line.rstrip()[:WIDTH] for line in COLOUR.sub("", text).splitlines() if line.strip()]


def _said(chunk: dict[str, Any]) -> str:
    """One chunk in words: output of a step, or the state of one layer of the base image that is being pulled."""
    if "stream" in chunk:
        return str(chunk["stream"])
    return " ".join(str(chunk[key]) for key in ("id", "status", "progress") if chunk.get(key))
