"""What the kernel says of the processes of this machine: which of them belong to a job, and since when one runs (proc(5))."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")

MARK = "FLOWDECK_JOB"
"""A job's processes carry its id in this variable, so that those which left its group are found too."""


@dataclass(frozen=True, slots=True)
class Process:
    """A process that is alive."""

    id: int
    name: str
    group: int


def of_job(job_id: str, leader: int | None) -> list[Process]:
    """The group of `leader`, and what left it but carries the job's mark; only this user's can be read, and only those are ours."""
    if not PROC.exists():  # another kind of system, where a job's group is all that can be known of it
        return _group(leader)
    needle = f"{MARK}={job_id}\0".encode()
    return [each for each in _alive() if each.group == leader or needle in _environment(each.id)]


def _group(leader: int | None) -> list[Process]:
    if leader is None:
        return []
    try:
        os.killpg(leader, 0)
    except (ProcessLookupError, PermissionError):
        return []
    return [Process(leader, name="", group=leader)]


def started(pid: int) -> str | None:
    """When it began, in the kernel's own count; None where there is no such process."""
    found = _stat(pid)
    return found[1][19] if found else None


def boot() -> str:
    try:
        return (PROC / "sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def _alive() -> Iterator[Process]:
    for entry in PROC.iterdir():
        found = _stat(int(entry.name)) if entry.name.isdigit() else None
        if found and found[1][0] not in "ZX":
            yield Process(int(entry.name), name=found[0], group=int(found[1][2]))


def _stat(pid: int) -> tuple[str, list[str]] | None:
    """The name, and the fields of /proc/PID/stat behind it."""
    try:
        front, _, rest = (PROC / str(pid) / "stat").read_text(errors="replace").rpartition(")")
    except OSError:
        return None
    return front.partition("(")[2], rest.split()


def _environment(pid: int) -> bytes:
    with contextlib.suppress(OSError):
        return (PROC / str(pid) / "environ").read_bytes()
    return b""
