"""The lines above an execution's panes: what it is, how it is, and, where it went wrong, what, why, and what waits for it."""

from collections.abc import Sequence
from datetime import datetime

from console.format import first_line, when
from console.models.execution_failure import Failure, failure
from console.models.execution_row import ID_TAIL, cause
from console.models.execution_state import ExecutionState
from console.models.execution_tasks import Charset, progress
from console.models.flow_row import state_cell, took
from console.render.cells import Segment
from console.render.durations import duration

Line = list[Segment]

NAMED = 4  # tasks that are named; the rest is counted


def summary(state: ExecutionState, now: datetime, charset: Charset) -> Line:
    """State, duration, how far it is, id, flow."""
    execution = state.execution
    done, total = progress(state)
    glyph, *_ = state_cell(execution.state, ascii_only=charset == "ascii")
    return [
        Segment(f" {glyph.text}  ", glyph.style),
        Segment(duration(took(execution, now)), "strong"),
        Segment(f"  {done}/{total} done  "),
        Segment(f"{execution.id[-ID_TAIL:]}  {execution.namespace}.", "dim"),
        Segment(execution.flow_id, "strong"),
    ]


def origin(state: ExecutionState, now: datetime) -> Line:
    """When it began, and who wanted it."""
    execution = state.execution
    by = cause(execution)
    return [Segment(f"{when(state.begun, now)}{f' by {by}' if by else ''} ", "dim")]


def trouble(state: ExecutionState, charset: Charset) -> Sequence[Line]:
    """Nothing where all is well; else what failed and why, and what that holds up."""
    found = failure(state)
    cross = "X" if charset == "ascii" else "✖"
    if found is None:
        error = first_line(state.execution.error or "")
        return [[Segment(f" {error}", "failed")]] if error else []
    what = [Segment(f" {cross} {found.what}", "failed")]
    if found.why:
        what.append(Segment(f": {found.why}"))
    return [what, _consequence(state, found)]


def _consequence(state: ExecutionState, found: Failure) -> Line:
    parts = [Segment(f"   {_blocked(found)}", "dim")]
    if found.others:
        parts.append(Segment(f"  and {found.others} more failed", "failed"))
    hint = "R goes on from here" if state.is_over else "the execution still runs"
    return [*parts, Segment(f"  ] shows it, {hint}", "dim")]


def _blocked(found: Failure) -> str:
    if not found.blocked:
        return "nothing waits for it"
    more = len(found.blocked) - NAMED
    names = ", ".join(found.blocked[:NAMED]) + (f" and {more} more" if more > 0 else "")
    return f"holds up {names}"
