"""Logs of executions as files, and their end."""

from collections.abc import Iterator, Sequence
from typing import Any, Literal

import msgspec

from runtime.client import requests
from runtime.model.execution import TaskRun
from runtime.model.views import Done, ExecutionView, LogLine, LogPage
from runtime.tasks import items
from runtime.tasks.base import Result, Task
from runtime.tasks.context import TaskContext
from runtime.tasks.core import Level
from runtime.tasks.dates import instant
from runtime.tasks.thread import in_thread

MOST = 1_000_000  # lines


class Fetch(Task, frozen=True, kw_only=True):
    """Store the log of an execution as a file of items, a line each: to send it along with an alert, for example.

    - id: log
      type: io.kestra.plugin.core.log.Fetch
      level: WARN
    """

    execution_id: str | None = None
    """Of another execution; this one's where nothing is said."""
    namespace: str | None = None
    """No effect: an execution's id says enough."""
    flow_id: str | None = None
    """No effect: an execution's id says enough."""
    tasks_id: list[str] = msgspec.field(default_factory=list)
    """Only of these tasks."""
    level: Level = "INFO"
    """This one and worse."""

    async def run(self, context: TaskContext) -> Result:
        wanted = self.execution_id or context.labels.execution_id
        view = await context.client.execution(wanted)
        page = await context.client.ask(
            requests.ReadExecutionLog(execution_id=view.execution.id, level=self.level, limit=MOST), LogPage
        )
        entries = list(_entries(view, page.lines, self.tasks_id))
        uri = await in_thread(context.files.put, items.written(entries), "log.ion")
        return Result(outputs={"size": len(entries), "uri": uri})


def _entries(view: ExecutionView, lines: Sequence[LogLine], tasks: Sequence[str]) -> Iterator[dict[str, Any]]:
    runs: dict[str, TaskRun] = {run.id: run for run in view.task_runs}
    for line in lines:
        run = runs[line.task_run_id]
        if not tasks or run.task_id in tasks:
            yield {
                "namespace": view.execution.namespace,
                "flowId": view.execution.flow_id,
                "executionId": view.execution.id,
                "taskId": run.task_id,
                "taskRunId": run.id,
                "attemptNumber": line.attempt - 1,  # Kestra counts them from 0
                "timestamp": line.at,
                "level": line.level,
                "message": line.text,
            }


class PurgeLogs(Task, frozen=True, kw_only=True):
    """Delete log lines of executions that have ended. The executions themselves stay.

    - id: old_logs
      type: io.kestra.plugin.core.log.PurgeLogs
      namespace: company.data
      endDate: "{{ now() | dateAdd(-30, 'DAYS') }}"
    """

    end_date: str
    """Lines that were written before this date."""
    start_date: str | None = None
    """And after this one."""
    namespace: str | None = None
    """Only of this namespace and those below it."""
    flow_id: str | None = None
    """Only of this flow."""
    execution_id: str | None = None
    """Only of this execution."""
    log_levels: list[Literal["TRACE", "DEBUG", "INFO", "WARN", "ERROR"]] = msgspec.field(default_factory=list)
    """Only lines of these levels."""

    async def run(self, context: TaskContext) -> Result:
        end = instant(self.end_date, "endDate")
        assert end is not None
        request = requests.PurgeLogs(
            namespace=self.namespace or "",
            flow_id=self.flow_id or "",
            execution_id=self.execution_id or "",
            levels=tuple(self.log_levels),
            since=instant(self.start_date, "startDate"),
            until=end,
        )
        done = await context.client.ask(request, Done)
        context.log.info(done.message)
        return Result(outputs={"count": done.count})
