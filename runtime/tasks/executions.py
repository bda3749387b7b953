"""Tasks that look at other executions, or clear them away: they ask the runtime, as a person would."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Any, ClassVar

from runtime.client.requests import DeleteExecution, ResumeExecution
from runtime.errors import Failure, TaskFailed
from runtime.model.execution import Execution
from runtime.model.states import State
from runtime.model.views import Done
from runtime.tasks.base import Result, Task
from runtime.tasks.context import TaskContext
from runtime.tasks.dates import instant
from runtime.tasks.execution import CountedFlow
from runtime.tasks.thread import in_thread

PAGE = 500  # executions


class Count(Task, frozen=True, kw_only=True):
    """Count the executions of flows within a span of time: outputs `results` (one a flow) and `total`."""

    deprecated: ClassVar[str] = (
        "its number is in `flowdeck execution list --json`; newer Kestra has no such task"
    )

    start_date: str
    """Executions that were created from this date on."""
    end_date: str | None = None
    """And before this one."""
    flows: list[CountedFlow] = []  # noqa: RUF012 - msgspec copies it
    """The flows; without any, all of `namespaces`."""
    namespaces: list[str] = []  # noqa: RUF012
    """These and those below them."""
    states: list[str] = []  # noqa: RUF012
    """Only in these states."""

    async def run(self, context: TaskContext) -> Result:
        since, until = instant(self.start_date, "startDate"), instant(self.end_date, "endDate")
        places = [(flow.namespace, flow.flow_id) for flow in self.flows]
        places = places or [(namespace, "") for namespace in self.namespaces or [""]]
        counts = {}
        for namespace, flow_id in places:
            found = _all(context, namespace, flow_id, self.states, since, until)
            counts[namespace, flow_id] = len([each async for each in found])
        results = [
            {"namespace": namespace, "flowId": flow_id, "count": count}
            for (namespace, flow_id), count in counts.items()
        ]
        return Result(outputs={"results": results, "total": sum(counts.values())})


class Resume(Task, frozen=True, kw_only=True):
    """Let another execution go on that is paused, with the answers that its Pause task asks for.

    - id: approved
      type: resume
      executionId: "{{ trigger.body.execution }}"
      inputs: {reason: "{{ trigger.body.reason }}"}
    """

    deprecated: ClassVar[str] = (
        "`flowdeck execution resume` and the console do it; newer Kestra has no such task"
    )

    execution_id: str | None = None
    """The execution; without it the one that has triggered this one."""
    namespace: str | None = None
    """Refuses executions of another namespace."""
    flow_id: str | None = None
    """Refuses executions of another flow."""
    inputs: dict[str, Any] = {}  # noqa: RUF012 - msgspec copies it
    """What the Pause asks, by name."""

    async def run(self, context: TaskContext) -> Result:
        wanted = self.execution_id or await in_thread(context.render, "{{ trigger.executionId ?? '' }}")
        if not wanted:
            raise TaskFailed("no execution is named: give `executionId`")
        execution = (await context.client.execution(wanted)).execution
        name = f"{self.namespace or execution.namespace}.{self.flow_id or execution.flow_id}"
        if name != f"{execution.namespace}.{execution.flow_id}":
            raise TaskFailed(
                f"{execution.id} is an execution of {execution.namespace}.{execution.flow_id}, not of {name}"
            )
        request = ResumeExecution(id=execution.id, inputs=self.inputs)
        context.log.info((await context.client.ask(request, Done)).message)
        return Result()


class PurgeExecutions(Task, frozen=True, kw_only=True):
    """Delete ended executions that were created before a date, with their logs and stored files.

    - id: clear
      type: io.kestra.plugin.core.execution.PurgeExecutions
      endDate: "{{ now() | dateAdd(-90, 'DAYS') }}"
      namespace: company.data
    """

    end_date: str
    """Executions that were created before this date."""
    start_date: str | None = None
    """And from this one on."""
    namespace: str | None = None
    """Only of this namespace and those below it."""
    flow_id: str | None = None
    """Only of this flow; needs `namespace`."""
    states: list[str] = []  # noqa: RUF012
    """Only in these states; without any, in all that are an end."""
    purge_execution: bool = True
    """Without this only stored files go."""
    purge_log: bool = True
    """Goes with the execution."""
    purge_metric: bool = True
    """Goes with the execution."""
    purge_storage: bool = True
    """Goes with the execution, or alone."""
    batch_size: int = 100
    """No effect: executions are deleted one by one."""

    async def run(self, context: TaskContext) -> Result:
        since, until = instant(self.start_date, "startDate"), instant(self.end_date, "endDate")
        found = _all(context, self.namespace or "", self.flow_id or "", self.states, since, until)
        ended = [each async for each in found if each.state.is_terminal]
        mine = [each for each in ended if each.id != context.labels.execution_id]
        for execution in mine:
            await self._purge(context, execution)
        deleted = len(mine) if self.purge_execution else 0
        context.log.info(f"{deleted} executions deleted, of {len(mine)} that ended in that time")
        return Result(
            outputs={"executionsCount": deleted, "storagesCount": len(mine) if self.purge_storage else 0}
        )

    async def _purge(self, context: TaskContext, execution: Execution) -> None:
        if not self.purge_execution:
            if self.purge_storage:
                context.files.store.delete_execution(execution.namespace, execution.flow_id, execution.id)
            return
        try:
            await context.client.ask(DeleteExecution(id=execution.id), Done)
        except Failure as failure:  # it goes on again, or somebody was quicker
            context.log.warn(f"{execution.id} is left: {failure.message}")


async def _all(
    context: TaskContext,
    namespace: str,
    flow_id: str,
    states: Sequence[str],
    since: datetime | None,
    until: datetime | None,
) -> AsyncIterator[Execution]:
    wrong = [name for name in states if name not in State.__members__]
    if wrong:
        raise TaskFailed(f"`{wrong[0]}` is no state", hint=f"states are {', '.join(State)}")
    after: str | None = None
    while True:
        page = await context.client.executions(
            namespace=namespace,
            flow_id=flow_id,
            states=tuple(states),
            since=since,
            until=until,
            limit=PAGE,
            after=after,
        )
        for execution in page.items:
            yield execution
        after = page.next
        if after is None:
            return
