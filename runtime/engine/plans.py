"""What each flowable makes of its children: the lanes to go through, and how many at once.

A lane's tasks follow each other; only lanes run side by side. So Sequential is one lane, Parallel one a task, ForEach one a value.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from runtime.engine.snapshot import Lane
from runtime.model.flow import Rule, TaskSpec
from runtime.model.states import State

EXPRESSIONS: Mapping[Rule, tuple[str, ...]] = {
    Rule.PARALLEL: ("concurrent",),
    Rule.DAG: ("concurrent",),
    Rule.FOR_EACH: ("values", "value"),
    Rule.EACH_PARALLEL: ("value", "concurrent"),
    Rule.LOOP: ("values",),
    Rule.LOOP_UNTIL: ("checkFrequency", "failOnMaxReached"),
    Rule.PAUSE: ("pauseDuration", "delay", "behavior"),
    Rule.IF: ("condition",),
    Rule.SWITCH: ("value",),
    Rule.WORKING_DIRECTORY: ("namespaceFiles", "inputFiles", "cache"),
}
"""The properties that must be rendered before a flowable can begin."""

_ALWAYS = frozenset(
    {
        Rule.FOR_EACH,
        Rule.EACH_PARALLEL,
        Rule.LOOP,
        Rule.LOOP_UNTIL,
        Rule.PAUSE,
        Rule.IF,
        Rule.SWITCH,
        Rule.WORKING_DIRECTORY,
    }
)


COLLECTED = frozenset({"outputs", "breakWhen"})
"""What is rendered when an iteration of a Loop is over; the Loop puts it together."""

DURATIONS = ("pauseDuration", "delay")
"""The two names of a Pause's own time; `timeout` is another thing: when that is over, the Pause has failed."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What to go through, and what is known already."""

    lanes: tuple[Lane, ...] = ()
    limit: int = 0
    """Lanes open at once; 0 is no limit."""
    heeds: bool = True
    """Whether a failure inside fails the flowable."""
    outputs: dict[str, Any] = {}
    error: str | None = None
    """Why there is nothing to go through: the flowable fails."""


def needs_evaluation(spec: TaskSpec) -> bool:
    """Whether something must be rendered (or a directory made) before `spec` can begin."""
    if spec.run_if is not None or spec.unavailable or spec.rule in _ALWAYS:
        return True
    return any(isinstance(spec.properties.get(name), str) for name in EXPRESSIONS.get(spec.rule, ()))


def needs_collection(spec: TaskSpec, state: State) -> bool:
    """Whether something is left to do when its children have ended."""
    if spec.rule in {Rule.LOOP, Rule.ITERATION}:
        return state is not State.KILLED and not spec.properties.keys().isdisjoint(COLLECTED)
    return spec.rule is Rule.WORKING_DIRECTORY


def enabled(tasks: tuple[TaskSpec, ...]) -> tuple[TaskSpec, ...]:
    return tuple(task for task in tasks if not task.disabled)


def wait_of(values: Mapping[str, Any]) -> float | None:
    """Seconds that a Pause waits at the most; None is for ever."""
    return next((values[name] for name in (*DURATIONS, "timeout") if values.get(name) is not None), None)


def branch(spec: TaskSpec, name: str) -> tuple[TaskSpec, ...]:
    return enabled(spec.branches.get(name, ()))


def plan(spec: TaskSpec, values: Mapping[str, Any]) -> Plan:
    """The lanes of a flowable, given its rendered expressions."""
    return _PLANS[spec.rule](spec, values)


def one_lane(tasks: tuple[TaskSpec, ...], name: str) -> Plan:
    return Plan(lanes=(Lane(tasks, name),) if tasks else (), limit=1)


def _sequential(spec: TaskSpec, values: Mapping[str, Any]) -> Plan:
    return one_lane(branch(spec, "tasks"), "tasks")


def _parallel(spec: TaskSpec, values: Mapping[str, Any]) -> Plan:
    lanes = tuple(Lane((task,)) for task in branch(spec, "tasks"))
    return Plan(lanes=lanes, limit=_concurrent(spec, values))


def _concurrent(spec: TaskSpec, values: Mapping[str, Any]) -> int:
    return int(values.get("concurrent", spec.properties.get("concurrent")) or 0)


def _dag(spec: TaskSpec, values: Mapping[str, Any]) -> Plan:
    tasks = branch(spec, "tasks")
    numbers = {task.id: number for number, task in enumerate(tasks)}
    lanes = tuple(
        Lane((task,), needs=tuple(numbers[need] for need in spec.needs.get(task.id, ()) if need in numbers))
        for task in tasks
    )
    return Plan(lanes=lanes, limit=_concurrent(spec, values))


def _for_each(spec: TaskSpec, values: Mapping[str, Any]) -> Plan:
    tasks = branch(spec, "tasks")
    distinct = _distinct(values) if tasks else ()
    lanes = tuple(Lane(tasks, value=value, iteration=number) for number, value in enumerate(distinct))
    return Plan(lanes=lanes, limit=int(spec.properties.get("concurrencyLimit", 1)))


def _distinct(values: Mapping[str, Any]) -> Iterable[str]:
    """The older tasks call it `value`. What comes twice counts once."""
    return dict.fromkeys(values["values"] if "values" in values else values["value"])


def _each_parallel(spec: TaskSpec, values: Mapping[str, Any]) -> Plan:
    lanes = tuple(
        Lane((task,), value=value, iteration=number)
        for number, value in enumerate(_distinct(values))
        for task in branch(spec, "tasks")
    )
    return Plan(lanes=lanes, limit=_concurrent(spec, values))


def _loop(spec: TaskSpec, values: Mapping[str, Any]) -> Plan:
    (turn,) = spec.branches["tasks"]
    given: list[str] = values["values"] if branch(turn, "tasks") else []
    return Plan(
        lanes=tuple(Lane((turn,), value=value, iteration=number) for number, value in enumerate(given)),
        limit=int(spec.properties.get("concurrencyLimit", 0)),
        heeds=bool(spec.properties.get("transmitFailed", True)),
        outputs={"iterationCount": len(given)},
    )


def _loop_until(spec: TaskSpec, values: Mapping[str, Any]) -> Plan:
    return msgspec.structs.replace(iteration(spec, 1), outputs={"iterationCount": 1})


def iteration(spec: TaskSpec, number: int) -> Plan:
    """One pass of a loop through its tasks; `number` counts from 1."""
    tasks = branch(spec, "tasks")
    return Plan(lanes=(Lane(tasks, iteration=number - 1),) if tasks else (), limit=1)


def _if(spec: TaskSpec, values: Mapping[str, Any]) -> Plan:
    chosen = "then" if values["condition"] else "else"
    return msgspec.structs.replace(
        one_lane(branch(spec, chosen), chosen), outputs={"evaluationResult": bool(values["condition"])}
    )


def _switch(spec: TaskSpec, values: Mapping[str, Any]) -> Plan:
    case = f"cases.{values['value']}"
    chosen = case if case in spec.branches else "defaults"
    outputs = {"value": values["value"], "defaults": chosen == "defaults"}
    if chosen not in spec.branches:
        return Plan(outputs=outputs, error=f"no case for `{values['value']}`, and no defaults")
    return msgspec.structs.replace(one_lane(branch(spec, chosen), chosen), outputs=outputs)


_PLANS: Mapping[Rule, Callable[[TaskSpec, Mapping[str, Any]], Plan]] = {
    Rule.SEQUENTIAL: _sequential,
    Rule.ALLOW_FAILURE: _sequential,
    Rule.PAUSE: _sequential,
    Rule.WORKING_DIRECTORY: _sequential,
    Rule.PARALLEL: _parallel,
    Rule.DAG: _dag,
    Rule.FOR_EACH: _for_each,
    Rule.EACH_PARALLEL: _each_parallel,
    Rule.LOOP: _loop,
    Rule.ITERATION: _sequential,
    Rule.LOOP_UNTIL: _loop_until,
    Rule.IF: _if,
    Rule.SWITCH: _switch,
}
