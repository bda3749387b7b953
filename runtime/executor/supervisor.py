"""The one loop: take events, let the engine decide, write it down in one transaction, then do what was decided.

Events that arrive while a transaction is being written share the next one, so that 200 executions cost few commits. What
can't be written (a full disk) is tried again until it can: nothing is done that was not written down.
"""

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

import msgspec

from runtime.clock import Clock
from runtime.engine import unfinished
from runtime.engine.commands import Announce, AnyCommand, Forget
from runtime.engine.replay import replay
from runtime.engine.snapshot import Snapshot, begin, is_same
from runtime.engine.step import step
from runtime.errors import Failure
from runtime.executor.news import News
from runtime.model.events import AnyEvent, ExecutionCreated, KillRequested
from runtime.model.execution import Execution
from runtime.model.flow import Flow
from runtime.model.states import State
from runtime.model.views import ExecutionChanged
from runtime.store import Recorded, Store

logger = logging.getLogger(__name__)

BATCH = 500
"""Events that share one transaction at the most."""

PATIENCE = 2.0
"""Seconds between tries to write, while the store refuses."""


class Performer(Protocol):
    """Does what the engine asks; must return at once."""

    def perform(self, snapshot: Snapshot, command: AnyCommand) -> None: ...

    def recall(self, snapshot: Snapshot) -> None:
        """An execution of an earlier runtime is back; all come back before any goes on."""
        ...

    def resume(self, snapshot: Snapshot, command: AnyCommand) -> None:
        """The same for a command that an earlier runtime may have begun."""
        ...


class Posted(msgspec.Struct, frozen=True):
    """An event on its way, and who waits until it is written down."""

    execution_id: str
    event: AnyEvent
    written: "asyncio.Future[None] | None" = None
    defect: Exception | None = None
    """Set where nothing can come of the execution any more."""


class Statistics(msgspec.Struct, frozen=True):
    """What the supervisor has in hand."""

    live: int
    waiting: int
    events: int
    transactions: int
    trouble: str


class Supervisor:
    """Owns the snapshots of all executions that have not ended."""

    def __init__(self, store: Store, clock: Clock, news: News) -> None:
        self._store = store
        self._clock = clock
        self._news = news
        self._performer: Performer | None = None
        self._inbox: asyncio.Queue[Posted] = asyncio.Queue()
        self._live: dict[str, Snapshot] = {}
        self._sequences: dict[str, int] = {}
        self._ends: dict[str, asyncio.Event] = {}
        self._events = self._transactions = 0
        self.tell: Callable[[], None] | None = None
        """Called when executions have come into states; None where nobody waits for that, and none is written down."""
        self.trouble = ""
        """Why nothing can be written at present; empty when all is well."""

    def attach(self, performer: Performer) -> None:
        self._performer = performer

    def statistics(self) -> Statistics:
        return Statistics(
            len(self._live), self._inbox.qsize(), self._events, self._transactions, self.trouble
        )

    def snapshot(self, execution_id: str) -> Snapshot | None:
        """The execution as it is now, while it is live."""
        return self._live.get(execution_id)

    def live(self) -> Iterable[Snapshot]:
        return tuple(self._live.values())

    # --- what others call

    def post(self, execution_id: str, event: AnyEvent) -> None:
        self._inbox.put_nowait(Posted(execution_id, event))

    def give_up(self, execution_id: str, defect: Exception) -> None:
        """End an execution as FAILED: something that it waits for will never come."""
        now = self._clock.now()
        self._inbox.put_nowait(Posted(execution_id, KillRequested(at=now), defect=defect))

    async def record(self, execution_id: str, event: AnyEvent) -> None:
        """Post an event, and wait until it is written down."""
        written = asyncio.get_running_loop().create_future()
        self._inbox.put_nowait(Posted(execution_id, event, written))
        await written

    async def create(self, flow: Flow, execution: Execution, *, refused: str | None = None) -> None:
        """Begin an execution; when this returns, it survives a crash. One that is `refused` only tells why."""
        self._live[execution.id] = begin(flow, execution)
        date = execution.schedule_date
        begins = date if date is not None and date > execution.created else None
        created = ExecutionCreated(at=execution.created, execution=execution, refused=refused, begins=begins)
        await self.record(execution.id, created)

    async def adopt(self, flow: Flow, events: Sequence[AnyEvent]) -> None:
        """Begin an execution with a past: the events before the last one are written down, the last one is carried out."""
        *past, last = events
        after, commands = step(replay(flow, past), last)
        execution = after.execution
        records = [Recorded(seq=seq, event=event, execution=execution) for seq, event in enumerate(past, 1)]
        records.append(Recorded(seq=len(events), event=last, execution=execution, touched=after.ordered()))
        await self._write(records)
        self._live[execution.id], self._sequences[execution.id] = after, len(events)
        self._publish(records[-1:])
        self._perform([(execution.id, command) for command in commands])

    async def knows(self, execution_id: str) -> bool:
        """Whether there is such an execution, live or ended."""
        return execution_id in self._live or await self._store.executions.exists(execution_id)

    async def wait_end(self, execution_id: str) -> None:
        """Until the execution has nothing more to do, afterExecution included; at once where it is not live."""
        if execution_id in self._live:
            await self._ends.setdefault(execution_id, asyncio.Event()).wait()

    async def revive(self, flow: Flow, execution_id: str) -> Snapshot:
        """Bring an execution back from its log, without performing anything yet."""
        log = await self._store.executions.events(execution_id)
        snapshot = replay(flow, (event for _, event in log))
        self._live[execution_id] = snapshot
        self._sequences[execution_id] = log[-1][0]
        assert self._performer is not None
        self._performer.recall(snapshot)
        return snapshot

    def resume(self, snapshot: Snapshot) -> None:
        """Perform what an earlier runtime had been asked for and did not answer."""
        assert self._performer is not None
        for command in unfinished.commands(snapshot):
            if isinstance(command, Forget):
                self._forget(snapshot.execution.id)
            else:
                self._performer.resume(snapshot, command)

    # --- the loop

    async def run(self) -> None:
        while True:
            batch = [await self._inbox.get()]
            while len(batch) < BATCH and not self._inbox.empty():
                batch.append(self._inbox.get_nowait())
            await self._take(batch)

    async def _take(self, batch: list[Posted]) -> None:
        records: list[Recorded] = []
        commands: list[tuple[str, AnyCommand]] = []
        for posted in batch:
            commands += self._decide(posted, records)
        if records:
            await self._write(records)
            if self.tell is not None and any(record.came_into for record in records):
                self.tell()
        for posted in batch:
            if posted.written is not None and not posted.written.done():
                posted.written.set_result(None)
        self._publish(records)
        self._perform(commands)

    def _decide(self, posted: Posted, records: list[Recorded]) -> list[tuple[str, AnyCommand]]:
        before = self._live.get(posted.execution_id)
        if before is None:
            return []
        if posted.defect is not None:
            return self._give_up(before, posted.event, posted.defect, records)
        try:
            after, commands = step(before, posted.event)
        except Exception as defect:  # one execution's defect must not end the others
            logger.exception("execution %s broke at %s", posted.execution_id, posted.event)
            return self._give_up(before, posted.event, defect, records)
        if not commands and is_same(before, after):
            return []
        sequence = self._sequences[posted.execution_id] = self._sequences.get(posted.execution_id, 0) + 1
        self._live[posted.execution_id] = after
        records.append(
            Recorded(
                seq=sequence,
                event=posted.event,
                execution=after.execution,
                touched=tuple(after.task_runs[run_id] for run_id in after.touched),
                removed=after.removed,
                came_into=self._came_into(before, after),
                finished=after.finished,
            )
        )
        return [(posted.execution_id, command) for command in commands]

    def _came_into(self, before: Snapshot, after: Snapshot) -> State | None:
        state = after.execution.state
        return state if self.tell is not None and state is not before.execution.state else None

    def _give_up(
        self, before: Snapshot, event: AnyEvent, defect: Exception, records: list[Recorded]
    ) -> list[tuple[str, AnyCommand]]:
        """End an execution that the engine can't go on with: it is written down as FAILED, with what still ran."""
        error = f"a defect of flowdeck: {type(defect).__name__}: {defect}"
        ended = {"state": State.FAILED, "ended": event.at}
        execution = msgspec.structs.replace(before.execution, error=error, **ended)
        live = tuple(msgspec.structs.replace(before.task_runs[run_id], **ended) for run_id in before.live)
        sequence = self._sequences.get(execution.id, 0) + 1
        finished = KillRequested(at=event.at, reason=error)
        records.append(
            Recorded(seq=sequence, event=finished, execution=execution, touched=live, finished=True)
        )
        self._live[execution.id] = msgspec.structs.replace(before, execution=execution, finished=True)
        return [(execution.id, Forget())]

    async def _write(self, records: list[Recorded]) -> None:
        while True:
            try:
                await self._store.executions.record(records)
            except Failure as failure:
                self.trouble = failure.message
                logger.exception("the store refuses to write; trying again")
                await asyncio.sleep(PATIENCE)
            else:
                self.trouble = ""
                self._events += len(records)
                self._transactions += 1
                return

    def _publish(self, records: list[Recorded]) -> None:
        for record in records:
            self._news.publish(
                ExecutionChanged(
                    sequence=0, execution=record.execution, task_runs=record.touched, removed=record.removed
                )
            )

    def _perform(self, commands: list[tuple[str, AnyCommand]]) -> None:
        assert self._performer is not None
        for execution_id, command in commands:
            snapshot = self._live[execution_id]
            if isinstance(command, Forget):
                self._forget(execution_id)
            self._performer.perform(snapshot, command)

    def _forget(self, execution_id: str) -> None:
        self._live.pop(execution_id, None)
        self._sequences.pop(execution_id, None)
        if (end := self._ends.pop(execution_id, None)) is not None:
            end.set()


__all__ = ["Announce", "Performer", "Statistics", "Supervisor"]
