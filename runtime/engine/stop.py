"""Bringing what runs to its end before its time: one task run, or all that has not ended."""

from runtime.engine import hold, outputs, scopes
from runtime.engine.commands import KillAttempt
from runtime.engine.draft import Draft, replace
from runtime.engine.snapshot import ROOT, Phase, Scope, number_of
from runtime.model.execution import TaskRun
from runtime.model.states import State


def end(draft: Draft, run: TaskRun, state: State) -> None:
    """A task run that holds no others is through; its lane goes on."""
    ended = draft.move(run, state)
    outputs.keep(draft, ended)
    draft.ended.append(ended.id)


def leave(draft: Draft, run: TaskRun, state: State) -> None:
    """A task ends the whole execution: itself and all above it take the state, and what else runs is stopped."""
    scope_id = run.parent_id
    while True:
        scope = draft.scopes[scope_id or ROOT]
        draft.set_scope(scope_id or ROOT, replace(scope, final=scope.final or state))
        if scope_id is None:
            break
        scope_id = draft.task_runs[scope_id].parent_id
    end(draft, run, state)
    everything(draft)


def everything(draft: Draft) -> None:
    """Stop whatever has not ended: attempts are told, what waits ends at once, parents follow their children."""
    live = [draft.task_runs[run_id] for run_id in sorted(draft.live, key=number_of)]
    for run in live:
        scopes.mend_no_more(draft, run.id)
    for run in live:
        scope = draft.scopes.get(run.id)
        if scope is not None and scope.phase is not Phase.EVALUATING:
            if run.state is not State.KILLING:
                draft.move(run, State.KILLING)
            if scope.phase is Phase.RESTING or (scope.phase is Phase.PAUSED and scope.open == 0):
                scopes.close(draft, run.id, State.KILLED)
        else:
            _leaf(draft, run, scope)


def _leaf(draft: Draft, run: TaskRun, scope: Scope | None) -> None:
    running = run.attempt is not None and not run.attempt.state.is_terminal
    was_held = hold.drop(draft, run.id)
    if was_held and scope is None:
        end(draft, run, scopes.stopped(draft))
    elif scope is not None:
        scopes.end_flowable(draft, run, scopes.stopped(draft), None)
    elif running or run.state in {State.CREATED, State.SUBMITTED, State.RESTARTED}:
        draft.move(run, State.KILLING)
        draft.ask(KillAttempt(task_run_id=run.id, number=len(run.attempts) + (not running)))
    elif run.state is not State.KILLING:
        end(draft, run, scopes.stopped(draft))
