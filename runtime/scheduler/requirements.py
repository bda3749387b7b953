"""What a Flow trigger waits for: `preconditions`, `dependsOn` and MultipleConditions, brought into one form."""

from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from runtime.errors import TaskFailed
from runtime.model.flow import ConditionSpec, TriggerSpec
from runtime.scheduler.windows import duration
from runtime.tasks.convert import convert_properties
from runtime.tasks.flow_trigger import (
    Dependency,
    DependencyWindow,
    ExecutionFilter,
    FlowTrigger,
    Preconditions,
    TimeWindow,
    UpstreamFlow,
)

MULTIPLE = "io.kestra.plugin.core.condition.MultipleCondition"
EXPRESSION = "io.kestra.plugin.core.condition.Expression"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One thing that must hold of some execution: all that is set of these."""

    upstream: UpstreamFlow | None = None
    filter: ExecutionFilter | None = None
    condition: ConditionSpec | None = None


@dataclass(frozen=True, kw_only=True)
class Requirement:
    """Several things that must hold within a time."""

    id: str
    window: TimeWindow
    entries: dict[str, Entry]
    needed: int
    """How many of them."""
    resets: bool = True
    is_scoped: bool = False
    """Whether each execution's outputs stand under the id of its flow."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A Flow trigger, read."""

    trigger: FlowTrigger
    conditions: tuple[ConditionSpec, ...]
    """What must hold of the execution that moved."""
    requirements: tuple[Requirement, ...]


def read(spec: TriggerSpec) -> Wanted:
    """Raises TaskFailed where its properties do not fit: they hold templates, perhaps, which nothing here renders."""
    own = {name: value for name, value in spec.properties.items() if name in _PROPERTIES}
    trigger = convert_properties(FlowTrigger, {**own, "inputs": None})
    several = [condition for condition in spec.conditions if condition.type == MULTIPLE]
    return Wanted(
        trigger=trigger,
        conditions=tuple(condition for condition in spec.conditions if condition.type != MULTIPLE),
        requirements=(*_of_trigger(trigger), *map(_multiple, several)),
    )


_PROPERTIES = frozenset(field.encode_name for field in msgspec.structs.fields(FlowTrigger))


def _of_trigger(trigger: FlowTrigger) -> Iterator[Requirement]:
    if trigger.preconditions is not None:
        yield _preconditions(trigger.preconditions)
    if trigger.depends_on:
        yield _dependencies(trigger, trigger.depends_on)


def _preconditions(found: Preconditions) -> Requirement:
    flows = {f"flow {number}": Entry(upstream=upstream) for number, upstream in enumerate(found.flows)}
    entries = flows | {where.id: Entry(filter=where) for where in found.where}
    window = found.time_window or TimeWindow()
    return Requirement(
        id=found.id, window=window, entries=entries, needed=len(entries), resets=found.reset_on_success
    )


def _dependencies(trigger: FlowTrigger, found: list[Dependency]) -> Requirement:
    entries = {
        f"flow {number}": Entry(upstream=each, condition=_expression(each))
        for number, each in enumerate(found)
    }
    needed = {"ANY": 1, "AT_LEAST": trigger.min_satisfied or 1}.get(trigger.mode, len(entries))
    window = _window(trigger.window or DependencyWindow())
    return Requirement(id="dependsOn", window=window, entries=entries, needed=needed, is_scoped=True)


def _expression(found: Dependency) -> ConditionSpec | None:
    if found.when is None:
        return None
    return ConditionSpec(type=EXPRESSION, properties={"expression": str(found.when)})


def _window(found: DependencyWindow) -> TimeWindow:
    if found.deadline is not None:
        return TimeWindow(type="DAILY_TIME_DEADLINE", deadline=found.deadline)
    if found.from_ is not None or found.to is not None:
        return TimeWindow(
            type="DAILY_TIME_WINDOW",
            start_time=found.from_ or "00:00:00",
            end_time=found.to or "23:59:59",
        )
    if found.lookback is not None:
        return TimeWindow(type="SLIDING_WINDOW", window=found.lookback)
    return TimeWindow(window=found.every, window_advance=found.offset)


def _multiple(spec: ConditionSpec) -> Requirement:
    told = spec.properties
    window = (
        convert_window(told["timeWindow"])
        if told.get("timeWindow")
        else TimeWindow(
            window=duration(told["window"]) if told.get("window") else None,
            window_advance=told.get("windowAdvance"),
        )
    )
    return Requirement(
        id=str(told.get("id")),
        window=window,
        entries={name: Entry(condition=condition) for name, condition in spec.named.items()},
        needed=len(spec.named),
        resets=str(told.get("resetOnSuccess", True)).lower() == "true",
    )


def convert_window(value: object) -> TimeWindow:
    try:
        return msgspec.convert(value, TimeWindow, strict=False)
    except msgspec.ValidationError as error:
        raise TaskFailed(f"`timeWindow`: {error}") from None
