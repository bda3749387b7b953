"""Other flows as tasks."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

import msgspec

from runtime.errors import TaskFailed
from runtime.expressions.text import text
from runtime.model.execution import Execution
from runtime.model.states import State
from runtime.tasks.base import Result, Task, Verbatim
from runtime.tasks.children import Child
from runtime.tasks.context import TaskContext

Elsewhere = msgspec.Meta(extra={"verbatim": True, "elsewhere": True})
"""Marks a property whose templates speak of another flow's tasks."""

RestartBehavior = Literal["RETRY_FAILED", "NEW_EXECUTION"]


def labels_of(written: Any) -> dict[str, str]:
    """A map, or a list of maps with `key` and `value`."""
    if isinstance(written, Mapping):
        return {str(key): text(value) for key, value in written.items()}
    if isinstance(written, list | tuple) and all(isinstance(each, Mapping) for each in written):
        return {str(each.get("key")): text(each.get("value")) for each in written}
    raise TaskFailed("`labels` must be a map, or a list of maps with `key` and `value`")


class Subflow(Task, frozen=True, kw_only=True):
    """Run another flow, and wait for its end.

    - id: load
      type: subflow
      namespace: company.sales
      flowId: load_orders
      inputs:
        day: "{{ trigger.date | date('yyyy-MM-dd') }}"
    """

    survives: ClassVar[bool] = True
    works_in_directory: ClassVar[bool] = False

    namespace: str
    """Of the other flow."""
    flow_id: str
    """Of the other flow."""
    revision: int | None = None
    """The latest, if nothing is said."""
    inputs: dict[str, Any] = msgspec.field(default_factory=dict)
    """For the other flow."""
    labels: Any = None
    """For the other flow's execution: a map, or a list of maps with `key` and `value`."""
    inherit_labels: bool = False
    """Whether it gets this execution's labels too."""
    wait: Annotated[bool, Verbatim] = True
    """Whether its end is waited for; else only `executionId` is given back."""
    transmit_failed: Annotated[bool, Verbatim] = True
    """Whether this task ends as the other flow's execution where that has failed, was killed or has a warning."""
    outputs: Annotated[dict[str, Any], Elsewhere] = msgspec.field(default_factory=dict)
    """Deprecated: give the other flow `outputs` of its own. Names, and templates that see what its tasks see."""
    schedule_date: datetime | None = None
    """Begin then, and not now."""
    restart_behavior: Annotated[RestartBehavior, Verbatim] = "RETRY_FAILED"
    """When this execution is restarted after a failure: restart the other flow's execution too, or begin a new one."""

    async def run(self, context: TaskContext) -> Result:
        execution_id = await context.children.begin(self._child(context))
        await context.tell({"executionId": execution_id})
        name = f"{self.namespace}.{self.flow_id}"
        context.log.info(f"{name} runs as execution {execution_id}")
        if not self.wait:
            return Result(outputs={"executionId": execution_id})
        ended = await self._ended(context, execution_id)
        return self._result(name, ended, await self._outputs(context, ended))

    def _child(self, context: TaskContext) -> Child:
        return Child(
            namespace=self.namespace,
            flow_id=self.flow_id,
            revision=self.revision,
            inputs=self.inputs,
            labels=labels_of(self.labels or {}),
            inherit_labels=self.inherit_labels,
            schedule_date=self.schedule_date,
            again=context.again and self.restart_behavior == "RETRY_FAILED",
        )

    async def _ended(self, context: TaskContext, execution_id: str) -> Execution:
        try:
            return await context.children.ended(execution_id)
        except asyncio.CancelledError:
            if not context.leaving():
                await context.children.stop([execution_id])
            raise

    async def _outputs(self, context: TaskContext, ended: Execution) -> dict[str, Any]:
        if ended.outputs or not self.outputs:
            return ended.outputs
        return await context.children.look_into(ended.id, self.outputs)

    def _result(self, name: str, ended: Execution, found: dict[str, Any]) -> Result:
        outputs = {
            "executionId": ended.id,
            "state": ended.state.value,
            **({"outputs": found} if found else {}),
        }
        if not self.transmit_failed or ended.state not in {State.FAILED, State.KILLED, State.WARNING}:
            return Result(outputs=outputs)
        if ended.state is State.FAILED:
            reason = f": {ended.error}" if ended.error else ""
            raise TaskFailed(f"{name} {ended.id} has failed{reason}", outputs=outputs)
        return Result(outputs=outputs, state=ended.state)
