"""Jobs as processes of this machine: each in a session of its own, stopped as a whole, with no more of the runtime's environment than it needs."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import ClassVar, Literal

from runtime.runners.base import Exit, Job, Line, Report, Running
from runtime.runners.leftovers import Leftovers
from runtime.runners.lines import Lines
from runtime.runners.steadfast import finish
from runtime.runners.toolchains import Toolchains

MARK = "FLOWDECK_JOB"
"""A job's processes carry its id in this variable, so that those which left its group are found too."""

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

CHUNK = 64 * 1024  # bytes

LINGER = 2.0
"""Seconds that a process's children may hold its output open after its own end, before they are stopped too."""


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
        try:
            process = await asyncio.create_subprocess_exec(
                *job.command,
                cwd=job.directory,
                env=environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                start_new_session=True,
            )
        except FileNotFoundError:
            return NeverStarted(
                Exit(code=127, reason=f"there is no program `{job.command[0]}` on this machine")
            )
        except PermissionError:
            return NeverStarted(Exit(code=126, reason=f"`{job.command[0]}` may not be run"))
        self._leftovers.note(job.id, process.pid)
        return RunningProcess(job, process, self._leftovers)

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

    async def lines(self) -> AsyncIterator[Line]:
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

    def __init__(self, job: Job, process: asyncio.subprocess.Process, leftovers: Leftovers) -> None:
        self._job = job
        self._process = process
        self._leftovers = leftovers
        self._stopped = False

    async def lines(self) -> AsyncIterator[Line]:
        queue: asyncio.Queue[Line | None] = asyncio.Queue(maxsize=10_000)
        async with asyncio.TaskGroup() as group:
            assert self._process.stdout is not None
            assert self._process.stderr is not None
            readers = [
                group.create_task(self._read(self._process.stdout, "stdout", queue)),
                group.create_task(self._read(self._process.stderr, "stderr", queue)),
            ]
            watch = group.create_task(self._end_stragglers())
            left = len(readers)
            while left:
                line = await queue.get()
                if line is None:
                    left -= 1
                else:
                    yield line
            watch.cancel()

    async def _read(
        self,
        stream: asyncio.StreamReader,
        name: Literal["stdout", "stderr"],
        queue: "asyncio.Queue[Line | None]",
    ) -> None:
        lines = Lines()
        while data := await stream.read(CHUNK):
            now = datetime.now(UTC)
            for text in lines.feed(data):
                await queue.put(Line(text=text, stream=name, at=now))
        for text in lines.finish():
            await queue.put(Line(text=text, stream=name, at=datetime.now(UTC)))
        await queue.put(None)

    async def _end_stragglers(self) -> None:
        """A process that ended may leave children behind that hold its output open: they end with it."""
        await _exited(self._process)
        await asyncio.sleep(LINGER)
        self._leftovers.signal(self._job.id, self._process.pid, signal.SIGKILL)

    async def wait(self) -> Exit:
        code = await self._process.wait()
        self._leftovers.signal(self._job.id, self._process.pid, signal.SIGKILL, marked=False)
        self._leftovers.forget(self._job.id)
        if code >= 0:
            return Exit(code=code)
        return Exit(code=128 - code, reason=self._reason(-code))

    def _reason(self, number: int) -> str:
        if self._stopped:
            return "stopped"
        with contextlib.suppress(ValueError):
            return f"killed by {signal.Signals(number).name} from outside"
        return f"killed by signal {number} from outside"

    async def stop(self) -> None:
        self._stopped = True
        grace = self._job.stop_grace.total_seconds()
        for number, patience in ((signal.SIGINT, grace), (signal.SIGTERM, grace / 4), (signal.SIGKILL, 5.0)):
            self._leftovers.signal(self._job.id, self._process.pid, number)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(patience):
                    await _exited(self._process)
                    await self._leftovers.gone(self._job.id, self._process.pid)
                    break

    async def release(self) -> None:
        self._leftovers.forget(self._job.id)


async def _exited(process: asyncio.subprocess.Process) -> None:
    """Until the process itself has ended; asyncio's own wait lasts until its children let go of its output too."""
    try:
        descriptor = os.pidfd_open(process.pid)
    except (AttributeError, OSError):  # not Linux, or gone already
        while process.returncode is None:  # noqa: ASYNC110 - nothing else tells of it there
            await asyncio.sleep(0.1)
        return
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    loop.add_reader(descriptor, ended.set)
    try:
        await ended.wait()
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)
