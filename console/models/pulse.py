"""Home: what wants a person, what runs, and what comes next, as rows of one list."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from console.format import distance, first_line, plural, when
from console.models import execution_row, flow_row, trigger_row
from console.models.columns import Column
from console.models.filter import Filter
from console.models.flow_row import Cell, state_cell
from console.render.cells import Segment
from console.render.durations import duration
from runtime.model.execution import Execution
from runtime.model.states import State
from runtime.model.views import FlowView, TriggerView

NEXT = 8
"""Fires that are listed."""

COLUMNS = (
    Column("", 11),
    Column("", least=24, most=60, keeps_end=True),
    Column("", 21, rank=6),
    Column("", 6, rank=5, right=True),
    Column("", least=16, rank=4),
)

WAITING = (State.PAUSED,)
ENDED_BADLY = (State.FAILED, State.WARNING)
UNDER_WAY = tuple(state for state in State if not state.is_terminal and state not in WAITING)


@dataclass(frozen=True)
class Heading:
    """What the rows below it have in common."""

    title: str
    note: str = ""


@dataclass(frozen=True)
class Failure:
    """The latest execution of a flow that went wrong, and whether it went well since."""

    execution: Execution
    times: int = 1
    """How often it went wrong since one looked last."""
    mended: Execution | None = None
    """A later one that went well."""


Row = Heading | Failure | Execution | TriggerView | FlowView


@dataclass(frozen=True)
class Pulse:
    """What the runtime said, and since when failures are new."""

    running: Sequence[Execution] = ()
    failed: Sequence[Execution] = ()
    waiting: Sequence[Execution] = ()
    flows: Sequence[FlowView] = ()
    triggers: Sequence[TriggerView] = ()
    since: datetime | None = None

    def rows(self, now: datetime, wanted: Filter) -> list[Row]:
        """Headings with the rows below them; a heading with nothing below it says so."""
        return [row for section in self._sections(now, wanted) for row in section]

    def _sections(self, now: datetime, wanted: Filter) -> Iterable[list[Row]]:
        failures = [each for each in failures_of(self.failed, self.flows) if _passes(each.execution, wanted)]
        paused = [each for each in self.waiting if _passes(each, wanted)]
        broken = [flow for flow in flow_row.passing(self.flows, wanted) if _is_broken(flow)]
        since = f"since {when(self.since, now)}" if self.since else ""
        yield [
            Heading(f"Needs you: {len(failures) + len(paused) + len(broken)}", since),
            *failures,
            *paused,
            *broken,
        ]
        running = [each for each in self.running if _passes(each, wanted)]
        yield [Heading(f"Running: {len(running)}"), *running]
        coming = [each for each in self.triggers if each.next_fire and not (each.paused or each.disabled)]
        due = trigger_row.by_next(trigger_row.passing(coming, wanted))
        yield [Heading("Next" if due else "Next: nothing is scheduled", _more(due)), *due[:NEXT]]


def _more(due: Sequence[TriggerView]) -> str:
    return f"{NEXT} of {plural(len(due), 'trigger')}" if len(due) > NEXT else ""


def _passes(execution: Execution, wanted: Filter) -> bool:
    return execution_row.is_shown(execution, wanted, only_faulty=False)


def _is_broken(flow: FlowView) -> bool:
    return any(problem.is_error for problem in flow.problems)


def failures_of(failed: Iterable[Execution], flows: Iterable[FlowView]) -> list[Failure]:
    """One row a flow, the latest first; what went well since comes last."""
    latest = {flow_row.key_of(flow): flow.last for flow in flows}

    def name(execution: Execution) -> str:
        return f"{execution.namespace}.{execution.flow_id}"

    found = []
    for flow, group in groupby(sorted(failed, key=name), key=name):
        runs = sorted(group, key=lambda run: run.created, reverse=True)
        found.append(Failure(runs[0], len(runs), _mended(runs[0], latest.get(flow))))
    return sorted(found, key=lambda each: (each.mended is not None, -each.execution.created.timestamp()))


def _mended(failed: Execution, last: Execution | None) -> Execution | None:
    is_later = last is not None and last.created > failed.created
    return last if is_later and last is not None and last.state is State.SUCCESS else None


def key_of(row: Row) -> str:
    match row:
        case Heading(title=title):
            return title.partition(":")[0]
        case Failure(execution=execution):
            return execution.id
        case Execution(id=id):
            return id
        case TriggerView():
            return trigger_row.key_of(row)
    return f"problems of {flow_row.key_of(row)}"


def cells(row: Row, now: datetime, *, ascii_only: bool) -> tuple[Cell, ...]:
    match row:
        case Heading(title=title, note=note):
            return ((), (Segment(title, "strong"),), (Segment(note, "dim"),), (), ())
        case Failure():
            return _failure(row, now, ascii_only=ascii_only)
        case Execution():
            return _execution(row, now, ascii_only=ascii_only)
        case TriggerView():
            return _trigger(row, now)
    return _broken(row, ascii_only=ascii_only)


def _name(namespace: str, flow_id: str) -> Cell:
    return (Segment(f"{namespace}.", "dim"), Segment(flow_id, "strong"))


def _failure(row: Failure, now: datetime, *, ascii_only: bool) -> tuple[Cell, ...]:
    state, name, at, took, error = _execution(row.execution, now, ascii_only=ascii_only)
    times = f"{row.times}x, last: " if row.times > 1 else ""
    if row.mended is not None:
        well = row.mended.ended or row.mended.created
        error = (Segment(f"{times}went well again {distance(well, now)}", "success"),)
    elif times:
        error = (Segment(times, "strong"), *error)
    return (state, name, at, took, error)


def _execution(execution: Execution, now: datetime, *, ascii_only: bool) -> tuple[Cell, ...]:
    began = execution.started or execution.created
    return (
        state_cell(execution.state, ascii_only=ascii_only),
        _name(execution.namespace, execution.flow_id),
        (Segment(f"{when(began, now):<13}"), Segment(distance(began, now), "dim")),
        (Segment(duration(flow_row.took(execution, now))),),
        (Segment(first_line(execution.error or "") or f"by {execution_row.cause(execution)}", "dim"),),
    )


def _trigger(trigger: TriggerView, now: datetime) -> tuple[Cell, ...]:
    assert trigger.next_fire is not None
    return (
        (Segment(distance(trigger.next_fire, now), "queued"),),
        _name(trigger.namespace, trigger.flow_id),
        (Segment(when(trigger.next_fire, now)),),
        (),
        (Segment(f"{trigger.trigger_id}  {trigger.schedule}", "dim"),),
    )


def _broken(flow: FlowView, *, ascii_only: bool) -> tuple[Cell, ...]:
    first = next(problem for problem in flow.problems if problem.is_error)
    keeps = f"revision {flow.revision} goes on" if flow.revision else "never was valid"
    name = _name(flow.namespace, flow.id) if flow.id else (Segment(flow.file),)
    return (
        (*flow_row.problem_cell(flow, ascii_only=ascii_only), Segment(" in file", "failed")),
        name,
        (Segment(keeps, "dim"),),
        (),
        (Segment(f"line {first.line}: {first.message}", "dim"),),
    )
