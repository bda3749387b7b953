"""`outputs.*`: by task id, and below it one level for each valued ancestor and the task run's own value (flow-language.md section 7)."""

from collections.abc import Mapping
from typing import Any

from rpds import HashTrieMap

from runtime.engine.draft import Draft
from runtime.model.execution import TaskRun
from runtime.model.flow import Rule


def keep(draft: Draft, run: TaskRun) -> None:
    """Make a task run's outputs visible; an empty one leaves the task absent. What runs in an iteration is seen there only."""
    if not run.outputs or draft.places[run.id].spec.rule is Rule.ITERATION:
        return
    iteration, values = _around(draft, run)
    path = (run.task_id, *values)
    if iteration is None:
        draft.outputs = _insert(draft.outputs, path, run.outputs)
    else:
        known = draft.inner.get(iteration, HashTrieMap({}))
        draft.inner = draft.inner.insert(iteration, _insert(known, path, run.outputs))


def _around(draft: Draft, run: TaskRun) -> tuple[str | None, list[str]]:
    """The iteration of a Loop that it stands in, and the values around it, the outermost first."""
    values = [] if run.value is None else [run.value]
    parent = run.parent_id
    while parent is not None and draft.places[parent].spec.rule is not Rule.ITERATION:
        above = draft.task_runs[parent]
        if above.value is not None:
            values.append(above.value)
        parent = above.parent_id
    return parent, values[::-1]


def _insert(
    tree: "HashTrieMap[str, Any]", path: tuple[str, ...], outputs: Mapping[str, Any]
) -> "HashTrieMap[str, Any]":
    key, *rest = path
    if not rest:
        return tree.insert(key, outputs)
    below = tree.get(key)
    if not isinstance(below, HashTrieMap):
        below = HashTrieMap({})
    return tree.insert(key, _insert(below, tuple(rest), outputs))
