"""`outputs.*`: by task id, and below it one level for each valued ancestor and the task run's own value (flow-language.md section 7)."""

from collections.abc import Mapping
from typing import Any

from rpds import HashTrieMap

from runtime.engine.draft import Draft
from runtime.model.execution import TaskRun


def keep(draft: Draft, run: TaskRun) -> None:
    """Make a task run's outputs visible; an empty one leaves the task absent."""
    if run.outputs:
        path = (run.task_id, *_values(draft, run))
        draft.outputs = _insert(draft.outputs, path, run.outputs)


def _values(draft: Draft, run: TaskRun) -> list[str]:
    values = [] if run.value is None else [run.value]
    parent = run.parent_id
    while parent is not None:
        above = draft.task_runs[parent]
        if above.value is not None:
            values.append(above.value)
        parent = above.parent_id
    return values[::-1]


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
