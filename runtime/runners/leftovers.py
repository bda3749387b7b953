"""Which processes belong to which job, written down so that a runtime that comes after a crash can find them and end them.

A process is known by its id, the time at which it started and the boot in which it did: an id alone is given out again.
"""

import asyncio
import contextlib
import json
import os
import signal
from pathlib import Path

PROC = Path("/proc")


class Leftovers:
    """One small file a running job, below one directory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def note(self, job_id: str, pid: int) -> None:
        self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._path(job_id).write_text(json.dumps({"pid": pid, "started": _started(pid), "boot": _boot()}))

    def forget(self, job_id: str) -> None:
        self._path(job_id).unlink(missing_ok=True)

    def _path(self, job_id: str) -> Path:
        return self._directory / f"{job_id.replace('/', '_')}.json"

    def signal(self, job_id: str, pid: int | None, number: int, *, marked: bool = True) -> None:
        """Send a signal, once to each, to the group that `pid` leads and (`marked`) to those that left it but carry the job's
        mark: dbt takes a second SIGINT for the wish to drop its own clean-up."""
        strays = [other for other in _marked(job_id) if pid is None or _group(other) != pid] if marked else []
        if pid is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, number)
        for other in strays:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(other, number)

    async def gone(self, job_id: str, pid: int) -> None:
        """When nothing of a job is left: its children may take longer to clean up than their parent."""
        while _alive(job_id, pid):  # noqa: ASYNC110 - not our children: nobody tells
            await asyncio.sleep(0.05)

    async def end(self, job_id: str, grace: float) -> None:
        """Stop what an earlier runtime left of a job; returns when it is gone."""
        pid = self._known(job_id)
        for number, patience in ((signal.SIGINT, grace), (signal.SIGTERM, grace / 4), (signal.SIGKILL, 5.0)):
            if not _alive(job_id, pid):
                break
            self.signal(job_id, pid, number)
            await _wait_gone(job_id, pid, patience)
        self.forget(job_id)

    def _known(self, job_id: str) -> int | None:
        """The noted process's id, where it is still that process."""
        try:
            noted = json.loads(self._path(job_id).read_text())
        except (OSError, ValueError):
            return None
        pid, started = int(noted["pid"]), _started(int(noted["pid"]))
        if noted["boot"] != _boot() or (started is not None and started != noted["started"]):
            return None
        return pid


async def _wait_gone(job_id: str, pid: int | None, patience: float) -> None:
    deadline = asyncio.get_running_loop().time() + patience
    while _alive(job_id, pid) and asyncio.get_running_loop().time() < deadline:  # noqa: ASYNC110 - not our children
        await asyncio.sleep(0.05)


def _alive(job_id: str, pid: int | None) -> bool:
    return bool(_marked(job_id)) or (pid is not None and _in_group(pid))


def _marked(job_id: str) -> list[int]:
    """Processes whose environment names the job; only this user's can be read, and only this user's are ours."""
    needle = f"FLOWDECK_JOB={job_id}\0".encode()
    found = []
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                if needle in (entry / "environ").read_bytes() and not _is_zombie(int(entry.name)):
                    found.append(int(entry.name))
    return found


def _in_group(pid: int) -> bool:
    """Whether any process of the group that `pid` led is alive."""
    try:
        os.killpg(pid, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return any(
        _group(int(entry.name)) == pid and not _is_zombie(int(entry.name))
        for entry in PROC.iterdir()
        if entry.name.isdigit()
    )


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat behind the name (proc(5)); empty where it is gone."""
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _group(pid: int) -> int | None:
    fields = _stat(pid)
    return int(fields[2]) if fields else None


def _is_zombie(pid: int) -> bool:
    fields = _stat(pid)
    return not fields or fields[0] == "Z"


def _started(pid: int) -> str | None:
    fields = _stat(pid)
    return fields[19] if fields else None


def _boot() -> str:
    try:
        return (PROC / "sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""
