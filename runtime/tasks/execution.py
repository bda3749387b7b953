"""Tasks that act on the execution in which they run: check it, end it, label it, change its variables."""

import json
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal

import msgspec

from runtime.errors import TaskFailed
from runtime.expressions.text import text
from runtime.expressions.truth import is_truthy
from runtime.model.states import State
from runtime.tasks.base import Result, Task, Verbatim
from runtime.tasks.context import TaskContext
from runtime.tasks.thread import in_thread

SYSTEM = "system."


class Assert(Task, frozen=True, kw_only=True):
    """Fail unless all conditions hold; the log names those that do not.

    - id: enough
      type: assert
      conditions:
        - "{{ outputs.count.rows > 1000 }}"
      errorMessage: the export is too small
    """

    conditions: Annotated[list[str], Verbatim]
    """Expressions; `false`, `0`, an empty text and null do not hold."""
    error_message: str | None = None
    """What the execution says of it."""

    async def run(self, context: TaskContext) -> Result:
        failing = [each for each in self.conditions if not is_truthy(await in_thread(context.render, each))]
        for condition in failing:
            context.log.error(f"does not hold: {condition}")
        if failing:
            count = "one condition does" if len(failing) == 1 else f"{len(failing)} conditions do"
            raise TaskFailed(self.error_message or f"{count} not hold: {failing[0]}")
        return Result()


class Exit(Task, frozen=True, kw_only=True):
    """End the whole execution here, with a state of your choice; what else runs in it is stopped.

    - id: nothing_new
      type: exit
      runIf: "{{ outputs.files.count == 0 }}"
      state: SUCCESS
    """

    state: Literal["SUCCESS", "WARNING", "FAILED", "KILLED", "CANCELLED", "CANCELED"] = "SUCCESS"
    """The state of the task, of all that hold it, and of the execution."""

    async def run(self, context: TaskContext) -> Result:
        state = State.CANCELLED if self.state == "CANCELED" else State(self.state)
        context.log.info(f"the execution ends here: {state}")
        return Result(exit_state=state)


class Labels(Task, frozen=True, kw_only=True):
    """Put labels on the execution, for lists and filters; one that is there is replaced.

    - id: mark
      type: execution.labels
      labels:
        island: "{{ inputs.island }}"
    """

    labels: dict[str, Any] | list[Any] | str
    """A map, a list of `key` and `value`, or a JSON text of either."""

    async def run(self, context: TaskContext) -> Result:
        labels = {text(key): text(value) for key, value in _pairs(self.labels)}
        for key, value in labels.items():
            if not key or not value:
                raise TaskFailed(f"a label needs a key and a value; found `{key}: {value}`")
            if key.startswith(SYSTEM):
                raise TaskFailed(
                    f"the label `{key}` is reserved: labels that begin with `{SYSTEM}` are the runtime's"
                )
        return Result(labels=labels)


def _pairs(labels: Any) -> Iterable[tuple[Any, Any]]:
    if isinstance(labels, str):
        labels = _parsed(labels)
    if isinstance(labels, Mapping):
        return labels.items()
    if isinstance(labels, list | tuple) and all(isinstance(each, Mapping) for each in labels):
        return [(each.get("key"), each.get("value")) for each in labels]
    raise TaskFailed("`labels` must be a map, or a list of maps with `key` and `value`")


def _parsed(labels: str) -> Any:
    try:
        return json.loads(labels)
    except ValueError as error:
        raise TaskFailed(f"`labels` is no JSON: {error}") from None


class SetVariables(Task, frozen=True, kw_only=True):
    """Lay variables over the flow's own, for the tasks that come: `{{ vars.NAME }}`."""

    variables: dict[str, Any]
    """Name and value, as many as wanted."""
    overwrite: bool = True
    """Whether one that is there is replaced; else the task fails."""

    async def run(self, context: TaskContext) -> Result:
        there = [name for name in self.variables if name in context.variables]
        if there and not self.overwrite:
            raise TaskFailed(f"there is a variable `{there[0]}` already", hint="overwrite: true replaces it")
        return Result(variables=self.variables)


class UnsetVariables(Task, frozen=True, kw_only=True):
    """Take variables away, for the tasks that come."""

    variables: list[str]
    """Their names."""
    ignore_missing: bool = False
    """Whether one that is not there is no matter; else the task fails."""

    async def run(self, context: TaskContext) -> Result:
        missing = [name for name in self.variables if name not in context.variables]
        if missing and not self.ignore_missing:
            raise TaskFailed(
                f"there is no variable `{missing[0]}`", hint="ignoreMissing: true lets that pass"
            )
        return Result(unset=tuple(self.variables))


class CountedFlow(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """A flow whose executions are counted."""

    namespace: str
    """Its namespace."""
    flow_id: str
    """Its id."""
