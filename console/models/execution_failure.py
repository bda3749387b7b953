"""The three questions after a failure, answered in five seconds: what failed, why, and what waits for it."""

from dataclasses import dataclass

from console.draw import graph_of
from console.format import first_line
from console.models.execution_state import ExecutionState
from runtime.model.execution import TaskRun
from runtime.model.states import State


@dataclass(frozen=True)
class Failure:
    """The first task run that failed by itself."""

    run: TaskRun
    what: str
    """`build [Oslo] failed, attempt 3, exit code 1`."""
    why: str
    """One line."""
    blocked: tuple[str, ...] = ()
    """Tasks that come behind it and never ran."""
    others: int = 0
    """How many more runs failed by themselves."""


def failure(state: ExecutionState) -> Failure | None:
    """What went wrong; None where nothing did. A parent that failed with its child is not meant."""
    failed = [run for run in state.task_runs.values() if run.state is State.FAILED]
    parents = {run.parent_id for run in failed}
    own = sorted((run for run in failed if run.id not in parents), key=lambda run: run.ended or run.created)
    if not own:
        return None
    first = own[0]
    return Failure(first, _what(first), _why(state, first), _blocked(state, first.task_id), len(own) - 1)


def first_sight(state: ExecutionState) -> TaskRun | None:
    """The run that one wants to look at first: what failed, else what runs, else what began the execution."""
    found = failure(state)
    if found is not None:
        return found.run
    leaves = [run for run in state.task_runs.values() if run.id not in state.children]
    waiting = [run for run in state.task_runs.values() if run.state is State.PAUSED]
    going = [run for run in leaves if run.state in {State.RUNNING, State.RETRYING}]
    return next(iter([*waiting, *going, *leaves]), None)


def label(run: TaskRun) -> str:
    """A task run's name: its task, and the value of its round."""
    return run.task_id if run.value is None else f"{run.task_id} [{run.value}]"


def _what(run: TaskRun) -> str:
    last = run.attempt
    parts = [f"{label(run)} failed"]
    if len(run.attempts) > 1:
        parts.append(f"attempt {len(run.attempts)}")
    if last is not None and last.exit_code not in {None, 0}:
        parts.append(f"exit code {last.exit_code}")
    return ", ".join(parts)


def _why(state: ExecutionState, run: TaskRun) -> str:
    attempt = run.attempt
    error = run.error or (attempt.error if attempt else None) or state.execution.error or ""
    return first_line(error)


def _blocked(state: ExecutionState, task_id: str) -> tuple[str, ...]:
    behind = graph_of(state.topology).downstream(task_id)
    return tuple(
        task.id for task in state.topology.nodes if task.id in behind and not state.by_task.get(task.id)
    )
