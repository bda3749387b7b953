"""What must hold before a trigger fires, or a listener runs: about the execution that moved, and the flow that waits.

Conditions about dates stand in `date_conditions.py`. The properties are rendered before `holds` is asked.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import msgspec

from runtime.expressions import is_truthy
from runtime.model.execution import Execution, TaskRun
from runtime.model.flow import ConditionSpec
from runtime.model.states import State
from runtime.tasks.base import Plugin


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """What a condition is asked about."""

    namespace: str
    """Of the flow that waits."""
    flow_id: str
    execution: Execution | None = None
    """The one that moved; a schedule has none."""
    task_runs: tuple[TaskRun, ...] = field(default=(), repr=False)
    """Its task runs, where a condition asks about them."""


class Condition(Plugin, frozen=True, kw_only=True):
    """Says yes or no to an occasion."""

    def holds(self, occasion: Occasion) -> bool:
        raise NotImplementedError


Conditions = Annotated[list[ConditionSpec], msgspec.Meta(extra={"tasks": True})]
"""Read one by one, as tasks are."""


class Group(Condition, frozen=True, kw_only=True):
    """A condition made of others; whoever judges asks those, and then `join`."""

    conditions: Conditions = msgspec.field(default_factory=list)
    """Further conditions."""

    def join(self, answers: Iterable[bool]) -> bool:
        raise NotImplementedError


class Not(Group, frozen=True, kw_only=True):
    """Holds where its conditions do not all hold.

    conditions:
      - type: not
        conditions: [{type: weekend}]
    """

    def join(self, answers: Iterable[bool]) -> bool:
        return not all(answers)


class Or(Group, frozen=True, kw_only=True):
    """Holds where one of its conditions does.

    conditions:
      - type: or
        conditions: [{type: day_week, dayOfWeek: MONDAY}, {type: day_week, dayOfWeek: FRIDAY}]
    """

    def join(self, answers: Iterable[bool]) -> bool:
        return any(answers)


class ExecutionStatus(Condition, frozen=True, kw_only=True):
    """The execution is in one of some states, or in none of some others."""

    in_: list[State] | None = msgspec.field(default=None, name="in")
    """These let it pass."""
    not_in: list[State] | None = None
    """These do not."""

    def holds(self, occasion: Occasion) -> bool:
        execution = occasion.execution
        return execution is not None and _passes(execution.state, self.in_, self.not_in)


def _passes(state: State, wanted: list[State] | None, unwanted: list[State] | None) -> bool:
    return (wanted is None or state in wanted) and (unwanted is None or state not in unwanted)


class ExecutionFlow(Condition, frozen=True, kw_only=True):
    """The execution is one of a certain flow."""

    namespace: str
    """The flow's."""
    flow_id: str
    """The flow's."""

    def holds(self, occasion: Occasion) -> bool:
        execution = occasion.execution
        return (
            execution is not None
            and execution.namespace == self.namespace
            and execution.flow_id == self.flow_id
        )


class ExecutionNamespace(Condition, frozen=True, kw_only=True):
    """The execution is one of a flow in certain namespaces."""

    namespace: str
    """Compared with the execution's."""
    comparison: Literal["EQUALS", "PREFIX", "SUFFIX"] | None = None
    """EQUALS, where nothing is said."""
    prefix: bool = False
    """Short for `comparison: PREFIX`."""

    def holds(self, occasion: Occasion) -> bool:
        if occasion.execution is None:
            return False
        found = occasion.execution.namespace
        match self.comparison or ("PREFIX" if self.prefix else "EQUALS"):
            case "PREFIX":
                return found.startswith(self.namespace)
            case "SUFFIX":
                return found.endswith(self.namespace)
        return found == self.namespace


class ExecutionLabels(Condition, frozen=True, kw_only=True):
    """The execution has certain labels, and perhaps more."""

    labels: dict[str, Any] | list[dict[str, Any]]
    """A map, or a list of maps with `key` and `value`."""

    def holds(self, occasion: Occasion) -> bool:
        return occasion.execution is not None and has_labels(occasion.execution, self.labels)


def has_labels(execution: Execution, wanted: dict[str, Any] | list[dict[str, Any]]) -> bool:
    pairs = wanted.items() if isinstance(wanted, dict) else [(item["key"], item["value"]) for item in wanted]
    return all(execution.labels.get(str(key)) == str(value) for key, value in pairs)


class ExecutionOutputs(Condition, frozen=True, kw_only=True):
    """The outputs of the execution's flow fulfil an expression: `{{ trigger.outputs.rows > 100 }}`."""

    expression: Any
    """Sees the outputs as `trigger.outputs`."""

    def holds(self, occasion: Occasion) -> bool:
        return bool(occasion.execution and occasion.execution.outputs) and is_truthy(self.expression)


class HasRetryAttempt(Condition, frozen=True, kw_only=True):
    """An attempt of one of the execution's tasks ended in one of some states, or in none of some others."""

    in_: list[State] | None = msgspec.field(default=None, name="in")
    """These let it pass."""
    not_in: list[State] | None = None
    """These do not."""

    def holds(self, occasion: Occasion) -> bool:
        attempts = (attempt for run in occasion.task_runs for attempt in run.attempts)
        return any(_passes(attempt.state, self.in_, self.not_in) for attempt in attempts)


class Expression(Condition, frozen=True, kw_only=True):
    """An expression is true: `{{ execution.state == 'SUCCESS' }}`."""

    expression: Any
    """Not true are `false`, `0`, an empty text and null."""

    def holds(self, occasion: Occasion) -> bool:
        return is_truthy(self.expression)


class FlowCondition(Condition, frozen=True, kw_only=True):
    """The flow that waits is a certain one."""

    namespace: str
    """The flow's."""
    flow_id: str
    """The flow's."""

    def holds(self, occasion: Occasion) -> bool:
        return (occasion.namespace, occasion.flow_id) == (self.namespace, self.flow_id)


class FlowNamespaceCondition(Condition, frozen=True, kw_only=True):
    """The flow that waits is in a certain namespace."""

    namespace: str
    """The flow's, or its beginning."""
    prefix: bool = False
    """Whether it is the beginning."""

    def holds(self, occasion: Occasion) -> bool:
        if self.prefix:
            return occasion.namespace.startswith(self.namespace)
        return occasion.namespace == self.namespace


class MultipleCondition(Condition, frozen=True, kw_only=True):
    """Several executions together fulfil conditions, each its own, within a window of time. For a Flow trigger."""

    id: str
    """What it is remembered by."""
    conditions: Annotated[dict[str, ConditionSpec], msgspec.Meta(extra={"tasks": True})] = msgspec.field(
        default_factory=dict
    )
    """Each with a name."""
    time_window: Any = None
    """As a Flow trigger's `preconditions.timeWindow`."""
    window: Any = None
    """Deprecated: the length of the window."""
    window_advance: Any = None
    """Deprecated: by how much it is shifted."""
    reset_on_success: bool = True
    """Whether all begins anew when it has fired."""

    def holds(self, occasion: Occasion) -> bool:
        """It is no matter of one occasion: the trigger keeps what held so far."""
        return False
