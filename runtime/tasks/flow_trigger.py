"""The trigger that waits for executions of other flows (flow-language.md section 9)."""

from datetime import timedelta
from typing import Any, Literal

import msgspec

from runtime.model.execution import Execution
from runtime.model.states import TERMINAL, State
from runtime.tasks.conditions import has_labels
from runtime.tasks.triggers import Trigger

WATCHED = [*sorted(TERMINAL), State.PAUSED]


class Keys(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """A group of properties."""


class TimeWindow(Keys, frozen=True, kw_only=True):
    """Within which time all must hold."""

    type: Literal["DURATION_WINDOW", "SLIDING_WINDOW", "DAILY_TIME_DEADLINE", "DAILY_TIME_WINDOW"] = (
        "DURATION_WINDOW"
    )
    """One of a fixed length that begins at midnight, one that begins with the first that holds, a day until a time of it, or
    a part of each day."""
    window: timedelta | None = None
    """DURATION_WINDOW, SLIDING_WINDOW: how long it is; a day, where nothing is said."""
    window_advance: Any = None
    """DURATION_WINDOW: by how much its beginning is shifted."""
    deadline: str | None = None
    """DAILY_TIME_DEADLINE: a time of the day."""
    start_time: str | None = None
    """DAILY_TIME_WINDOW: a time of the day."""
    end_time: str | None = None
    """DAILY_TIME_WINDOW: a time of the day."""


class UpstreamFlow(Keys, frozen=True, kw_only=True):
    """An execution that is waited for."""

    namespace: str
    """Of its flow."""
    flow_id: str | None = None
    """Of its flow; without it any flow of the namespace."""
    states: list[State] | None = None
    """Into one of which it comes."""
    labels: dict[str, Any] | None = None
    """That it has."""

    def matches(self, execution: Execution) -> bool:
        return (
            execution.namespace == self.namespace
            and self.flow_id in (None, execution.flow_id)
            and (not self.states or execution.state in self.states)
            and (not self.labels or has_labels(execution, self.labels))
        )


class Filter(Keys, frozen=True, kw_only=True):
    """What is asked about one field of an execution."""

    field: Literal["FLOW_ID", "NAMESPACE", "STATE", "EXPRESSION"]
    """EXPRESSION: what `value` gives when it is rendered."""
    type: Literal[
        "EQUAL_TO",
        "NOT_EQUAL_TO",
        "IN",
        "NOT_IN",
        "IS_TRUE",
        "IS_FALSE",
        "IS_NULL",
        "IS_NOT_NULL",
        "STARTS_WITH",
        "ENDS_WITH",
        "REGEX",
        "CONTAINS",
    ]
    """How it is compared."""
    value: Any = None
    """With this."""
    values: list[str] | None = None
    """IN, NOT_IN: with these."""


class ExecutionFilter(Keys, frozen=True, kw_only=True):
    """An execution that is waited for, by what is asked about its fields."""

    id: str
    """What it is remembered by."""
    operand: Literal["AND", "OR"] = "AND"
    """Whether all answers must be yes, or one."""
    filters: list[Filter]
    """At least one."""


class Preconditions(Keys, frozen=True, kw_only=True):
    """Several executions, all of which must have come within a time."""

    id: str
    """What they are remembered by."""
    time_window: TimeWindow | None = None
    """A day from midnight, where nothing is said."""
    reset_on_success: bool = True
    """Whether all begins anew when it has fired; else it fires again with each that comes within the time."""
    flows: list[UpstreamFlow] = msgspec.field(default_factory=list)
    """By their flows."""
    where: list[ExecutionFilter] = msgspec.field(default_factory=list)
    """By their fields."""


class Dependency(UpstreamFlow, frozen=True, kw_only=True):
    """An execution that is waited for, as version 2 of the language has it."""

    when: Any = None
    """An expression that must be true."""


class DependencyWindow(Keys, frozen=True, kw_only=True):
    """Within which time, as version 2 of the language has it."""

    deadline: str | None = None
    """Each day until this time."""
    from_: str | None = msgspec.field(default=None, name="from")
    """Each day from this time ..."""
    to: str | None = None
    """... to this one."""
    every: timedelta | None = None
    """So long, from midnight on."""
    offset: Any = None
    """By how much `every` is shifted."""
    lookback: timedelta | None = None
    """So long from the first that comes."""


class FlowTrigger(Trigger, frozen=True, kw_only=True):
    """Start the flow when executions of other flows have come into a state.

    - id: after_load
      type: on_flow
      states: [SUCCESS]
      conditions:
        - {type: execution_flow, namespace: company.data, flowId: load}
      inputs:
        rows: "{{ trigger.outputs.rows }}"
    """

    inputs: dict[str, Any] | None = None
    """The inputs of the executions; `trigger.outputs` are the outputs of those that were waited for."""
    states: list[State] = msgspec.field(default_factory=lambda: list(WATCHED))
    """Only these are looked at: all in which an execution ends, and PAUSED, where nothing is said."""
    preconditions: Preconditions | None = None
    """Several executions that must all have come; without them each one that fulfils `conditions` starts the flow."""
    depends_on: list[Dependency] | None = None
    """The newer way to say `preconditions`."""
    mode: Literal["ALL", "ANY", "AT_LEAST"] = "ALL"
    """`dependsOn`: how many of them must have come."""
    min_satisfied: int | None = None
    """`mode: AT_LEAST`: this many."""
    window: DependencyWindow | None = None
    """`dependsOn`: within which time."""
    on_miss: Any = None
    """No effect: an execution is begun only where all has come."""
