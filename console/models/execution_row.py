"""One execution as a line of the list, and the list as news change it."""

from collections.abc import Sequence
from datetime import datetime

from console.format import distance, first_line, when
from console.models.columns import Column
from console.models.filter import Filter
from console.models.flow_row import Cell, state_cell, took
from console.render.cells import Segment
from console.render.durations import duration
from console.render.states import look
from runtime.model.execution import Execution
from runtime.model.states import State

ID_LENGTH = 20
ID_TAIL = 8
"""Characters of an id that are shown: its end, since the beginning is the time."""

COLUMNS = (
    Column("STATE", 11),
    Column("ID", ID_TAIL, rank=7),
    Column("FLOW", least=20, most=56, keeps_end=True),
    Column("STARTED", 21, rank=6),
    Column("TOOK", 6, right=True),
    Column("BY", 16, rank=3),
    Column("ERROR", least=16, rank=4),
)

FAULTY = (State.FAILED, State.WARNING, State.KILLED, State.CANCELLED)
"""What `!` leaves in the list."""


def cells(execution: Execution, now: datetime, *, ascii_only: bool) -> tuple[Cell, ...]:
    started = execution.started or execution.created
    return (
        state_cell(execution.state, ascii_only=ascii_only),
        (Segment(execution.id[-ID_TAIL:], "dim"),),
        (Segment(f"{execution.namespace}.", "dim"), Segment(execution.flow_id, "strong")),
        (Segment(f"{when(started, now):<13}"), Segment(distance(started, now), "dim")),
        (Segment(duration(took(execution, now))),),
        (Segment(cause(execution), "dim"),),
        (Segment(first_line(execution.error or ""), "failed" if execution.state is State.FAILED else ""),),
    )


def cause(execution: Execution) -> str:
    """Who or what started it."""
    return execution.trigger.id if execution.trigger else execution.created_by


def with_change(known: Sequence[Execution], moved: Execution) -> list[Execution] | None:
    """The list with one that moved; None where it is not in the list."""
    for index, execution in enumerate(known):
        if execution.id == moved.id:
            return [*known[:index], moved, *known[index + 1 :]]
    return None


def states_of(wanted: Filter) -> tuple[str, ...]:
    """What the runtime is asked for by `state:`: the names of all states that show themselves so."""
    words = [value.lower() for value in wanted.values("state")]
    if not words:
        return ()
    return tuple(state.value for state in State if all(word in look(state.value).word for word in words))


def parent_of(wanted: Filter) -> str:
    """What the runtime is asked for by `parent:`: the whole id of an execution, or nothing."""
    return next((value for value in wanted.values("parent") if len(value) == ID_LENGTH), "")


def is_shown(execution: Execution, wanted: Filter, *, only_faulty: bool) -> bool:
    """Whether it stays in the list."""
    if only_faulty and execution.state not in FAULTY:
        return False
    tags = " ".join(f"{key}={value}" for key, value in execution.labels.items())
    fields = {
        "state": look(execution.state).word,
        "ns": execution.namespace,
        "flow": execution.flow_id,
        "tag": tags,
        "parent": execution.parent_id or "",
    }
    text = (
        f"{execution.namespace}.{execution.flow_id} {execution.id} {execution.error or ''} {cause(execution)}"
    )
    return wanted.passes(text, fields)
