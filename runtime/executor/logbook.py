"""The logs of the attempts that run: written through, masked, flushed ten times a second, and followers woken."""

import asyncio
import logging
from datetime import datetime
from pathlib import Path

from runtime.clock import Clock
from runtime.secrets.redact import Redactor
from runtime.store.logs import LogWriter

logger = logging.getLogger(__name__)

FLUSH_INTERVAL = 0.1  # seconds

LEVELS = ("TRACE", "DEBUG", "INFO", "WARN", "ERROR")


class AttemptLog:
    """One attempt's log, as its task sees it."""

    def __init__(
        self, writer: LogWriter, redactor: Redactor, clock: Clock, book: "LogBook", minimum: str | None
    ) -> None:
        self.writer = writer
        self._redactor = redactor
        self._clock = clock
        self._book = book
        self._minimum = LEVELS.index(minimum) if minimum in LEVELS else 0
        self.known_until = writer.last_time
        """The time of the last line that an earlier runtime wrote. A job that is attached to tells everything once more: its
        task needs all of it, this log only what came later."""

    def write(self, level: str, message: str, *, at: datetime | None = None) -> None:
        if level in LEVELS and LEVELS.index(level) < self._minimum:
            return
        if at is not None and self.known_until is not None and at <= self.known_until:
            return
        moment = at or self._clock.now()
        for line in self._redactor.redact(message).splitlines() or [""]:
            self.writer.write(level, line, moment)
        self._book.touch(self)

    def debug(self, message: str) -> None:
        self.write("DEBUG", message)

    def info(self, message: str) -> None:
        self.write("INFO", message)

    def warn(self, message: str) -> None:
        self.write("WARN", message)

    def error(self, message: str) -> None:
        self.write("ERROR", message)

    @property
    def lines(self) -> int:
        return self.writer.lines

    def close(self) -> None:
        try:
            self.writer.close()
        except OSError as full:
            logger.error("the last lines of a log are lost: %s", full)
        self._book.closed(self)


class LogBook:
    """All open logs of a runtime."""

    def __init__(self, directory: Path, redactor: Redactor, clock: Clock) -> None:
        self._directory = directory
        self._redactor = redactor
        self._clock = clock
        self._dirty: set[AttemptLog] = set()
        self._written = asyncio.Event()
        self._followers: set[asyncio.Event] = set()

    def path(self, execution_id: str, task_run_id: str, attempt: int) -> Path:
        return self._directory / execution_id / task_run_id / f"{attempt}.log"

    def open(
        self, execution_id: str, task_run_id: str, attempt: int, *, minimum: str | None = None
    ) -> AttemptLog:
        writer = LogWriter(self.path(execution_id, task_run_id, attempt))
        return AttemptLog(writer, self._redactor, self._clock, self, minimum)

    def touch(self, log: AttemptLog) -> None:
        self._dirty.add(log)
        self._written.set()

    def closed(self, log: AttemptLog) -> None:
        self._dirty.discard(log)
        self.wake()

    async def run(self) -> None:
        """Flush what was written, until cancelled; what a full disk refuses is tried again."""
        while True:
            if not self._dirty:
                await self._written.wait()
            await asyncio.sleep(FLUSH_INTERVAL)
            self.flush()

    def flush(self) -> None:
        self._written.clear()
        dirty, self._dirty = self._dirty, set()
        for log in dirty:
            try:
                log.writer.flush()
            except OSError as full:
                logger.warning("a log waits for room on the disk: %s", full)
                self._dirty.add(log)
        self.wake()

    def wake(self) -> None:
        """Followers look again: a log has grown, or an execution has ended."""
        for follower in self._followers:
            follower.set()

    async def wait_grown(self, patience: float) -> None:
        """Until some log has grown or been closed, or `patience` seconds have passed."""
        follower = asyncio.Event()
        self._followers.add(follower)
        try:
            async with asyncio.timeout(patience):
                await follower.wait()
        except TimeoutError:
            pass
        finally:
            self._followers.discard(follower)
