"""The lines above an execution's panes: what it is, how it is, and, where it went wrong, what, why, and what waits for it."""

import textwrap
from collections.abc import Sequence
from datetime import datetime

from console.format import first_line, when
from console.models.execution_failure import Failure, failure, label
from console.models.execution_row import ID_TAIL, cause
from console.models.execution_state import ExecutionState
from console.models.execution_tasks import Charset, progress
from console.models.flow_row import state_cell, took
from console.render.cells import Segment
from console.render.durations import duration
from runtime.model.execution import TaskRun
from runtime.model.states import State

Line = list[Segment]

REASON = 2  # lines
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


def trouble(state: ExecutionState, charset: Charset, width: int) -> Sequence[Line]:
    """Nothing where all is well; else what failed and why, in two lines at most, and what that holds up."""
    found = failure(state)
    cross = "X" if charset == "ascii" else "✖"
    if found is None:
        return _wrapped("", first_line(state.execution.error or ""), width) or _waiting(state, charset, width)
    return [*_wrapped(f"{cross} {found.what}", found.why, width), _consequence(state, found)]


def _waiting(state: ExecutionState, charset: Charset, width: int) -> list[Line]:
    """Who or what lets a paused execution go on."""
    if state.execution.state is not State.PAUSED:
        return []
    waits = [run for run in state.task_runs.values() if run.state is State.PAUSED]
    mark = "=" if charset == "ascii" else "⏸"
    what = _waits(waits) if waits else "somebody has paused it: what runs comes to its end, nothing begins"
    text = textwrap.shorten(f"{mark} {what}", max(20, width - 22), placeholder=" ...")
    return [[Segment(f" {text}", "paused"), Segment("  P lets it go on", "dim")]]


def _waits(runs: Sequence[TaskRun]) -> str:
    dates = [f"until {run.next_attempt.astimezone():%H:%M}" if run.next_attempt else "" for run in runs]
    if len(runs) == 1:
        return f"{label(runs[0])} waits {dates[0]}".rstrip()
    named = [f"{label(run)} ({date})" if date else label(run) for run, date in zip(runs, dates, strict=True)]
    more = f" and {len(runs) - NAMED} more" if len(runs) > NAMED else ""
    return f"{', '.join(named[:NAMED])}{more} wait"


def _wrapped(what: str, why: str, width: int) -> list[Line]:
    """What failed in the look of a failure, the reason behind it plain."""
    text = f"{what}: {why}" if what and why else what or why
    rows = textwrap.wrap(text, max(20, width - 4), max_lines=REASON, placeholder=" ...")
    lines: list[Line] = [[Segment(f"{'   ' if number else ' '}{row}")] for number, row in enumerate(rows)]
    if lines:
        head = len(what) + 1 if what else len(rows[0]) + 1
        first = lines[0][0].text
        lines[0] = [Segment(first[:head], "failed"), Segment(first[head:])]
    return lines


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
