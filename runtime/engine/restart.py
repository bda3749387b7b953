"""Going on from where an execution failed: what succeeded stays, what failed runs again, what came after the failure is taken out."""

from runtime.engine import scopes, sla
from runtime.engine.draft import Draft, replace
from runtime.engine.plans import Plan, enabled, one_lane, plan
from runtime.engine.snapshot import ROOT, Phase, Scope
from runtime.model.execution import TaskRun
from runtime.model.flow import Rule
from runtime.model.states import State, worst

HANDLERS = frozenset({"errors", "finally", "listeners", "afterExecution"})


def reopen(draft: Draft) -> None:
    """Set a failed and finished execution going again."""
    draft.announced = draft.finished = False
    draft.missed = frozenset()
    draft.execution = replace(draft.execution, ended=None, error=None, outputs={})
    draft.turn(State.RESTARTED)
    if draft.flow.concurrency is None:
        go_on(draft)
    else:
        scopes.wait_slot(draft)


def go_on(draft: Draft) -> None:
    """Run again what failed, and then what never ran."""
    children: dict[str | None, list[TaskRun]] = {}
    for run in sorted(draft.task_runs.values(), key=lambda run: run.created):
        children.setdefault(run.parent_id, []).append(run)
    draft.turn(State.RUNNING)
    for alarm in sla.timers(draft.flow, draft.missed, draft.at):
        draft.ask(alarm)
    _reopen_scope(draft, ROOT, children)


def _reopen_scope(draft: Draft, scope_id: str, children: dict[str | None, list[TaskRun]]) -> None:
    own = children.get(scope_id or None, [])
    for run in own:
        if run.branch in HANDLERS:
            _remove_tree(draft, run, children)
    main = [run for run in own if run.branch not in HANDLERS]
    again = [run for run in main if run.state in {State.FAILED, State.KILLED}]
    draft.set_scope(scope_id, _main_scope(draft, scope_id, main, again))
    for run in again:
        _again(draft, run, children)
    if not again:
        scopes.advance(draft, scope_id)


def _main_scope(draft: Draft, scope_id: str, main: list[TaskRun], again: list[TaskRun]) -> Scope:
    """The scope as it was before the failure; its lanes are planned anew from what its evaluation gave."""
    made = _plan(draft, scope_id)
    begun = frozenset(draft.places[run.id].lane for run in main)
    ordered = any(lane.needs for lane in made.lanes)
    return Scope(
        phase=Phase.MAIN,
        lanes=made.lanes,
        limit=made.limit,
        started=len(begun),
        open=len(again),
        ended=begun - {draft.places[run.id].lane for run in again} if ordered else frozenset(),
        waiting=frozenset(range(len(made.lanes))) - begun if ordered else None,
        state=worst(run.state for run in main if run not in again),
    )


def _plan(draft: Draft, scope_id: str) -> Plan:
    if scope_id == ROOT:
        return one_lane(enabled(draft.flow.tasks), "tasks")
    return plan(draft.places[scope_id].spec, draft.values[scope_id])


def _remove_tree(draft: Draft, run: TaskRun, children: dict[str | None, list[TaskRun]]) -> None:
    for child in children.get(run.id, []):
        _remove_tree(draft, child, children)
    draft.remove(run)


def _again(draft: Draft, run: TaskRun, children: dict[str | None, list[TaskRun]]) -> None:
    spec = draft.places[run.id].spec
    run = replace(run, state=State.FAILED, ended=None, error=None)
    draft.live = draft.live.insert(run.id, None)
    restarted = draft.move(run, State.RESTARTED)
    if run.id in children and run.id in draft.values and spec.rule is not Rule.WORKING_DIRECTORY:
        draft.move(restarted, State.RUNNING)
        _reopen_scope(draft, run.id, children)
    else:
        for child in children.get(run.id, []):
            _remove_tree(draft, child, children)
        scopes.start(draft, restarted, spec)
