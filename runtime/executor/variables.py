"""What a template may name: `flow`, `execution`, `inputs`, `outputs`, `taskrun`, `trigger` ... built from a snapshot, nothing copied that is large."""

import os
from collections import ChainMap
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from runtime.engine.snapshot import Snapshot
from runtime.model.execution import Execution, TaskRun
from runtime.model.flow import Flow, Rule, TaskSpec

ENVIRONMENT_PREFIX = "ENV_"
"""Variables of the runtime's own environment that begin so are `envs.*` in templates, in lower case and without it."""


def of_execution(flow: Flow, execution: Execution) -> dict[str, Any]:
    """What is there before any task has run: for inputs' defaults and a trigger's inputs."""
    return {
        "flow": {"id": flow.id, "namespace": flow.namespace, "revision": flow.revision, "tenantId": "main"},
        "execution": _execution(execution),
        "inputs": execution.inputs,
        "vars": _variables(flow, execution),
        "labels": nested(execution.labels),
        "trigger": execution.trigger.variables if execution.trigger else {},
        "envs": Environment(),
        "globals": {},
        "kestra": {"environment": {}, "url": ""},
    }


def _variables(flow: Flow, execution: Execution) -> dict[str, Any]:
    found = {**flow.variables, **execution.variables}
    return {name: value for name, value in found.items() if name not in execution.unset}


def of_task(snapshot: Snapshot, run: TaskRun) -> dict[str, Any]:
    """What a task of a running execution sees."""
    turns, parents = _around(snapshot, run)
    return of_execution(snapshot.flow, snapshot.execution) | {
        "outputs": _visible(snapshot, turns),
        "tasks": TaskStates(snapshot),
        "tasksWithState": lambda state: with_state(snapshot, state),
        "task": {"id": run.task_id, "type": _type(snapshot.spec(run.id))},
        "taskrun": _task_run(run),
        "parents": parents,
        **({"parent": parents[0]} if parents else {}),
        **({"item": _items(snapshot, turns)} if turns else {}),
    }


def inside(snapshot: Snapshot, turn: TaskRun) -> dict[str, Any]:
    """What is seen at the end of a Loop's turn: what its last task would see."""
    around, _ = _around(snapshot, turn)
    turns = [turn, *around]
    here = {"outputs": _visible(snapshot, turns), "item": _items(snapshot, turns)}
    return of_task(snapshot, turn) | here


def _around(snapshot: Snapshot, run: TaskRun) -> tuple[list[TaskRun], list[dict[str, Any]]]:
    """The turns of Loops that it stands in, the innermost first; and `parents`, which reach as far as the innermost turn."""
    turns: list[TaskRun] = []
    parents: list[dict[str, Any]] = []
    for above in snapshot.ancestors(run):
        if snapshot.spec(above.id).rule is Rule.ITERATION:
            turns.append(above)
        elif above.value is not None and not turns:
            parents.append(_above(snapshot, above))
    return turns, parents


def _visible(snapshot: Snapshot, turns: list[TaskRun]) -> Mapping[str, Any]:
    """`outputs.*`: those of the own turn hide those of the turns around it."""
    inner = [snapshot.inner[turn.id] for turn in turns if turn.id in snapshot.inner]
    return ChainMap(*inner, snapshot.outputs) if inner else snapshot.outputs  # type: ignore[arg-type] # read only


def _items(snapshot: Snapshot, turns: list[TaskRun]) -> dict[str, Any]:
    """`item.*`: the value of the turn, and of the turns around it."""
    own, *above = [item_of(snapshot, turn) for turn in turns]
    return {**own, **({"parent": above[0]} if above else {}), "parents": above}


def item_of(snapshot: Snapshot, turn: TaskRun) -> dict[str, Any]:
    """One turn's value, its place from 0, and its key where the Loop goes over a map."""
    keys = snapshot.values[turn.parent_id or ""].get("keys")
    item = {"value": turn.value, "index": turn.iteration}
    return item if keys is None else {**item, "key": keys[turn.iteration or 0]}


def of_flow(snapshot: Snapshot) -> dict[str, Any]:
    """What the flow's own outputs see at its end."""
    return of_execution(snapshot.flow, snapshot.execution) | {
        "outputs": snapshot.outputs,
        "tasks": TaskStates(snapshot),
        "tasksWithState": lambda state: with_state(snapshot, state),
    }


def _execution(execution: Execution) -> dict[str, Any]:
    return {
        "id": execution.id,
        "startDate": execution.started or execution.created,
        "state": execution.state.value,
        "originalId": execution.original_id or execution.id,
        "outputs": execution.outputs,
    }


def _type(spec: TaskSpec) -> str:
    return spec.written_type or spec.type


def _task_run(run: TaskRun) -> dict[str, Any]:
    facts = {
        "id": run.id,
        "startDate": run.started or run.created,
        "attemptsCount": sum(attempt.state.is_terminal for attempt in run.attempts),
        "parentId": run.parent_id,
        "value": run.value,
        "iteration": run.iteration,
    }
    return {name: fact for name, fact in facts.items() if fact is not None}


def _above(snapshot: Snapshot, run: TaskRun) -> dict[str, Any]:
    return {"taskrun": _task_run(run), "outputs": run.outputs}


def nested(labels: Mapping[str, str]) -> dict[str, Any]:
    """`a.b: x` is read as `labels.a.b`."""
    tree: dict[str, Any] = {}
    for name, value in labels.items():
        *above, last = name.split(".")
        place = tree
        for part in above:
            below = place.get(part)
            if not isinstance(below, dict):
                below = place[part] = {}
            place = below
        place[last] = value
    return tree


def outputs_of(runs: Iterable[TaskRun]) -> dict[str, Any]:
    """`outputs.*` of an execution that has ended, as the engine had them while it ran."""
    by_id = {run.id: run for run in runs}
    tree: dict[str, Any] = {}
    for run in by_id.values():
        if run.outputs:
            *above, last = _path(run, by_id)
            place = tree
            for name in above:
                below = place.get(name)
                if not isinstance(below, dict):
                    below = place[name] = {}
                place = below
            place[last] = run.outputs
    return tree


def _path(run: TaskRun, by_id: Mapping[str, TaskRun]) -> list[str]:
    values: list[str] = []
    current: TaskRun | None = run
    while current is not None:
        values += [] if current.value is None else [current.value]
        current = by_id.get(current.parent_id) if current.parent_id else None
    return [run.task_id, *reversed(values)]


class Environment(Mapping[str, Any]):
    """`envs.*`, looked up when it is asked for: each task of thousands is given it, and few ask."""

    @cached_property
    def _found(self) -> dict[str, str]:
        size = len(ENVIRONMENT_PREFIX)
        return {
            name[size:].lower(): value
            for name, value in os.environ.items()
            if name.startswith(ENVIRONMENT_PREFIX)
        }

    def __getitem__(self, name: str) -> str:
        return self._found[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)


def with_state(snapshot: Snapshot, state: str) -> list[dict[str, Any]]:
    """`tasksWithState('FAILED')`: the task runs in that state, in the order of their creation."""
    return [
        {"taskId": run.task_id, "state": run.state.value}
        | ({} if run.value is None else {"value": run.value})
        for run in snapshot.ordered()
        if run.state.value == str(state).upper()
    ]


class TaskStates(Mapping[str, Any]):
    """`tasks.ID.state`, looked up when it is asked for: an execution may have thousands of task runs."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def __getitem__(self, task_id: str) -> dict[str, Any]:
        runs = [run for run in self._snapshot.ordered() if run.task_id == task_id]
        if not runs:
            raise KeyError(task_id)
        valued = {run.value: {"state": run.state.value} for run in runs if run.value is not None}
        return valued or {"state": runs[-1].state.value}

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(run.task_id for run in self._snapshot.ordered()))

    def __len__(self) -> int:
        return len(list(iter(self)))
