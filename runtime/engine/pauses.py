"""How the wait of a Pause task ends: somebody resumes it, or its time is over.

Only its own lane waits; the execution is PAUSED until the last of its Pause tasks goes on.
"""

from typing import Any

from runtime.engine import outputs, scopes
from runtime.engine.draft import Draft, replace
from runtime.engine.plans import DURATIONS, wait_of
from runtime.engine.snapshot import ROOT, Phase, Scope
from runtime.model.events import PauseEnded
from runtime.model.execution import TaskRun
from runtime.model.states import State

BEHAVIORS = {"RESUME": State.SUCCESS, "WARN": State.WARNING, "FAIL": State.FAILED, "CANCEL": State.CANCELLED}
"""What a Pause becomes when its `pauseDuration` is over; SUCCESS lets it go on."""


def waits(draft: Draft, run: TaskRun, scope: Scope) -> bool:
    return scope.phase is Phase.PAUSED and run.state is State.PAUSED


def on_ended(draft: Draft, event: PauseEnded) -> None:
    """Somebody has resumed it."""
    run, scope = draft.task_runs.get(event.task_run_id), draft.scopes.get(event.task_run_id)
    if run is None or scope is None or not waits(draft, run, scope):
        return
    asked = {"onResume": event.inputs} if draft.places[run.id].spec.inputs else {}
    by = {"by": event.by} if event.by else {}
    _go_on(draft, run, {**asked, "resumed": {**by, **_when(draft)}})


def due(draft: Draft, run: TaskRun) -> None:
    """Its time is over."""
    values = draft.values[run.id]
    has_duration = any(values.get(name) is not None for name in DURATIONS)
    state = BEHAVIORS[values.get("behavior") or "RESUME"] if has_duration else State.FAILED
    if state is State.SUCCESS:
        _go_on(draft, run, {"resumed": _when(draft)})
    elif state is State.CANCELLED:
        _cancel(draft, run)
    else:
        scope = draft.scopes[run.id]
        error = _reason(values) if state is State.FAILED else None
        draft.set_scope(run.id, replace(scope, state=state, error=error))
        _go_on(draft, run, {})


def _when(draft: Draft) -> dict[str, Any]:
    return {"on": draft.at.isoformat(), "to": State.RUNNING.value}


def _reason(values: dict[str, Any]) -> str:
    return f"nobody resumed it within {wait_of(values):g} seconds"


def _go_on(draft: Draft, run: TaskRun, told: dict[str, Any]) -> None:
    run = draft.move(run, State.RUNNING, next_attempt=None, outputs={**run.outputs, **told})
    outputs.keep(draft, run)
    _turn_running(draft)
    scope = draft.scopes[run.id]
    if scope.open == 0:  # else its `onPause` runs still
        scopes.unpause(draft, run.id, scope)


def _turn_running(draft: Draft) -> None:
    if draft.execution.state is State.PAUSED and not is_any_paused(draft):
        draft.turn(State.RUNNING)


def is_any_paused(draft: Draft) -> bool:
    return any(draft.task_runs[run_id].state is State.PAUSED for run_id in draft.live)


def _cancel(draft: Draft, run: TaskRun) -> None:
    """The whole execution ends CANCELLED; what else runs is stopped by the caller of `due`."""
    error = f"`{run.task_id}`: {_reason(draft.values[run.id])}"
    scope_id: str | None = run.id
    while scope_id is not None:
        draft.set_scope(scope_id, _final(draft.scopes[scope_id]))
        scope_id = draft.task_runs[scope_id].parent_id
    draft.set_scope(ROOT, replace(_final(draft.scopes[ROOT]), error=error))
    if draft.scopes[run.id].open == 0:
        scopes.close(draft, run.id, State.CANCELLED)


def _final(scope: Scope) -> Scope:
    return replace(scope, final=scope.final or State.CANCELLED)
