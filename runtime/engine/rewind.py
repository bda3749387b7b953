"""Going back to one task run of an execution that has ended: to give it another state, or to run it anew.

The scopes around it are opened as they were when it ended (or began); whatever handled the end of them is taken out and comes again.
"""

from collections.abc import Iterable

from runtime.engine import outputs, restart, scopes
from runtime.engine.draft import Draft, replace
from runtime.engine.snapshot import ROOT, Lane
from runtime.model.execution import Change, TaskRun
from runtime.model.states import State


def mark(draft: Draft, run: TaskRun, state: State) -> None:
    """Let a task run have ended in another state, and go on from there."""
    restart.wake(draft)
    _open_around(draft, run, forget_later=False)
    run = restart.opened(draft, run)
    run = draft.move(run, state, error=None if state is not State.FAILED else run.error)
    outputs.keep(draft, run)
    draft.ended.append(run.id)


def run_anew(draft: Draft, run: TaskRun) -> None:
    """Run a task, and all that came after it, as if they had not run; what came before stays."""
    draft.execution = replace(
        draft.execution, created=draft.at, started=None, history=(Change(State.CREATED, draft.at),)
    )
    restart.wake(draft)
    failed = _open_around(draft, run, forget_later=True)
    children = restart.children_of(draft)
    for sibling in failed:
        restart.again(draft, sibling, children)
    for child in children.get(run.id, []):
        restart.remove_tree(draft, child, children)
    run = restart.opened(draft, replace(run, attempts=(), outputs={}, started=None))
    scopes.start(draft, run, draft.places[run.id].spec)


def path_of(draft: Draft, run: TaskRun) -> list[TaskRun]:
    """The flowables around it, the outermost first, and itself."""
    path = [run]
    while path[0].parent_id is not None:
        path.insert(0, draft.task_runs[path[0].parent_id])
    return path


def _open_around(draft: Draft, run: TaskRun, *, forget_later: bool) -> list[TaskRun]:
    """Open the scopes on the way; returns the failed task runs beside it, which run again with it where what came later is forgotten."""
    children, failed = restart.children_of(draft), []
    for inner in path_of(draft, run):
        own = children.get(inner.parent_id, [])
        gone = [each for each in own if each.branch in restart.HANDLERS]
        if forget_later:
            gone += _later(draft, inner, [each for each in own if each not in gone])
        for each in gone:
            restart.remove_tree(draft, each, children)
        main = [each for each in own if each not in gone]
        beside = [each for each in main if each.state in restart.FAILURES and each is not inner]
        again = [inner, *(beside if forget_later else ())]
        draft.set_scope(
            inner.parent_id or ROOT, restart.main_scope(draft, inner.parent_id or ROOT, main, again)
        )
        failed += again[1:]
        if inner is not run:
            draft.move(restart.opened(draft, inner), State.RUNNING)
    return failed


def _later(draft: Draft, run: TaskRun, siblings: Iterable[TaskRun]) -> list[TaskRun]:
    """What stands behind it in its lane, and in the lanes that wait for that one."""
    place = draft.places[run.id]
    waiting = _dependents(restart.plan_of(draft, run.parent_id or ROOT).lanes, place.lane)

    def is_later(other: TaskRun) -> bool:
        its = draft.places[other.id]
        return its.lane in waiting or (its.lane == place.lane and its.position > place.position)

    return [other for other in siblings if is_later(other)]


def _dependents(lanes: tuple[Lane, ...], number: int) -> set[int]:
    """The lanes that need this one, directly or not."""
    found: set[int] = set()
    while more := {
        each
        for each, lane in enumerate(lanes)
        if each not in found and not found.union({number}).isdisjoint(lane.needs)
    }:
        found |= more
    return found
