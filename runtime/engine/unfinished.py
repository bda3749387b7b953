"""What was asked for and not yet answered: the commands to perform again after a crash. Performing one twice is harmless."""

from collections.abc import Iterable, Iterator

from runtime.engine import sla
from runtime.engine.commands import (
    AnyCommand,
    BeginAgain,
    BeginAt,
    CheckCondition,
    ChooseListeners,
    Collect,
    Evaluate,
    Forget,
    KillAttempt,
    KillChildren,
    RenderOutputs,
    RequestSlot,
    StartAttempt,
    WakeAt,
)
from runtime.engine.snapshot import ROOT, Phase, Snapshot
from runtime.model.execution import TaskRun
from runtime.model.states import State


def commands(snapshot: Snapshot) -> tuple[AnyCommand, ...]:
    """Everything that the execution waits for, in the order in which it was asked."""
    if snapshot.finished:
        return (Forget(),)
    phase = snapshot.scopes[ROOT].phase
    if phase is Phase.SCHEDULED:
        assert snapshot.execution.schedule_date is not None
        return (BeginAt(at=snapshot.execution.schedule_date),)
    if phase is Phase.WAITING:
        return (RequestSlot(),)
    if phase is Phase.RENEWING:
        return (BeginAgain(),)
    if phase is Phase.CHOOSING:
        return (ChooseListeners(state=snapshot.scopes[ROOT].state),)
    watched = tuple(sla.unfinished(snapshot))
    if phase is Phase.OUTPUTS:
        return (RenderOutputs(), *watched)
    if snapshot.execution.state is State.KILLING:
        watched = (KillChildren(), *watched)
    live = sorted((snapshot.task_runs[run_id] for run_id in snapshot.live), key=lambda run: run.created)
    wanted = (command for run in live for command in _of(snapshot, run))
    return (*(command for command in wanted if command not in (snapshot.held or ())), *watched)


def _of(snapshot: Snapshot, run: TaskRun) -> Iterator[AnyCommand]:
    scope = snapshot.scopes.get(run.id)
    if scope is not None:
        if scope.phase is Phase.EVALUATING:
            yield Evaluate(task_run_id=run.id)
        elif scope.phase is Phase.CHECKING:
            yield CheckCondition(task_run_id=run.id, iteration=scope.iteration)
        elif scope.phase is Phase.RESTING and run.next_attempt is not None:
            yield WakeAt(task_run_id=run.id, number=scope.iteration, at=run.next_attempt)
        elif scope.phase is Phase.PAUSED and run.next_attempt is not None:
            yield WakeAt(task_run_id=run.id, number=len(run.history), at=run.next_attempt)
        elif scope.phase is Phase.COLLECTING:
            yield Collect(task_run_id=run.id)
    elif run.state is State.RETRYING and run.next_attempt is not None:
        yield WakeAt(task_run_id=run.id, number=len(run.attempts), at=run.next_attempt)
    else:
        yield from _attempt(run)


def _attempt(run: TaskRun) -> Iterable[AnyCommand]:
    attempt = run.attempt
    number = len(run.attempts) + (attempt is None or attempt.state.is_terminal)
    yield StartAttempt(task_run_id=run.id, number=number)
    if run.state is State.KILLING:
        yield KillAttempt(task_run_id=run.id, number=number)
