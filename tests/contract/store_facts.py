"""Executions, task runs and steps for tests of the store: each call says only what its test is about."""

from datetime import UTC, datetime, timedelta
from typing import Any

from runtime.model.events import AnyEvent, ExecutionCreated
from runtime.model.execution import Execution, Node, TaskRun
from runtime.model.flow import Flow
from runtime.store import Recorded

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def execution(id: str = "e", **keys: Any) -> Execution:
    given = {"namespace": "company.team", "flow_id": "nightly", "revision": 1, "created": NOON}
    return Execution(id=id, **{**given, **keys})


def task_run(number: int, execution_id: str = "e", **keys: Any) -> TaskRun:
    given = {"task_id": f"task{number}", "type": "log", "created": NOON}
    return TaskRun(id=f"{execution_id}-{number}", execution_id=execution_id, **{**given, **keys})


def took(number: int, seconds: float, execution_id: str = "e", **keys: Any) -> TaskRun:
    """A task run that has ended after so many seconds."""
    return task_run(number, execution_id, started=NOON, ended=NOON + timedelta(seconds=seconds), **keys)


def recorded(subject: Execution, seq: int = 1, event: AnyEvent | None = None, **keys: Any) -> Recorded:
    event = event or ExecutionCreated(at=NOON, execution=subject)
    return Recorded(seq=seq, event=event, execution=subject, **keys)


def flow(id: str = "nightly", source: str = "one", **keys: Any) -> Flow:
    return Flow(id=id, source=source, **{"namespace": "company.team", **keys})


def node(name: str, status: str = "success", **keys: Any) -> Node:
    return Node(
        **{
            "task_run_id": "e-1",
            "unique_id": f"model.{name}",
            "resource_type": "model",
            "status": status,
            **keys,
        }
    )
