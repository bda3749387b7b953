"""An execution at one point of its log: everything that the next step needs, as one immutable value.

The maps are persistent (rpds), so that a step in an execution of 5,000 task runs costs what it costs in one of five.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

import msgspec
from rpds import HashTrieMap

from runtime.engine.commands import Evaluate, StartAttempt
from runtime.model.execution import Execution, TaskRun
from runtime.model.flow import Flow, TaskSpec
from runtime.model.states import State

ROOT = ""
"""The scope of the flow itself."""


class Phase(StrEnum):
    """How far a scope has come."""

    SCHEDULED = "scheduled"  #: the execution begins at a later date
    WAITING = "waiting"  #: the execution may not begin before it has a slot
    EVALUATING = "evaluating"  #: its expressions are being rendered
    PAUSED = "paused"  #: a Pause waits, and its `onPause` runs
    MAIN = "main"  #: its tasks (or its chosen branch)
    ERRORS = "errors"
    FINALLY = "finally"
    CHECKING = "checking"  #: a loop's condition is being rendered
    RESTING = "resting"  #: a loop waits for its next iteration
    COLLECTING = "collecting"  #: its last deed is being done
    OUTPUTS = "outputs"  #: the flow's outputs are being rendered
    ASSERTING = "asserting"  #: the last look at the flow's assertions
    CHOOSING = "choosing"  #: the listeners whose conditions hold are being found
    LISTENERS = "listeners"  #: their tasks, after the end of the execution
    AFTER = "after"  #: tasks after the end of the execution
    RENEWING = "renewing"  #: the execution that takes its place is being begun
    DONE = "done"


BEFORE = frozenset({Phase.SCHEDULED, Phase.WAITING})
"""Phases of an execution that has not begun."""


class Lane(msgspec.Struct, frozen=True):
    """Tasks that follow each other: the whole of a Sequential, one branch of a Parallel, one value of a ForEach."""

    tasks: tuple[TaskSpec, ...]
    branch: str = "tasks"
    value: str | None = None
    iteration: int | None = None
    needs: tuple[int, ...] = ()
    """Numbers of the lanes that must have ended before this one may start (Dag)."""


class Order(msgspec.Struct, frozen=True):
    """Lanes that wait for others (a Dag's); `order.py` says how it goes on."""

    followers: tuple[tuple[int, ...], ...]
    """For each lane those that wait for it."""
    unmet: "HashTrieMap[int, int]"
    """For each lane that may not start how many it waits for."""
    ready: "HashTrieMap[int, int]"
    """Lanes that may start, by the place in which they came to it."""
    started: int = 0
    """The first place of those that have not started yet."""
    came: int = 0
    """How many may start or have started: the next one's place."""


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """A list of tasks being gone through: the flow's own, or a flowable task run's. Only counts, so it stays small."""

    phase: Phase
    lanes: tuple[Lane, ...] = ()
    """Of the present phase."""
    limit: int = 0
    """How many lanes may be open at once; 0 is no limit."""
    started: int = 0
    """Lanes started so far, where they start in order."""
    open: int = 0
    order: Order | None = None
    """Which may start, where some wait for others; None where they start as they stand."""
    state: State = State.SUCCESS
    """The worst state of the main tasks so far."""
    final: State | None = None
    """The state that a child, or a missed promise, has imposed on it."""
    mark: State | None = None
    """The state of what is stopped for a missed promise; else that is KILLED."""
    error: str | None = None
    mends: str | None = None
    """The task run that is to be tried again, and before that the `errors` run: this is their phase."""
    since: int = 0
    """How many task runs there were when they began."""
    kept: "Scope | None" = None
    """The scope as it was before they did, and will be again."""
    heeds: bool = True
    """Whether a failure inside is its own."""
    iteration: int = 0
    """Of a loop, from 1."""
    first: int = 0
    """How many task runs there were when a loop's iteration, or the `errors` before a new try, began."""


class Place(msgspec.Struct, frozen=True):
    """Where a task run stands in its scope."""

    spec: TaskSpec
    lane: int
    position: int


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """The value that `step` takes and gives."""

    flow: Flow
    execution: Execution
    task_runs: "HashTrieMap[str, TaskRun]"
    places: "HashTrieMap[str, Place]"
    scopes: "HashTrieMap[str, Scope]"
    values: "HashTrieMap[str, dict[str, Any]]"
    """The rendered expressions of each flowable that has begun."""
    outputs: "HashTrieMap[str, Any]"
    """`outputs.*` of expressions: task id -> outputs, with a level for each value of an iteration."""
    inner: "HashTrieMap[str, HashTrieMap[str, Any]]"
    """What only the tasks of one iteration of a Loop see: its task run's id -> their `outputs.*`."""
    live: "HashTrieMap[str, None]"
    """The task runs that have not ended."""
    count: int = 0
    """Task runs created so far: the next one's number."""
    touched: tuple[str, ...] = ()
    """The task runs that the last step changed, in the order of creation."""
    removed: tuple[str, ...] = ()
    """The task runs that the last step took out."""
    missed: frozenset[int] = frozenset()
    """The flow's promises (`sla`) that were missed."""
    announced: bool = False
    held: "tuple[StartAttempt | Evaluate, ...] | None" = None
    """What would begin, and waits for the end of a hold (`hold.py`); None where the execution is not held."""
    finished: bool = False
    """Nothing more will happen: afterExecution is through as well."""

    def children(self, parent_id: str | None) -> Iterable[TaskRun]:
        """The task runs of one parent, in no order; looks at all of them: not for use inside a step."""
        return (run for run in self.task_runs.values() if run.parent_id == parent_id)

    def ancestors(self, run: TaskRun) -> Iterable[TaskRun]:
        """From the parent to the outermost."""
        parent = run.parent_id
        while parent is not None:
            yield (found := self.task_runs[parent])
            parent = found.parent_id

    def spec(self, task_run_id: str) -> TaskSpec:
        return self.places[task_run_id].spec

    def ordered(self) -> tuple[TaskRun, ...]:
        """All task runs in the order of creation."""
        return tuple(sorted(self.task_runs.values(), key=lambda run: number_of(run.id)))


def task_run_id(execution_id: str, number: int) -> str:
    """Task runs are numbered within their execution: an id needs no randomness, and sorts by creation."""
    return f"{execution_id}-{number}"


def number_of(run_id: str) -> int:
    return int(run_id.rpartition("-")[2])


def is_same(before: Snapshot, after: Snapshot) -> bool:
    """Whether a step changed nothing (a late or duplicate event): by identity, since that costs the same at any size."""
    fields = ("execution", "task_runs", "scopes", "values", "missed", "held", "finished")
    return all(getattr(before, name) is getattr(after, name) for name in fields)


def begin(flow: Flow, execution: Execution) -> Snapshot:
    """The value before the first step."""
    empty: Mapping[str, Any] = {}
    return Snapshot(
        flow=flow,
        execution=execution,
        task_runs=HashTrieMap(empty),
        places=HashTrieMap(empty),
        scopes=HashTrieMap(empty),
        values=HashTrieMap(empty),
        outputs=HashTrieMap(empty),
        inner=HashTrieMap(empty),
        live=HashTrieMap(empty),
    )
