"""The task that turns a trigger on or off."""

from typing import Annotated

from runtime.client.requests import PauseTrigger
from runtime.model.views import Done
from runtime.tasks.base import Result, Task, Verbatim
from runtime.tasks.context import TaskContext


class Toggle(Task, frozen=True, kw_only=True):
    """Turn a trigger off, or on again.

    - id: no_more
      type: toggle
      flowId: load
      trigger: hourly
      enabled: false
    """

    trigger: str
    """The trigger's id."""
    flow_id: str | None = None
    """Of its flow; this one, where nothing is said."""
    namespace: str | None = None
    """Of its flow; this one's, where nothing is said."""
    enabled: Annotated[bool, Verbatim] = False
    """Whether it is to fire."""

    async def run(self, context: TaskContext) -> Result:
        done = await context.client.ask(
            PauseTrigger(
                namespace=self.namespace or context.labels.namespace,
                flow_id=self.flow_id or context.labels.flow_id,
                trigger_id=self.trigger,
                paused=not self.enabled,
            ),
            Done,
        )
        context.log.info(done.message)
        return Result()
