"""How many executions of a flow run at once: who holds one of its slots, and who waits for one.

All of it is in the logs of the executions, so nothing is kept here that a restart could lose: after a start each execution
that goes on holds its slot again, and each that waited asks again.
"""

from bisect import insort
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from runtime.clock import Clock
from runtime.engine.snapshot import BEFORE, ROOT, Snapshot
from runtime.model.events import SlotAnswered
from runtime.model.states import State

Name: TypeAlias = tuple[str, str]
"""Namespace and id of a flow."""

REFUSALS = {"CANCEL": State.CANCELLED, "FAIL": State.FAILED}


@dataclass
class Flow:
    """The executions of one flow that has a limit."""

    limit: int
    """Of the execution that asked last: the newest revision's, mostly."""
    holders: set[str] = field(default_factory=set)
    queue: list[tuple[datetime, str]] = field(default_factory=list)
    """Since when each waits, and its id."""

    @property
    def is_full(self) -> bool:
        return len(self.holders) >= self.limit


class Slots:
    """Answers each request for a slot; those that wait get theirs in the order in which they came."""

    def __init__(self, clock: Clock, answer: Callable[[str, SlotAnswered], None]) -> None:
        self._clock = clock
        self._answer = answer
        self._flows: dict[Name, Flow] = {}

    def recall(self, snapshot: Snapshot) -> None:
        """An execution is back after a start of the runtime: it holds the slot that it had."""
        waits = snapshot.finished or snapshot.scopes[ROOT].phase in BEFORE
        if snapshot.flow.concurrency is not None and not waits:
            self._flow(snapshot).holders.add(snapshot.execution.id)

    def ask(self, snapshot: Snapshot) -> None:
        """An execution may not begin before it has a slot."""
        concurrency, execution = snapshot.flow.concurrency, snapshot.execution
        assert concurrency is not None
        flow = self._flow(snapshot)
        flow.limit = concurrency.limit
        if execution.state is State.QUEUED:
            insort(flow.queue, (execution.history[-1].at, execution.id))
            self._give(flow)
        elif not flow.is_full:
            self._grant(flow, execution.id)
        elif concurrency.behavior == "QUEUE":
            insort(flow.queue, (self._clock.now(), execution.id))
            self._say(execution.id, State.QUEUED)
        else:
            count = "one execution" if concurrency.limit == 1 else f"{concurrency.limit} executions"
            reason = f"the flow's `concurrency` allows {count} at once"
            self._say(execution.id, REFUSALS[concurrency.behavior], reason)

    def release(self, snapshot: Snapshot) -> None:
        """An execution has nothing more to do: its slot, or its place in the queue, is free."""
        flow = self._flows.get(_name(snapshot))
        if flow is None:
            return
        gone = snapshot.execution.id
        flow.holders.discard(gone)
        flow.queue = [waiting for waiting in flow.queue if waiting[1] != gone]
        self._give(flow)
        if not flow.holders and not flow.queue:
            del self._flows[_name(snapshot)]

    def _give(self, flow: Flow) -> None:
        while flow.queue and not flow.is_full:
            self._grant(flow, flow.queue.pop(0)[1])

    def _grant(self, flow: Flow, execution_id: str) -> None:
        flow.holders.add(execution_id)
        self._say(execution_id, State.RUNNING)

    def _say(self, execution_id: str, state: State, reason: str | None = None) -> None:
        self._answer(execution_id, SlotAnswered(at=self._clock.now(), state=state, reason=reason))

    def _flow(self, snapshot: Snapshot) -> Flow:
        concurrency = snapshot.flow.concurrency
        return self._flows.setdefault(_name(snapshot), Flow(concurrency.limit if concurrency else 1))


def _name(snapshot: Snapshot) -> Name:
    return snapshot.flow.namespace, snapshot.flow.id
