"""The executions above and below an execution: what began it, and what its tasks have begun."""

from console.models.address import EXECUTION, EXECUTIONS, Address
from runtime.model.execution import Execution, TaskRun

SUBFLOW, FOR_EACH_ITEM = ".Subflow", ".ForEachItem$ForEachItemExecutable"
"""How the types of the tasks end that run other flows."""


def below(run: TaskRun) -> Address | None:
    """Where the execution is that a task run has begun; a list where it has begun several."""
    child = run.outputs.get("executionId")
    if run.type.endswith(SUBFLOW) and isinstance(child, str):
        return Address(EXECUTION, child)
    if run.type.endswith(FOR_EACH_ITEM) and run.attempts:
        return Address(EXECUTIONS, filter=f"parent:{run.execution_id}")
    return None


def above(execution: Execution) -> Address | None:
    """The execution whose task began this one."""
    return Address(EXECUTION, execution.parent_id) if execution.parent_id else None


def told(run: TaskRun) -> str:
    """One line on what a task run has begun."""
    there = below(run)
    if there is None:
        return ""
    return f"runs as execution {there.name}" if there.name else f"runs as executions: {there}"
