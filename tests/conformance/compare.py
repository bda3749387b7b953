"""An entry against what came of it here: every difference, in words."""

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from runtime.expressions.text import text
from runtime.model.execution import TaskRun
from runtime.model.views import ExecutionView
from tests.conformance.collection import Entry

OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    ">=": operator.ge,
    "isEqualTo": operator.eq,
    "contains": operator.contains,
}
JAVA = re.compile(r"\w+\.\w+\(\)")
"""An expected value that is a call in upstream's test, not a value."""


def differences(entry: Entry, view: ExecutionView) -> list[str]:
    """Empty where all agrees."""
    return [*_header(entry, view), *_facts(entry.facts, view.task_runs)]


def _header(entry: Entry, view: ExecutionView) -> Iterator[str]:
    state = view.execution.state.value
    if entry.expected_state not in (None, state):
        why = f" ({view.execution.error})" if view.execution.error else ""
        yield f"it is {state}, and not {entry.expected_state}{why}"
    if entry.expected_taskruns not in (None, len(view.task_runs)):
        told = ", ".join(f"{run.task_id} {run.state}" for run in view.task_runs)
        yield f"{len(view.task_runs)} task runs, and not {entry.expected_taskruns}: {told}"


def _facts(facts: Mapping[str, Any], runs: tuple[TaskRun, ...]) -> Iterator[str]:
    for task, state in facts.get("task_states", {}).items():
        found = [run.state.value for run in runs if run.task_id == task]
        if found[:1] != [state]:
            yield f"{task} is {', '.join(found) or 'not there'}, and not {state}"
    for task, count in facts.get("taskrun_counts", {}).items():
        if (found := sum(run.task_id == task for run in runs)) != count:
            yield f"{found} runs of {task}, and not {count}"
    for name, look in _OF_RUNS.items():
        for fact in facts.get(name, ()):
            run = _run(fact, runs)
            yield from ["there is no task run " + str(fact)] if run is None else look(fact, run)


def _run(fact: Mapping[str, Any], runs: tuple[TaskRun, ...]) -> TaskRun | None:
    if "task" in fact and "index" in fact:
        runs = tuple(run for run in runs if run.task_id == fact["task"])
    index = fact.get("taskrun_index", fact.get("index", 0))
    return runs[index] if -len(runs) <= index < len(runs) else None


def _id(fact: Mapping[str, Any], run: TaskRun) -> Iterator[str]:
    if run.task_id != fact["task"]:
        yield f"task run {fact['taskrun_index']} is of {run.task_id}, and not of {fact['task']}"


def _state(fact: Mapping[str, Any], run: TaskRun) -> Iterator[str]:
    if run.state.value != fact["state"]:
        yield f"task run {fact['taskrun_index']} ({run.task_id}) is {run.state}, and not {fact['state']}"


def _attempts(fact: Mapping[str, Any], run: TaskRun) -> Iterator[str]:
    if not OPERATORS[fact["op"]](len(run.attempts), fact["value"]):
        yield f"{run.task_id} has {len(run.attempts)} attempts, and not {fact['op']} {fact['value']}"


def _output(fact: Mapping[str, Any], run: TaskRun) -> Iterator[str]:
    if JAVA.fullmatch(fact["value"]):
        return
    found = text(run.outputs.get(fact["key"]))
    wanted = fact["value"].replace('\\"', '"')  # as upstream's source writes a quotation mark
    if not OPERATORS[fact["op"]](found, wanted):
        yield f"output {fact['key']} of {run.task_id} is {found!r}: not {fact['op']} {wanted!r}"


_OF_RUNS: Mapping[str, Callable[[Mapping[str, Any], TaskRun], Iterator[str]]] = {
    "taskrun_ids": _id,
    "taskrun_states": _state,
    "attempts": _attempts,
    "outputs": _output,
}
