"""Jobs as processes of this machine: each in a session of its own, stopped as a whole, with no more of the runtime's environment than it needs."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncGenerator, Mapping
from typing import ClassVar

from runtime.runners import leftovers
from runtime.runners.base import Exit, Job, Line, Report, Running
from runtime.runners.leftovers import Leftovers
from runtime.runners.process_output import ProcessOutput
from runtime.runners.processes import MARK
from runtime.runners.steadfast import finish
from runtime.runners.toolchains import Toolchains

INHERITED = frozenset(
    {
        "PATH",
        "HOME",
        "USER",
        "LOGNAME",
        "SHELL",
        "LANG",
        "LANGUAGE",
        "TZ",
        "TMPDIR",
        "SSH_AUTH_SOCK",
        "SSL_CERT_FILE",
    }
    | {
        "SSL_CERT_DIR",
        "REQUESTS_CA_BUNDLE",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "NO_PROXY",
        "http_proxy",
        "https_proxy",
        "no_proxy",
    }
)
"""What a job sees of the runtime's own environment, and LC_*; secrets and settings of flowdeck stay here."""


class ProcessRunner:
    """Runs jobs beside the runtime."""

    name: ClassVar[str] = "process"
    survives: ClassVar[bool] = False
    """Jobs do not outlive the runtime: nobody would read what they say."""

    def __init__(self, toolchains: Toolchains, leftovers: Leftovers) -> None:
        self._toolchains = toolchains
        self._leftovers = leftovers

    async def check(self) -> str:
        return "processes of this machine"

    async def start(self, job: Job, report: Report) -> Running:
        environment = inherited(os.environ)
        if job.toolchain is not None:
            environment |= await self._toolchains.provide(job.toolchain, environment, report)
        spawning = asyncio.ensure_future(self._spawn(job, {**environment, **job.environment, MARK: job.id}))
        try:
            return await asyncio.shield(spawning)
        except asyncio.CancelledError:
            await finish(_unspawn(spawning))  # a process that is being started can't be called back
            raise

    async def _spawn(self, job: Job, environment: Mapping[str, str]) -> Running:
        running = RunningProcess(job, self._leftovers)
        try:
            await running.start(environment)
        except FileNotFoundError:
            return NeverStarted(
                Exit(code=127, reason=f"there is no program `{job.command[0]}` on this machine")
            )
        except PermissionError:
            return NeverStarted(Exit(code=126, reason=f"`{job.command[0]}` may not be run"))
        return running

    async def find(self, job: Job) -> Running | None:
        """Never found: what an earlier runtime left of the job is stopped, so that it is gone for certain."""
        await self._leftovers.end(job.id, job.stop_grace.total_seconds())
        return None

    async def close(self) -> None:
        """Nothing is held."""


async def _unspawn(spawning: "asyncio.Future[Running]") -> None:
    running = await spawning
    await running.stop()
    await running.release()


def inherited(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name in INHERITED or name.startswith("LC_")}


class NeverStarted:
    """A job whose program could not be started at all."""

    def __init__(self, end: Exit) -> None:
        self._end = end

    async def lines(self) -> AsyncGenerator[Line, None]:
        return
        yield

    async def wait(self) -> Exit:
        return self._end

    async def stop(self) -> None:
        """There is nothing to stop."""

    async def release(self) -> None:
        """Nor to remove."""


class RunningProcess:
    """One process with all that it starts."""

    def __init__(self, job: Job, leftovers: Leftovers) -> None:
        self._job = job
        self._leftovers = leftovers
        self._output = ProcessOutput(end_others=self._end_others)
        self._transport: asyncio.SubprocessTransport
        self._stopped = False

    async def start(self, environment: Mapping[str, str]) -> None:
        self._transport, _ = await asyncio.get_running_loop().subprocess_exec(
            lambda: self._output,
            *self._job.command,
            cwd=self._job.directory,
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
        self._leftovers.note(self._job.id, self._pid)

    @property
    def _pid(self) -> int:
        return self._transport.get_pid()

    def lines(self) -> AsyncGenerator[Line, None]:
        return self._output.lines()

    def _end_others(self) -> None:
        leftovers.send(self._job.id, self._pid, signal.SIGKILL)

    async def wait(self) -> Exit:
        await self._output.exited.wait()
        leftovers.end_group(self._pid)
        self._leftovers.forget(self._job.id)
        code = self._transport.get_returncode()
        assert code is not None
        return Exit(code=code) if code >= 0 else Exit(code=128 - code, reason=self._reason(-code))

    def _reason(self, number: int) -> str:
        if self._stopped:
            return "stopped"
        with contextlib.suppress(ValueError):
            return f"killed by {signal.Signals(number).name} from outside"
        return f"killed by signal {number} from outside"

    async def stop(self) -> None:
        self._stopped = True
        await leftovers.stop(self._job.id, self._pid, self._job.stop_grace.total_seconds())

    async def release(self) -> None:
        self._output.close()
        self._leftovers.forget(self._job.id)
