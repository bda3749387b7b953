"""Task runs as the rows of a Gantt chart: runs below what holds them, rounds of a loop in their order."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from enum import Enum
from typing import Any

from console.models.execution_failure import label
from console.models.execution_state import ExecutionState
from console.models.execution_tasks import seconds
from console.render.gantt import GanttRow, Kind, Span
from runtime.model.execution import Attempt, TaskRun
from runtime.model.states import State


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
    state: ExecutionState, now: datetime, *, order: Order = Order.START, attempts: bool = False
) -> list[GanttRow]:
    """A row for each task run; with `attempts` each try of one that was tried again gets a row of its own below."""
    key = _key(state, now, order)
    found: list[GanttRow] = []
    waiting = [(run, 0) for run in sorted(state.children.get("", ()), key=key, reverse=True)]
    while waiting:
        run, depth = waiting.pop()
        found.append(_row(state, run, depth))
        if attempts and len(run.attempts) > 1:
            found += [_attempt_row(state, run, attempt, depth + 1) for attempt in run.attempts]
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
        id=f"{run.id}#{attempt.number}",
        label=f"attempt {attempt.number}",
        state=attempt.state.value,
        spans=(_attempt_span(attempt, state.begun, ""),),
        depth=depth,
    )


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


def is_open(row: GanttRow) -> bool:
    """Whether something in it goes on."""
    return any(span.end is None for span in row.spans)


def run_id(row: GanttRow) -> str:
    """The task run that a row stands for."""
    return row.id.partition("#")[0]


def shown_attempt(row: GanttRow) -> int:
    """The attempt that a row stands for; 0 where it stands for all of them."""
    return int(row.id.partition("#")[2] or 0)


def until(rows: Sequence[GanttRow], now: float) -> float:
    """The last instant of all rows."""
    ends = [now if span.end is None else span.end for row in rows for span in row.spans]
    return max(ends, default=now)
