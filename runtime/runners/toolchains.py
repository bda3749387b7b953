"""Managed Python environments: what a job finds on its PATH where no container provides it, one for each set of pinned requirements."""

import asyncio
import contextlib
import fcntl
import hashlib
import shutil
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from runtime.errors import PluginUnavailable
from runtime.runners.base import Report, Toolchain

COMPLETE = ".complete"
"""Written last: an environment without it was never finished, and is made anew."""

TELLING = 12
"""Lines of pip's output that a failure quotes."""


class Toolchains:
    """Virtual environments below one directory."""

    def __init__(self, directory: Path, *, find_links: str = "") -> None:
        self._directory = directory
        self._find_links = find_links

    def path(self, toolchain: Toolchain) -> Path:
        """Named so that a person recognises it: the last requirement, and a hash of all."""
        text = "\n".join(toolchain.requirements)
        digest = hashlib.sha256(f"{sys.version_info[:2]}\n{text}".encode()).hexdigest()[:10]
        last = toolchain.requirements[-1].replace("/", "_") if toolchain.requirements else "python"
        name = "".join(letter if letter.isalnum() or letter in "._-" else "-" for letter in last)
        return self._directory / f"{name}-{digest}"

    async def provide(
        self, toolchain: Toolchain, environment: Mapping[str, str], report: Report
    ) -> dict[str, str]:
        """Make the environment where it is not there yet; returns the variables that lead into it."""
        home = self.path(toolchain)
        if not (home / COMPLETE).exists():
            async with _locked(home):
                if not (home / COMPLETE).exists():
                    await self._make(home, toolchain, report)
        path = f"{home / 'bin'}:{environment.get('PATH', '/usr/local/bin:/usr/bin:/bin')}"
        return {"PATH": path, "VIRTUAL_ENV": str(home)}

    async def _make(self, home: Path, toolchain: Toolchain, report: Report) -> None:
        wanted = ", ".join(toolchain.requirements)
        report(f"making a Python environment for {wanted} in {home}: this happens once, and takes a minute")
        shutil.rmtree(home, ignore_errors=True)
        home.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        await self._run([sys.executable, "-m", "venv", str(home)], "apt-get install python3-venv")
        install = [
            str(home / "bin" / "python"),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--no-input",
        ]
        if self._find_links:
            install += ["--no-index", "--find-links", self._find_links]
        await self._run([*install, *toolchain.requirements], _OFFLINE)
        (home / COMPLETE).touch()
        report(f"the environment for {wanted} is ready")

    async def _run(self, command: list[str], remedy: str) -> None:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        try:
            said, _ = await process.communicate()
        except asyncio.CancelledError:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            raise
        if process.returncode:
            last = "\n".join(said.decode("utf-8", "replace").strip().splitlines()[-TELLING:])
            raise PluginUnavailable(f"`{' '.join(command)}` failed:\n{last}", hint=remedy)


_OFFLINE = "without internet: `pip download` the wheels on another machine, and name their directory in the setting find_links"


@contextlib.asynccontextmanager
async def _locked(home: Path) -> AsyncIterator[None]:
    """One maker at a time, among processes too."""
    home.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with home.with_suffix(".lock").open("w") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:
                await asyncio.sleep(0.2)
        yield
