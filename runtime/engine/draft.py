"""One step at work: a mutable view of a snapshot, thrown away when the next snapshot has been taken from it."""

from collections import deque
from datetime import datetime
from typing import Any

import msgspec

from runtime.engine.commands import AnyCommand, Evaluate, StartAttempt
from runtime.engine.snapshot import Place, Scope, Snapshot, number_of, task_run_id
from runtime.model.execution import Attempt, Change, TaskRun
from runtime.model.states import TRANSITIONS, State

replace = msgspec.structs.replace

BEGUN = frozenset({State.RUNNING, State.RETRYING})
"""What an execution does not become while it is held, whatever its tasks do."""

LONGEST = 500
"""Entries of an execution's history from which on waiting for a retry, and its end, are no news: each event writes all of it down."""


class ImpossibleTransition(AssertionError):
    """A defect: the engine tried to bring a task run into a state that may not follow the present one."""


class Draft:
    """Collects what one event changes and what it asks for."""

    def __init__(self, snapshot: Snapshot, at: datetime) -> None:
        self.at = at
        self.flow = snapshot.flow
        self.execution = snapshot.execution
        self.task_runs = snapshot.task_runs
        self.places = snapshot.places
        self.scopes = snapshot.scopes
        self.values = snapshot.values
        self.outputs = snapshot.outputs
        self.inner = snapshot.inner
        self.live = snapshot.live
        self.count = snapshot.count
        self.missed = snapshot.missed
        self.announced = snapshot.announced
        self.held = snapshot.held
        self.finished = snapshot.finished
        self.commands: list[AnyCommand] = []
        self.ended: deque[str] = deque()
        """Task runs that came to their end in this step and whose lane has not gone on yet: a queue, since recursion has a limit."""
        self.removed: list[str] = []
        self._touched: dict[str, None] = {}

    def done(self, snapshot: Snapshot) -> Snapshot:
        return replace(
            snapshot,
            execution=self.execution,
            task_runs=self.task_runs,
            places=self.places,
            scopes=self.scopes,
            values=self.values,
            outputs=self.outputs,
            inner=self.inner,
            live=self.live,
            count=self.count,
            touched=tuple(sorted(self._touched, key=number_of)),
            removed=tuple(self.removed),
            missed=self.missed,
            announced=self.announced,
            held=self.held,
            finished=self.finished,
        )

    @property
    def has_moved(self) -> bool:
        """Whether any task run has changed."""
        return bool(self._touched)

    def ask(self, command: AnyCommand) -> None:
        if self.held is not None and isinstance(command, StartAttempt | Evaluate):
            self.held = (*self.held, command)
        else:
            self.commands.append(command)

    # --- task runs

    def create(
        self, place: Place, *, parent_id: str | None, branch: str, value: str | None, iteration: int | None
    ) -> TaskRun:
        self.count += 1
        run = TaskRun(
            id=task_run_id(self.execution.id, self.count),
            execution_id=self.execution.id,
            task_id=place.spec.id,
            type=place.spec.type,
            branch=branch,
            value=value,
            iteration=iteration,
            parent_id=parent_id,
            created=self.at,
            history=(Change(State.CREATED, self.at),),
        )
        self.places = self.places.insert(run.id, place)
        self.live = self.live.insert(run.id, None)
        return self.put(run)

    def put(self, run: TaskRun) -> TaskRun:
        self.task_runs = self.task_runs.insert(run.id, run)
        self._touched[run.id] = None
        return run

    def move(self, run: TaskRun, state: State, **changes: Any) -> TaskRun:
        """Bring a task run into a state, by the table of what may follow what."""
        if state is run.state:
            return self.put(replace(run, **changes)) if changes else run
        if state not in TRANSITIONS.get(run.state, frozenset()):
            raise ImpossibleTransition(f"{run.id} ({run.task_id}): {run.state} -> {state}")
        if state is State.RUNNING and run.started is None:
            changes["started"] = self.at
        if state.is_terminal:
            changes |= {"ended": self.at, "next_attempt": None}
            self.live = self.live.discard(run.id)
        return self.put(replace(run, state=state, history=(*run.history, Change(state, self.at)), **changes))

    def end_attempt(self, run: TaskRun, state: State, **changes: Any) -> TaskRun:
        """Close the latest attempt; one that ended before it began gets its record now."""
        last = run.attempt
        if last is None or last.state.is_terminal:
            last = Attempt(number=len(run.attempts) + 1, state=State.CREATED, started=self.at)
            run = replace(run, attempts=(*run.attempts, last))
        ended = replace(last, state=state, ended=self.at, **changes)
        return self.put(replace(run, attempts=(*run.attempts[:-1], ended)))

    def remove(self, run: TaskRun) -> None:
        """Take a task run out, as a restart does with what came after the failure."""
        self.task_runs = self.task_runs.remove(run.id)
        self.places = self.places.remove(run.id)
        self.values = self.values.discard(run.id)
        self.inner = self.inner.discard(run.id)
        self.scopes = self.scopes.discard(run.id)
        self.live = self.live.discard(run.id)
        self._touched.pop(run.id, None)
        self.removed.append(run.id)

    def remove_since(self, first: int, parent_id: str) -> None:
        """Take out what was created inside a task run since there were `first`: only what is younger is looked at."""
        gone = {parent_id}
        for number in range(first + 1, self.count + 1):
            found = self.task_runs.get(task_run_id(self.execution.id, number))
            if found is not None and found.parent_id in gone:
                gone.add(found.id)
                self.remove(found)

    # --- the execution

    def turn(self, state: State, **changes: Any) -> None:
        """Bring the execution into a state."""
        if state is self.execution.state or (self.held is not None and state in BEGUN):
            return
        if state is State.RUNNING and self.execution.started is None:
            changes["started"] = self.at
        if state.is_terminal:
            changes["ended"] = self.at
        history = self.execution.history
        if len(history) < LONGEST or state not in BEGUN:
            history = (*history, Change(state, self.at))
        self.execution = replace(self.execution, state=state, history=history, **changes)

    def amend(self, **changes: Any) -> None:
        self.execution = replace(self.execution, **changes)

    # --- scopes

    def set_scope(self, scope_id: str, scope: Scope) -> Scope:
        self.scopes = self.scopes.insert(scope_id, scope)
        return scope
