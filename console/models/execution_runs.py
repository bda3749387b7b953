"""All that is known of one task, for a dialog: what it is, its runs, their attempts."""

from collections.abc import Iterator
from datetime import datetime

from console.models import family
from console.models.execution_failure import label
from console.models.execution_state import ExecutionState
from console.models.execution_tasks import seconds
from console.render.cells import Segment
from console.render.durations import duration
from console.render.states import look
from runtime.model.execution import Attempt, TaskRun
from runtime.model.views import TopologyNode

Line = list[Segment]

RUNS = 20  # that are listed with their attempts


def account(state: ExecutionState, task: TopologyNode, now: datetime) -> list[Line]:
    """Lines for a dialog."""
    typical = state.typical.get(task.id)
    facts = {
        "type": task.type,
        "line": f"{task.line} of the flow's file" if task.line else "",
        "within": task.parent or "",
        "usually": "" if typical is None else f"takes {duration(typical)}",
        "unavailable": task.unavailable,
        "disabled": "in the flow's file" if task.disabled else "",
    }
    lines = [[Segment(f"{name:<13}", "dim"), Segment(value)] for name, value in facts.items() if value]
    lines += [[Segment(line, "dim")] for line in task.description.strip().splitlines()]
    runs = state.by_task.get(task.id, ())
    for run in runs[-RUNS:]:
        lines += [[], *_run(run, now)]
    if len(runs) > RUNS:
        lines += [[], [Segment(f"{len(runs) - RUNS} earlier runs: the Gantt lists them all", "dim")]]
    return lines if runs else [*lines, [], [Segment("It has not run.", "dim")]]


def _run(run: TaskRun, now: datetime) -> Iterator[Line]:
    seen, took = look(run.state.value), seconds(run, now)
    time = "" if took is None else f"  {duration(took)}"
    yield [Segment(f"{label(run)}  ", "strong"), Segment(seen.word, seen.style), Segment(time)]
    if there := family.told(run):
        yield [Segment(f"  {there}  "), Segment("Enter opens it", "dim")]
    for attempt in run.attempts:
        yield _attempt(attempt, now)
        if attempt.error:
            yield from ([Segment(f"    {line}", "failed")] for line in attempt.error.strip().splitlines())
    if run.error and not any(attempt.error == run.error for attempt in run.attempts):
        yield from ([Segment(f"  {line}", "failed")] for line in run.error.strip().splitlines())


def _attempt(attempt: Attempt, now: datetime) -> Line:
    seen = look(attempt.state.value)
    facts = [
        duration(((attempt.ended or now) - attempt.started).total_seconds()),
        f"by {attempt.runner}" if attempt.runner else "",
        "" if attempt.exit_code is None else f"exit code {attempt.exit_code}",
        f"{attempt.log_lines:,} lines" if attempt.log_lines else "",
    ]
    head = [Segment(f"  attempt {attempt.number}  ", "dim"), Segment(seen.word, seen.style)]
    return [*head, Segment(f"  {', '.join(filter(None, facts))}")]
