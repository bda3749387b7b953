"""Measurements that a flow makes by itself."""

from typing import Any, ClassVar

from runtime.tasks.base import Result, Task
from runtime.tasks.context import TaskContext
from runtime.tasks.metrics import read


class Publish(Task, frozen=True, kw_only=True):
    """Keep metrics with the task run: counters, gauges, timers. Scripts do the same by a line `::{"metrics": [...]}::`.

    - id: measured
      type: io.kestra.plugin.core.metric.Publish
      metrics:
        - {name: rows, type: counter, value: "{{ outputs.load.vars.rows }}", tags: {table: orders}}
        - {name: took, type: timer, value: PT12S}
    """

    works_in_directory: ClassVar[bool] = False

    metrics: list[dict[str, Any]]
    """Each with `name`, `type` (counter, gauge or timer), `value` (of a timer a duration) and, if wanted, `tags`."""

    async def run(self, context: TaskContext) -> Result:
        for metric in self.metrics:
            context.metrics.add(read(metric))
        return Result()
