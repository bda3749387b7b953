"""Which processes belong to which job, written down so that a runtime that comes after a crash can find them and end them.

A process is known by its id, the time at which it started and the boot in which it did: an id alone is given out again.
"""

import asyncio
import contextlib
import json
import os
import signal
from pathlib import Path

from runtime.runners import processes
from runtime.runners.signals import KEEPERS

GLANCES = (0.02, 0.25)
"""Seconds from one look to the next, at first and at last: nobody tells of the end of processes that are not our children."""


class Leftovers:
    """One small file a running job, below one directory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def note(self, job_id: str, pid: int) -> None:
        facts = {"pid": pid, "started": processes.started(pid), "boot": processes.boot()}
        with contextlib.suppress(OSError):  # a full disk: the mark in its environment is what remains
            self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._path(job_id).write_text(json.dumps(facts))

    def forget(self, job_id: str) -> None:
        self._path(job_id).unlink(missing_ok=True)

    def _path(self, job_id: str) -> Path:
        return self._directory / f"{job_id.replace('/', '_')}.json"

    async def end(self, job_id: str, grace: float) -> None:
        """Stop what an earlier runtime left of a job; returns when it is gone."""
        await stop(job_id, self._known(job_id), grace)
        self.forget(job_id)

    def _known(self, job_id: str) -> int | None:
        """The noted process's id, where it is still that process."""
        try:
            noted = json.loads(self._path(job_id).read_text())
            pid = int(noted["pid"])
        except (OSError, ValueError, KeyError):
            return None
        since = processes.started(pid)
        if noted["boot"] != processes.boot() or (since is not None and since != noted["started"]):
            return None
        return pid


async def stop(job_id: str, leader: int | None, grace: float) -> None:
    """SIGINT, SIGTERM, SIGKILL, each with its patience, to all of a job; returns when nothing of it is left."""
    for number, patience in ((signal.SIGINT, grace), (signal.SIGTERM, grace / 4), (signal.SIGKILL, 5.0)):
        if await _is_gone(job_id, leader):
            return
        send(job_id, leader, number)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await _wait_gone(job_id, leader)


async def _wait_gone(job_id: str, leader: int | None) -> None:
    pause, longest = GLANCES
    while not await _is_gone(job_id, leader):
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, longest)


async def _is_gone(job_id: str, leader: int | None) -> bool:
    """Looks twice: a process that becomes another program has no environment for a moment."""
    if processes.of_job(job_id, leader):
        return False
    await asyncio.sleep(GLANCES[0])
    return not processes.of_job(job_id, leader)


def send(job_id: str, leader: int | None, number: signal.Signals) -> None:
    """Once to each process of a job: to its group at one moment, unless there is one that would pass it on."""
    all_of_it = processes.of_job(job_id, leader)
    whole_group = number == signal.SIGKILL or not any(each.name in KEEPERS for each in all_of_it)
    if whole_group and leader is not None:
        end_group(leader, number)
    for each in all_of_it:
        is_told = whole_group and each.group == leader
        if not is_told and (whole_group or each.name not in KEEPERS):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(each.id, number)


def end_group(leader: int, number: int = signal.SIGKILL) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, number)
