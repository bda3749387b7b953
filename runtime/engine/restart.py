"""Going on from where an execution failed: what succeeded stays, what failed runs again, what came after the failure is taken out."""

from runtime.engine import order, scopes, sla
from runtime.engine.draft import Draft, replace
from runtime.engine.plans import Plan, enabled, one_lane, plan
from runtime.engine.snapshot import ROOT, Phase, Scope, number_of
from runtime.model.execution import TaskRun
from runtime.model.flow import Rule, TaskSpec
from runtime.model.states import State, worst

HANDLERS = frozenset({"errors", "finally", "listeners", "afterExecution", "onPause"})
"""Lists that run by themselves when something has happened."""

FAILURES = frozenset({State.FAILED, State.KILLED})

Children = dict[str | None, list[TaskRun]]
"""Task runs by their parent's id, in the order of creation."""


def reopen(draft: Draft) -> None:
    """Set a failed and finished execution going again."""
    _forget_end(draft)
    if draft.flow.concurrency is None:
        go_on(draft)
    else:
        scopes.wait_slot(draft)


def go_on(draft: Draft) -> None:
    """Run again what failed, and then what never ran."""
    _run(draft)
    _reopen_scope(draft, ROOT, children_of(draft))


def wake(draft: Draft) -> None:
    """An execution that has ended runs again, whatever its flow's limit: somebody has asked for this one."""
    _forget_end(draft)
    _run(draft)


def _forget_end(draft: Draft) -> None:
    draft.announced = draft.finished = False
    draft.missed = frozenset()
    draft.execution = replace(draft.execution, ended=None, error=None, outputs={})
    draft.turn(State.RESTARTED)


def _run(draft: Draft) -> None:
    draft.turn(State.RUNNING)
    for alarm in sla.timers(draft.flow, draft.missed, draft.at):
        draft.ask(alarm)


def children_of(draft: Draft) -> Children:
    children: Children = {}
    for run in sorted(draft.task_runs.values(), key=lambda run: number_of(run.id)):
        children.setdefault(run.parent_id, []).append(run)
    return children


def _reopen_scope(draft: Draft, scope_id: str, children: Children) -> None:
    own = children.get(scope_id or None, [])
    for run in own:
        if run.branch in HANDLERS:
            remove_tree(draft, run, children)
    main = [run for run in own if run.branch not in HANDLERS]
    failed = [run for run in main if run.state in FAILURES]
    draft.set_scope(scope_id, main_scope(draft, scope_id, main, failed))
    for run in failed:
        again(draft, run, children)
    if not failed:
        scopes.advance(draft, scope_id)


def main_scope(draft: Draft, scope_id: str, main: list[TaskRun], again: list[TaskRun]) -> Scope:
    """The scope as it was before the failure; its lanes are planned anew from what its evaluation gave."""
    made = plan_of(draft, scope_id)
    begun = frozenset(draft.places[run.id].lane for run in main)
    reopened = {run.id for run in again}
    scope = Scope(
        phase=Phase.MAIN,
        lanes=made.lanes,
        limit=made.limit,
        started=len(begun),
        open=len(again),
        order=order.order(
            made.lanes, begun=begun, ended=begun - {draft.places[run_id].lane for run_id in reopened}
        ),
        heeds=made.heeds,
        state=worst(run.state for run in main if run.id not in reopened) if made.heeds else State.SUCCESS,
    )
    return _looped(draft, scope_id, scope, main)


def _looped(draft: Draft, scope_id: str, scope: Scope, main: list[TaskRun]) -> Scope:
    """The scope of a loop goes on in the iteration in which it stood."""
    if scope_id == ROOT or draft.places[scope_id].spec.rule is not Rule.LOOP_UNTIL:
        return scope
    first = min(number_of(run.id) for run in main) - 1
    return replace(scope, iteration=draft.task_runs[scope_id].outputs["iterationCount"], first=first)


def plan_of(draft: Draft, scope_id: str) -> Plan:
    if scope_id == ROOT:
        return one_lane(enabled(draft.flow.tasks), "tasks")
    return plan(draft.places[scope_id].spec, draft.values[scope_id])


def remove_tree(draft: Draft, run: TaskRun, children: Children) -> None:
    for child in children.get(run.id, []):
        remove_tree(draft, child, children)
    draft.remove(run)


def _goes_on(spec: TaskSpec, children: list[TaskRun]) -> bool:
    """Whether a failed flowable goes on where it stood: one in a directory that is gone begins anew, as does a loop at its limit,
    and a Pause that nobody has resumed."""
    if spec.rule is Rule.LOOP_UNTIL:
        return any(child.state in FAILURES for child in children if child.branch not in HANDLERS)
    if spec.rule is Rule.PAUSE:
        return any(child.branch not in HANDLERS for child in children)
    return bool(children) and spec.rule is not Rule.WORKING_DIRECTORY


def opened(draft: Draft, run: TaskRun) -> TaskRun:
    """A task run that has ended, to be run again."""
    draft.live = draft.live.insert(run.id, None)
    return draft.move(replace(run, state=State.FAILED, ended=None, error=None), State.RESTARTED)


def again(draft: Draft, run: TaskRun, children: Children) -> None:
    spec = draft.places[run.id].spec
    restarted = opened(draft, run)
    if run.id in draft.values and _goes_on(spec, children.get(run.id, [])):
        draft.move(restarted, State.RUNNING)
        _reopen_scope(draft, run.id, children)
    else:
        for child in children.get(run.id, []):
            remove_tree(draft, child, children)
        scopes.start(draft, restarted, spec)
