"""What a flow promises about its executions (`sla`), and what becomes of one that misses it. Each promise acts once."""

from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise

from runtime.engine.commands import AnyCommand, CheckSla, WakeSla
from runtime.engine.draft import Draft, replace
from runtime.engine.snapshot import BEFORE, ROOT, Phase, Snapshot
from runtime.model.execution import Execution
from runtime.model.flow import Flow
from runtime.model.limits import Sla
from runtime.model.states import State

BEHIND = frozenset({Phase.CHOOSING, Phase.LISTENERS, Phase.AFTER, Phase.RENEWING, Phase.DONE})
"""Phases in which the execution has its state already."""

BEGINNINGS = frozenset({State.CREATED, State.QUEUED, State.RESTARTED})

ENDS = {"FAIL": State.FAILED, "CANCEL": State.CANCELLED}


def watch(draft: Draft) -> None:
    """Something has moved: have the assertions looked at, unless the execution has its state already."""
    open_scope = draft.scopes.get(ROOT)
    if open_scope is not None and open_scope.phase not in BEHIND and asserts(draft.flow, draft.missed):
        draft.ask(CheckSla())


def asserts(flow: Flow, missed: frozenset[int]) -> bool:
    """Whether an assertion is left that was not missed yet."""
    return any(sla.assertion is not None and number not in missed for number, sla in enumerate(flow.sla))


def timers(flow: Flow, missed: frozenset[int], since: datetime) -> Iterator[AnyCommand]:
    """The alarms of an execution that began at `since`."""
    for number, sla in enumerate(flow.sla):
        if sla.duration is not None and number not in missed:
            yield WakeSla(number=number, at=since + sla.duration)


def unfinished(snapshot: Snapshot) -> Iterator[AnyCommand]:
    """What is to be watched again after a crash."""
    phase = snapshot.scopes[ROOT].phase
    if phase in BEHIND or phase in BEFORE:
        return
    yield from timers(snapshot.flow, snapshot.missed, begun(snapshot.execution))
    if asserts(snapshot.flow, snapshot.missed):
        yield CheckSla(final=phase is Phase.ASSERTING)


def begun(execution: Execution) -> datetime:
    """When it began, or was begun anew by a restart."""
    for before, change in reversed(list(pairwise(execution.history))):
        if change.state is State.RUNNING and before.state in BEGINNINGS:
            return change.at
    return execution.started or execution.created


def miss(draft: Draft, number: int) -> bool:
    """Record that a promise was missed, and give the execution its labels; whether the execution is to end for it."""
    sla = draft.flow.sla[number]
    draft.missed |= {number}
    if sla.labels:
        draft.amend(labels={**draft.execution.labels, **sla.labels})
    state = ENDS.get(sla.behavior)
    root = draft.scopes[ROOT]
    if state is None or root.final is not None or draft.execution.state is State.KILLING:
        return False
    for scope_id, scope in draft.scopes.items():
        if scope.phase is not Phase.EVALUATING:
            draft.set_scope(scope_id, replace(scope, final=state, mark=state))
    draft.set_scope(ROOT, replace(draft.scopes[ROOT], error=_reason(sla)))
    return True


def _reason(sla: Sla) -> str:
    if sla.duration is not None:
        return f"the SLA `{sla.id}` was missed: it ran longer than {sla.written_duration}"
    return f"the SLA `{sla.id}` was missed: `{sla.assertion}` does not hold"
