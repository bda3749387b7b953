"""A scheduler over a real store and a clock that stands still, and executions that end when a test says so."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from runtime.catalogue import checked
from runtime.clock import ManualClock
from runtime.model.events import ExecutionCreated
from runtime.model.execution import Execution, Trigger
from runtime.model.flow import Flow
from runtime.model.states import State
from runtime.scheduler.scheduler import Scheduler
from runtime.scheduler.standing import Standing
from runtime.store import Recorded, Store
from tests.unit.judge import judge

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
PATIENCE = 10  # seconds until a test that waits for what does not come gives up
CALM = 3  # looks at a scheduler that does nothing, until it counts as done
STEP = timedelta(seconds=20)  # below the scheduler's own longest sleep

MINUTELY = 'cron: "* * * * *"'
HOURLY = 'cron: "0 * * * *"'


def flow(*schedules: str, name: str = "nightly", top: str = "") -> Flow:
    """A flow with these schedules, called `first`, `second` ...; each is the lines of its properties."""
    names = ("first", "second", "third")
    lines = [f"id: {name}", "namespace: company.team", top, "tasks:", "  - {id: say, type: log, message: hi}"]
    lines += ["triggers:"] if schedules else []
    for identifier, schedule in zip(names, schedules, strict=False):
        lines += [
            f"  - id: {identifier}",
            "    type: schedule",
            *(f"    {line}" for line in schedule.splitlines()),
        ]
    loaded = checked("\n".join(lines))
    assert loaded.flow is not None, loaded.problems
    return loaded.flow


@dataclass
class Begun:
    """One execution that the scheduler asked for."""

    id: str
    flow: Flow
    trigger: Trigger
    date: datetime
    inputs: dict[str, Any]
    labels: dict[str, str]
    execution: Execution

    @property
    def time(self) -> str:
        return f"{self.date:%H:%M}"


@dataclass
class World:
    """One data directory; `runtime` starts a scheduler on it, as often as a test likes."""

    store: Store
    clock: ManualClock = field(default_factory=lambda: ManualClock(NOON))
    begun: list[Begun] = field(default_factory=list)
    refusal: Exception | None = None
    """Raised instead of beginning anything."""
    while_beginning: Callable[[Execution], Any] | None = None
    """Called when the execution is durable, before the scheduler hears its id."""
    before_beginning: Callable[[], Awaitable[None]] | None = None
    """Awaited when an execution is asked for, before it is durable."""

    @asynccontextmanager
    async def runtime(self, *flows: Flow) -> AsyncIterator[Scheduler]:
        standing = Standing(self.store, self.clock)
        await standing.load()
        scheduler = Scheduler(
            store=self.store,
            clock=self.clock,
            timezone="UTC",
            fire=self.begin,
            changed=lambda: None,
            standing=standing,
            judge=judge(),
        )
        await scheduler.reload(flows)
        loop = asyncio.create_task(scheduler.run())
        try:
            await self.rest()
            yield scheduler
        finally:
            loop.cancel()
            await asyncio.wait({loop})
        if not loop.cancelled() and (broken := loop.exception()):
            raise broken

    async def begin(
        self, flow: Flow, trigger: Trigger, date: datetime, inputs: dict[str, Any], labels: dict[str, str]
    ) -> str:
        if self.refusal is not None:
            raise self.refusal
        if self.before_beginning is not None:
            await self.before_beginning()
        execution = Execution(
            id=f"execution-{len(self.begun):04}",
            namespace=flow.namespace,
            flow_id=flow.id,
            revision=1,
            created=self.clock.now(),
            labels=labels,
            trigger=trigger,
            schedule_date=date,
        )
        self.begun.append(Begun(execution.id, flow, trigger, date, inputs, labels, execution))
        await self._record(execution, 1, finished=False)
        if self.while_beginning is not None and (waits := self.while_beginning(execution)) is not None:
            await waits
        return execution.id

    async def end(
        self, scheduler: Scheduler, begun: Begun, state: State = State.SUCCESS, *, finished: bool = True
    ) -> None:
        ended = msgspec.structs.replace(begun.execution, state=state, ended=self.clock.now())
        await self._record(ended, 2, finished=finished)
        scheduler.ended(ended)
        await self.rest()

    async def _record(self, execution: Execution, seq: int, *, finished: bool) -> None:
        event = ExecutionCreated(at=self.clock.now(), execution=execution)
        recorded = Recorded(seq=seq, event=event, execution=execution, finished=finished)
        await self.store.executions.record([recorded])

    async def rest(self) -> None:
        """Until the scheduler has done what there is to do, and sleeps: the store has one queue, and nothing new comes."""
        calm = 0
        while calm < CALM:
            before = len(self.begun)
            await self.clock.advance(0)
            await self.store.triggers.list()
            calm = calm + 1 if self.clock.sleepers == 1 and len(self.begun) == before else 0
            if calm == 0:
                await until(lambda: self.clock.sleepers == 1)

    async def go(self, **duration: float) -> None:
        """Let time pass, step by step, with the scheduler at rest after each."""
        end = self.clock.now() + timedelta(**duration)
        while self.clock.now() < end:
            await self.clock.advance(min(STEP, end - self.clock.now()).total_seconds())
            await self.rest()

    @property
    def times(self) -> list[str]:
        return [begun.time for begun in self.begun]


@asynccontextmanager
async def world(directory: Path) -> AsyncIterator[World]:
    async with Store.open(directory) as store:
        yield World(store)


async def until(holds: Callable[[], bool]) -> None:
    """Wait until a condition holds; the store works in a thread of its own, which no clock of ours moves."""
    async with asyncio.timeout(PATIENCE):
        while not holds():  # noqa: ASYNC110 - a store in a thread sets no event
            await asyncio.sleep(0.0005)
