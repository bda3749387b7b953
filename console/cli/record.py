"""An execution as `--json` prints it: the contract of design.md section 10, which scripts rely on."""

from datetime import datetime
from typing import Any

import msgspec

from runtime.model.execution import Attempt, Node, TaskRun
from runtime.model.views import ExecutionView, WaitingTask


def execution_record(view: ExecutionView) -> dict[str, Any]:
    """One object with its task runs and dbt nodes; times RFC 3339 with offset, durations in seconds. `waiting` is there only
    while something waits for a person."""
    execution = view.execution
    return {
        "id": execution.id,
        "namespace": execution.namespace,
        "flow_id": execution.flow_id,
        "revision": execution.revision,
        "state": execution.state.value,
        "created": execution.created,
        "started": execution.started,
        "ended": execution.ended,
        "duration_s": _seconds(execution.started or execution.created, execution.ended),
        "inputs": execution.inputs,
        "outputs": execution.outputs,
        "labels": execution.labels,
        "trigger": msgspec.to_builtins(execution.trigger),
        "error": execution.error,
        "task_runs": [_task_run(run) for run in view.task_runs],
        "nodes": [_node(node) for node in view.nodes],
        **({"waiting": [_waiting(waits) for waits in view.waiting]} if view.waiting else {}),
    }


def _waiting(waits: WaitingTask) -> dict[str, Any]:
    """A Pause, and what it asks of whoever resumes it."""
    return {
        "task_run_id": waits.task_run_id,
        "task_id": waits.task_id,
        "value": waits.value,
        "until": waits.until,
        "inputs": [
            {"id": field.id, "type": field.type, "required": field.required, "default": field.default}
            for field in waits.inputs
        ],
    }


def _seconds(start: datetime, end: datetime | None) -> float | None:
    return round((end - start).total_seconds(), 6) if end else None


def _task_run(run: TaskRun) -> dict[str, Any]:
    return {
        "id": run.id,
        "task_id": run.task_id,
        "type": run.type,
        "state": run.state.value,
        "value": run.value,
        "iteration": run.iteration,
        "parent_id": run.parent_id,
        "started": run.started,
        "ended": run.ended,
        "outputs": run.outputs,
        "error": run.error,
        "attempts": [_attempt(attempt) for attempt in run.attempts],
    }


def _attempt(attempt: Attempt) -> dict[str, Any]:
    return {
        "number": attempt.number,
        "state": attempt.state.value,
        "started": attempt.started,
        "ended": attempt.ended,
        "log_lines": attempt.log_lines,
        "runner": attempt.runner,
        "exit_code": attempt.exit_code,
        **(
            {"metrics": [msgspec.to_builtins(metric) for metric in attempt.metrics]}
            if attempt.metrics
            else {}
        ),
    }


def _node(node: Node) -> dict[str, Any]:
    return {
        "task_run_id": node.task_run_id,
        "unique_id": node.unique_id,
        "resource_type": node.resource_type,
        "status": node.status,
        "started": node.started,
        "ended": node.ended,
        "execution_s": node.execution_s,
        "message": node.message,
        "failures": node.failures,
        "rows": node.rows,
    }
