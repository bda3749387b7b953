"""How the tasks of an execution look in its topology, and how far it has come."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from console.models.execution_state import ExecutionState
from console.render.drawing import NodeLook
from console.render.durations import count, duration
from console.render.states import look
from console.render.strip import URGENCY
from runtime.model.execution import TaskRun
from runtime.model.states import State
from runtime.model.views import TopologyNode

Charset = Literal["unicode", "ascii"]

NOTE = 8  # cells kept free behind a task's name: `#3 12m04`


class Progress(NamedTuple):
    """How many task runs have ended, of those that are known to come."""

    done: int
    total: int


def progress(state: ExecutionState) -> Progress:
    """Counts runs of tasks that hold no others. A task of a branch that was not taken, or an `errors` task, does not count."""
    done = total = 0
    for task in state.topology.nodes:
        if task.is_cluster:
            continue
        runs = state.by_task.get(task.id, ())
        done += sum(run.state.is_terminal for run in runs)
        total += len(runs) or _is_expected(state, task)
    return Progress(done, total)


def _is_expected(state: ExecutionState, task: TopologyNode) -> bool:
    """Whether a task without a run may still get one."""
    here: TopologyNode | None = task
    while here is not None:
        if here.branch == "errors" or here.disabled:
            return False
        here = state.tasks.get(here.parent or "")
    return not is_passed(state, task)


def is_passed(state: ExecutionState, task: TopologyNode) -> bool:
    """Whether a task without a run gets none any more, because what it stands in ended well: a branch that was not taken."""
    holder = state.tasks.get(task.parent or "")
    while holder is not None:
        runs = state.by_task.get(holder.id, ())
        if runs and all(run.state.is_terminal and not run.state.is_bad for run in runs):
            return True
        holder = state.tasks.get(holder.parent or "")
    return state.is_over and not state.execution.state.is_bad


def state_of(runs: Sequence[TaskRun]) -> str:
    """One state for several runs: the one that most needs to be looked at. CREATED where there is none."""
    return min(
        (run.state.value for run in runs),
        key=lambda state: URGENCY.index(look(state).style),
        default="CREATED",
    )


def looks(state: ExecutionState, now: datetime, charset: Charset) -> dict[str, NodeLook]:
    """How each task and each frame is painted now."""
    found = {task.id: _look(state, task, now, charset) for task in state.topology.nodes}
    return found | _branches(state, charset)


def _look(state: ExecutionState, task: TopologyNode, now: datetime, charset: Charset) -> NodeLook:
    runs = state.by_task.get(task.id, ())
    if not runs:
        return _idle(state, task, charset)
    seen = look(state_of(runs))
    return NodeLook(_glyph(seen.glyph, seen.ascii, charset), seen.style, note(runs, now))


def _idle(state: ExecutionState, task: TopologyNode, charset: Charset) -> NodeLook:
    if task.disabled or is_passed(state, task):
        return NodeLook(_glyph("⊘", "-", charset), "skipped")
    if task.unavailable:
        return NodeLook("!", "warning")
    return NodeLook(_glyph("·", ".", charset), "created")


def _glyph(unicode: str, plain: str, charset: Charset) -> str:
    return plain if charset == "ascii" else unicode


def _branches(state: ExecutionState, charset: Charset) -> dict[str, NodeLook]:
    """Frames of branches, which are no tasks: `/errors`, `choice/then`."""
    inside: dict[str, list[TaskRun]] = {}
    for task in state.topology.nodes:
        if task.branch != "tasks":
            inside.setdefault(f"{task.parent or ''}/{task.branch}", []).extend(state.by_task.get(task.id, ()))
    seen = {name: look(state_of(runs)) for name, runs in inside.items() if runs}
    return {
        name: NodeLook(_glyph(each.glyph, each.ascii, charset), each.style) for name, each in seen.items()
    }


def note(runs: Sequence[TaskRun], now: datetime) -> str:
    """Behind a task's name: how long it ran, which attempt that is, or how many of its runs are done."""
    if len(runs) > 1:
        return f"{count(sum(run.state.is_terminal for run in runs))}/{count(len(runs))}"
    run = runs[0]
    if run.state is State.RETRYING and run.next_attempt is not None:
        return f"#{len(run.attempts) + 1} -{duration((run.next_attempt - now).total_seconds())}"
    took = seconds(run, now)
    if took is None:
        return ""
    number = f"#{len(run.attempts)} " if len(run.attempts) > 1 else ""
    return f"{number}{duration(took)}"


def seconds(run: TaskRun, now: datetime) -> float | None:
    """How long a run took so far; None where it has not begun."""
    return ((run.ended or now) - run.started).total_seconds() if run.started else None


def failed_tasks(state: ExecutionState) -> frozenset[str]:
    """The tasks that `[` and `]` walk over."""
    return frozenset(run.task_id for run in state.task_runs.values() if run.state.is_bad)
