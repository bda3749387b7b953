"""A task that is itself a template."""

from runtime.tasks.base import Result, Task
from runtime.tasks.context import TaskContext


class TemplatedTask(Task, frozen=True, kw_only=True):
    """Render the text of a task and run what comes of it: for what no expression reaches, the type of a task above all.

    - id: chosen
      type: io.kestra.plugin.core.templating.TemplatedTask
      spec: |
        type: io.kestra.plugin.{{ inputs.engine }}
        commands: ["echo {{ inputs.name }}"]
    """

    spec: str
    """The task as YAML. It must be one that runs by itself, no Sequential and the like; its outputs are this task's."""

    async def run(self, context: TaskContext) -> Result:
        return await context.perform(self.spec)
