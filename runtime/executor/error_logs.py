"""`errorLogs()` in a template: what the tasks of this execution have logged as errors."""

from collections.abc import Iterator
from datetime import datetime
from heapq import merge
from itertools import islice
from typing import Any, TypeAlias

from runtime.engine.snapshot import Snapshot
from runtime.executor.logbook import LogBook
from runtime.model.execution import TaskRun
from runtime.store.logs import LogReader

MOST = 1_000  # lines; an alert shows a few

Line: TypeAlias = tuple[datetime, dict[str, Any]]


def error_logs(snapshot: Snapshot, logs: LogBook) -> list[dict[str, Any]]:
    """The lines of level ERROR of all attempts, by time."""
    attempts = [
        _lines(snapshot, logs, run, attempt.number) for run in snapshot.ordered() for attempt in run.attempts
    ]
    return [entry for _, entry in islice(merge(*attempts, key=lambda line: line[0]), MOST)]


def _lines(snapshot: Snapshot, logs: LogBook, run: TaskRun, number: int) -> Iterator[Line]:
    attempt = {
        "namespace": snapshot.flow.namespace,
        "flowId": snapshot.flow.id,
        "executionId": snapshot.execution.id,
        "taskId": run.task_id,
        "taskRunId": run.id,
        "attemptNumber": number - 1,  # Kestra counts them from 0
        "level": "ERROR",
    }
    for line in LogReader(logs.path(snapshot.execution.id, run.id, number)).of_level("ERROR"):
        yield line.at, {**attempt, "timestamp": line.at, "message": line.text}
