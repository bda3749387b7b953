"""Task runs as the rows of a Gantt chart: runs below what holds them, rounds of a loop in their order."""

from collections.abc import Callable, Iterator
from datetime import datetime
from enum import Enum
from typing import Any, NamedTuple

from console.models.execution_failure import label
from console.models.execution_nodes import name_of
from console.models.execution_state import ExecutionState
from console.models.execution_tasks import seconds
from console.render.gantt import GanttRow, Kind, Span
from runtime.model.execution import Attempt, Node, TaskRun
from runtime.model.states import State

OF_ATTEMPT, OF_NODE = "#", "@"
"""Behind a task run's id in a row's: the number of an attempt, or the id of a node."""


class Order(Enum):
    """How runs that stand beside each other are sorted."""

    START = "start"  #: the first that began is on top
    DURATION = "duration"  #: the one that took the longest is on top
    TOPOLOGY = "topology"  #: as in the flow's file

    @property
    def following(self) -> "Order":
        orders = list(Order)
        return orders[(orders.index(self) + 1) % len(orders)]


def rows(
    state: ExecutionState,
    now: datetime,
    *,
    order: Order = Order.START,
    attempts: bool = False,
    nodes: bool = False,
) -> list[GanttRow]:
    """A row for each task run; with `attempts` each try of one that was tried again gets a row of its own below, with `nodes`
    each dbt node that has begun."""
    key = _key(state, now, order)
    found: list[GanttRow] = []
    waiting = [(run, 0) for run in sorted(state.children.get("", ()), key=key, reverse=True)]
    while waiting:
        run, depth = waiting.pop()
        found.append(_row(state, run, depth))
        if attempts and len(run.attempts) > 1:
            found += [_attempt_row(state, run, attempt, depth + 1) for attempt in run.attempts]
        if nodes:
            found += _node_rows(state, run, depth + 1)
        inside = sorted(state.children.get(run.id, ()), key=key, reverse=True)
        waiting += [(child, depth + 1) for child in inside]
    return found


def _key(state: ExecutionState, now: datetime, order: Order) -> Callable[[TaskRun], Any]:
    place = {task.id: index for index, task in enumerate(state.topology.nodes)}
    if order is Order.TOPOLOGY:
        return lambda run: (run.iteration or 0, place.get(run.task_id, 0), run.created, _number(run))
    if order is Order.DURATION:
        return lambda run: (-(seconds(run, now) or 0.0), run.created, _number(run))
    return lambda run: (run.iteration or 0, run.started or run.created, _number(run))


def _number(run: TaskRun) -> int:
    """Runs are numbered as they are created: ties of time are no ties."""
    tail = run.id.rpartition("-")[2]
    return int(tail) if tail.isdigit() else 0


def _row(state: ExecutionState, run: TaskRun, depth: int) -> GanttRow:
    return GanttRow(
        id=run.id,
        label=label(run),
        state=run.state.value,
        spans=tuple(spans(run, state.begun)),
        depth=depth,
        typical=state.typical.get(run.task_id),
    )


def _attempt_row(state: ExecutionState, run: TaskRun, attempt: Attempt, depth: int) -> GanttRow:
    return GanttRow(
        id=f"{run.id}{OF_ATTEMPT}{attempt.number}",
        label=f"attempt {attempt.number}",
        state=attempt.state.value,
        spans=(_attempt_span(attempt, state.begun, ""),),
        depth=depth,
    )


def _node_rows(state: ExecutionState, run: TaskRun, depth: int) -> list[GanttRow]:
    begun = [(node.started, node) for node in state.by_run.get(run.id, ()) if node.started is not None]
    begun.sort(key=lambda pair: (pair[0], pair[1].unique_id))
    return [_node_row(state, node, started, depth) for started, node in begun]


def _node_row(state: ExecutionState, node: Node, started: datetime, depth: int) -> GanttRow:
    end = None if node.ended is None else _at(node.ended, state.begun)
    bar = Span(_at(started, state.begun), end, Kind.RUN, node.status)
    return GanttRow(f"{node.task_run_id}{OF_NODE}{node.unique_id}", name_of(node), node.status, (bar,), depth)


def spans(run: TaskRun, begun: datetime) -> Iterator[Span]:
    """Queued, then attempts with what was waited between them; a task that only holds others ran as long as they did."""
    if not run.attempts:
        yield from _unattempted(run, begun)
        return
    end = run.created
    for attempt in run.attempts:
        if attempt.started > end:
            yield Span(
                _at(end, begun),
                _at(attempt.started, begun),
                Kind.QUEUED if attempt.number == 1 else Kind.WAIT,
            )
        yield _attempt_span(attempt, begun, str(attempt.number) if len(run.attempts) > 1 else "")
        end = attempt.ended or end
    if run.state is State.RETRYING and run.attempts[-1].ended is not None:
        yield Span(_at(end, begun), None, Kind.WAIT)


def _unattempted(run: TaskRun, begun: datetime) -> Iterator[Span]:
    if run.started is None:
        if not run.state.is_terminal:
            yield Span(_at(run.created, begun), None, Kind.QUEUED)
        return
    if run.started > run.created:
        yield Span(_at(run.created, begun), _at(run.started, begun), Kind.QUEUED)
    end = None if run.ended is None else _at(run.ended, begun)
    yield Span(_at(run.started, begun), end, Kind.RUN, run.state.value)


def _attempt_span(attempt: Attempt, begun: datetime, mark: str) -> Span:
    end = None if attempt.ended is None else _at(attempt.ended, begun)
    return Span(_at(attempt.started, begun), end, Kind.RUN, attempt.state.value, mark)


def _at(moment: datetime, begun: datetime) -> float:
    return (moment - begun).total_seconds()


class Row(NamedTuple):
    """What a row stands for."""

    task_run_id: str
    attempt: int = 0
    """0 where it stands for all of them."""
    node: str = ""
    """dbt's unique id."""

    @classmethod
    def of(cls, row_id: str) -> "Row":
        run, sign, node = row_id.partition(OF_NODE)
        if sign:
            return cls(run, node=node)
        run, _, attempt = row_id.partition(OF_ATTEMPT)
        return cls(run, int(attempt or 0))
