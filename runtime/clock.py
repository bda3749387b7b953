"""Time as the runtime sees it: one small interface, the system's clock behind it, and one that tests move by hand."""

import asyncio
import heapq
import time
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Protocol

LONGEST_SLEEP = (
    15.0  # seconds: the wall clock may be set, or the machine suspended, while the event loop's stands still
)
SETTLE_PASSES = 25  # turns of the event loop that a woken sleeper gets before time moves on


class Clock(Protocol):
    """Where the runtime gets its time from: every part that waits or stamps takes one."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds since some fixed point; never set back. For durations."""
        ...

    async def sleep_until(self, when: datetime) -> None:
        """Return at `when` (aware) or as soon after it as possible, never before; at once where it has passed."""
        ...


class SystemClock:
    """The machine's own clock. A sleep follows the wall clock when it is set, and ends soon after a suspend."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep_until(self, when: datetime) -> None:
        while (remaining := (when - self.now()).total_seconds()) > 0:  # noqa: ASYNC110 - there is no event to wait for
            await asyncio.sleep(min(remaining, LONGEST_SLEEP))
        await asyncio.sleep(0)  # one turn for the others, also where there was nothing to wait for


class ManualClock:
    """A clock that stands still until `advance` moves it: tests and simulations wait for nothing."""

    def __init__(self, start: datetime = datetime(2026, 1, 1, tzinfo=UTC)) -> None:
        self._start = self._now = start.astimezone(UTC)
        self._sleepers: list[tuple[datetime, int, asyncio.Future[None]]] = []
        self._order = count()

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return (self._now - self._start).total_seconds()

    @property
    def sleepers(self) -> int:
        """How many coroutines wait for a later time."""
        return sum(not future.done() for _, _, future in self._sleepers)

    async def sleep_until(self, when: datetime) -> None:
        if when <= self._now:
            await asyncio.sleep(0)
            return
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (when, next(self._order), woken))
        await woken

    async def advance(self, seconds: float) -> None:
        """Move on by `seconds`, stopping at each sleeper's time on the way.

        Whoever is woken sees exactly the time that it asked for, may sleep again, and is woken again if that falls within
        the same advance. Sleepers of the same time wake in the order in which they went to sleep.
        """
        end = self._now + timedelta(seconds=seconds)
        await _settle()
        while self._sleepers and self._sleepers[0][0] <= end:
            when, _, woken = heapq.heappop(self._sleepers)
            if woken.done():  # its coroutine was cancelled
                continue
            self._now = max(self._now, when.astimezone(UTC))
            woken.set_result(None)
            await _settle()
        self._now = end


async def _settle() -> None:
    """Let everything run that can run without time or the outside world."""
    for _ in range(SETTLE_PASSES):
        await asyncio.sleep(0)
