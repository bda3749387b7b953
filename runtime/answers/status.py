"""Which runtime this is, and how it is."""

import getpass
import os
import platform
import resource
from pathlib import Path

from runtime import __version__
from runtime.answers.parts import Parts
from runtime.client import requests
from runtime.model.views import Done, RuntimeStatus

STATM = Path("/proc/self/statm")


async def status(parts: Parts, request: requests.GetStatus, user: str) -> RuntimeStatus:
    runner, reason = await parts.resources.runners.default()
    entries = parts.catalogue.entries()
    return RuntimeStatus(
        version=__version__,
        pid=os.getpid(),
        user=getpass.getuser(),
        host=platform.node(),
        since=parts.since,
        data_directory=str(parts.settings.data),
        flows_directory=str(parts.settings.flows) if parts.settings.flows else None,
        socket=str(parts.settings.socket),
        mode=parts.mode,
        runner=runner,
        runner_reason=reason,
        flows=len(entries),
        problems=sum(1 for entry in entries if any(problem.is_error for problem in entry.problems)),
        running=parts.supervisor.statistics().live,
        schedules=parts.scheduler.statistics().active,
        memory=_resident(),
    )


def _resident() -> int:
    """Bytes of memory in use; where the kernel does not say, the most that there ever were."""
    try:
        return int(STATM.read_text().split()[1]) * resource.getpagesize()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


async def shutdown(parts: Parts, request: requests.Shutdown, user: str) -> Done:
    parts.stop()
    return Done(
        message="the runtime is ending; what runs in containers goes on, and is found again at the next start"
    )
