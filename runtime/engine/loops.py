"""A LoopUntil between its iterations: its condition is looked at, it ends, or it rests and begins anew.

What an iteration has created is taken out when the next one begins; its outputs stay visible until they are written over.
"""

from datetime import datetime, timedelta
from typing import Any

from runtime.engine import scopes
from runtime.engine.commands import WakeAt
from runtime.engine.draft import Draft, replace
from runtime.engine.plans import iteration
from runtime.engine.snapshot import Phase, Scope
from runtime.model.events import ConditionChecked
from runtime.model.execution import TaskRun
from runtime.model.states import State

INTERVAL = 60.0  # seconds between two iterations, where the flow does not say


def on_checked(draft: Draft, event: ConditionChecked) -> None:
    """The condition holds, or it does not, or it can't be rendered."""
    scope = draft.scopes.get(event.task_run_id)
    if scope is None or scope.phase is not Phase.CHECKING or scope.iteration != event.iteration:
        return
    run = draft.task_runs[event.task_run_id]
    if event.holds or scopes.is_killing(draft, run.id):
        scopes.leave(draft, run.id, scope)
    elif event.error is not None:
        _fail(draft, run, scope, event.error)
    elif (limit := _limit_reached(draft, run, scope)) is None:
        _rest(draft, run, scope)
    elif draft.values[run.id].get("failOnMaxReached"):
        _fail(draft, run, scope, f"the condition did not hold within {limit}")
    else:
        scopes.leave(draft, run.id, scope)


def _fail(draft: Draft, run: TaskRun, scope: Scope, error: str) -> None:
    scope = draft.set_scope(run.id, replace(scope, state=State.FAILED, error=error))
    scopes.leave(draft, run.id, scope)


def _frequency(draft: Draft, run: TaskRun) -> dict[str, Any]:
    found: dict[str, Any] = draft.values[run.id].get("checkFrequency") or {}
    return found


def _limit_reached(draft: Draft, run: TaskRun, scope: Scope) -> str | None:
    """What has come to its end, in words."""
    frequency = _frequency(draft, run)
    most, longest = frequency.get("maxIterations"), frequency.get("maxDuration")
    if most is not None and scope.iteration >= most:
        return "one iteration" if most == 1 else f"{most} iterations"
    if longest is not None and draft.at >= _begun(run) + timedelta(seconds=longest):
        return f"{longest:g} seconds"
    return None


def _begun(run: TaskRun) -> datetime:
    """When it was created, or begun anew by a restart."""
    return next(change.at for change in reversed(run.history) if change.state.is_created)


def _rest(draft: Draft, run: TaskRun, scope: Scope) -> None:
    due = draft.at + timedelta(seconds=_frequency(draft, run).get("interval", INTERVAL))
    draft.set_scope(run.id, replace(scope, phase=Phase.RESTING))
    draft.put(replace(run, next_attempt=due))
    draft.ask(WakeAt(task_run_id=run.id, number=scope.iteration, at=due))


def begin_next(draft: Draft, run: TaskRun, scope: Scope) -> None:
    """The rest is over: the tasks run once more."""
    draft.remove_since(scope.first, run.id)
    number = scope.iteration + 1
    draft.put(replace(run, outputs={**run.outputs, "iterationCount": number}, next_attempt=None))
    scopes.iterate(draft, run.id, iteration(draft.places[run.id].spec, number), number)
