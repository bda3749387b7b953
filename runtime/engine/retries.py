"""Whether, when and how what has failed is tried again.

A policy may stand at the task, at a task that holds it, or at the flow. Where it is the holder's, the holder's `errors` run before
each new try, and are taken out when that begins: what they put right is what the new try hopes for.
"""

from datetime import datetime

from runtime.engine import loops, pauses, scopes, stop
from runtime.engine.commands import StartAttempt, WakeAt
from runtime.engine.draft import Draft, replace
from runtime.engine.snapshot import ROOT, Phase, Scope
from runtime.model.events import AttemptEnded, RetryDue
from runtime.model.execution import TaskRun
from runtime.model.retry import Retry
from runtime.model.states import State


def grant(draft: Draft, run: TaskRun, event: AttemptEnded) -> bool:
    """Put the task run to RETRYING where its policy grants another attempt."""
    retry, holder = _policy(draft, run)
    if retry is None or (retry.makes_new_execution and draft.execution.state.is_terminal):
        return False
    tried, since = _tried(draft, run, retry)
    due = retry.next_attempt(attempts=tried, first_started=since, ended=event.at, chance=event.chance)
    if due is None:
        return False
    run = draft.move(run, State.RETRYING, next_attempt=due)
    if not draft.execution.state.is_terminal and draft.execution.state is not State.PAUSED:
        draft.turn(State.RETRYING)
    draft.ask(WakeAt(task_run_id=run.id, number=event.number, at=due))
    if holder not in (None, run.id) and not retry.makes_new_execution:
        scopes.mend(draft, run)
    return True


def _policy(draft: Draft, run: TaskRun) -> tuple[Retry | None, str | None]:
    """The task's own retry, else the nearest ancestor's, else the flow's; and the task run that it stands at."""
    current: TaskRun | None = run
    while current is not None:
        if (retry := draft.places[current.id].spec.retry) is not None:
            return retry, current.id
        current = draft.task_runs[current.parent_id] if current.parent_id else None
    return draft.flow.retry, None


def _tried(draft: Draft, run: TaskRun, retry: Retry) -> tuple[int, datetime]:
    """How often it was tried, and since when: the task, or the whole execution in new ones."""
    if retry.makes_new_execution:
        return draft.execution.attempt_number, draft.execution.original_created or draft.execution.created
    tried = [attempt for attempt in run.attempts if attempt.state is not State.RESUBMITTED]
    return len(tried), run.attempts[0].started


def on_due(draft: Draft, event: RetryDue) -> None:
    """The wait is over: before the next attempt, before the next iteration of a loop, of a Pause."""
    run, scope = draft.task_runs.get(event.task_run_id), draft.scopes.get(event.task_run_id)
    if run is not None and scope is not None:
        _on_wait_over(draft, run, scope, event.number)
        return
    if run is None or run.state is not State.RETRYING or len(run.attempts) != event.number:
        return
    if scopes.is_mending(draft, run):
        return  # the holder's `errors` ask again when they are through
    policy, _ = _policy(draft, run)
    if policy is not None and policy.makes_new_execution:
        draft.set_scope(ROOT, replace(draft.scopes[ROOT], error=scopes.reason(run)))
        stop.leave(draft, run, State.RETRIED)
    else:
        scopes.mended(draft, run)
        draft.move(run, State.CREATED, next_attempt=None)
        draft.ask(StartAttempt(task_run_id=run.id, number=event.number + 1))


def _on_wait_over(draft: Draft, run: TaskRun, scope: Scope, number: int) -> None:
    if scope.phase is Phase.RESTING and scope.iteration == number:
        loops.begin_next(draft, run, scope)
    elif pauses.waits(draft, run, scope) and len(run.history) == number:
        pauses.due(draft, run)
        if draft.scopes[ROOT].final is not None:
            stop.everything(draft)
