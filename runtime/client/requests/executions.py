"""Executions: begin, look at, take in hand."""

from datetime import datetime
from typing import Any

from runtime.client.requests.base import Request


class CreateExecution(Request, frozen=True, kw_only=True, tag="create_execution"):
    """ExecutionView of the new execution."""

    namespace: str = ""
    id: str = ""
    source: str | None = None
    """Run this text instead of a flow of the flows directory."""
    inputs: dict[str, Any] = {}
    """As text from the command line, or typed."""
    labels: dict[str, str] = {}
    schedule_date: datetime | None = None
    """Begin then, and not at once."""


class ListExecutions(Request, frozen=True, kw_only=True, tag="list_executions"):
    """ExecutionPage."""

    namespace: str = ""
    flow_id: str = ""
    parent_id: str = ""
    """The execution whose tasks began them."""
    states: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    text: str = ""
    limit: int = 100
    after: str | None = None
    """`next` of the page before."""


class GetExecution(Request, frozen=True, kw_only=True, tag="get_execution"):
    """ExecutionView."""

    id: str
    """Whole, or a unique part of at least four characters."""


class KillExecution(Request, frozen=True, kw_only=True, tag="kill_execution"):
    """Stop it, as gently as it lets itself be stopped: Done."""

    id: str
    reason: str = ""


class RestartExecution(Request, frozen=True, kw_only=True, tag="restart_execution"):
    """Go on from where it failed: ExecutionView."""

    id: str


class PauseExecution(Request, frozen=True, kw_only=True, tag="pause_execution"):
    """What runs comes to its end, nothing new begins: Done."""

    id: str


class ResumeExecution(Request, frozen=True, kw_only=True, tag="resume_execution"):
    """Let a paused execution go on, or one of its tasks that wait: Done."""

    id: str
    task: str = ""
    """A Pause task's id, or its task run's; may be left out where only one waits."""
    inputs: dict[str, Any] = {}
    """What the task asks, as text or typed."""


class ForceRun(Request, frozen=True, kw_only=True, tag="force_run"):
    """Begin a QUEUED execution now, whatever its flow's limit: Done."""

    id: str


class ReplayExecution(Request, frozen=True, kw_only=True, tag="replay_execution"):
    """Run it once more, as an execution of its own: ExecutionView of that one."""

    id: str
    task: str = ""
    """A task run's id, or a task's (its last run): what came before is taken over. Empty is from the beginning."""
    revision: int | None = None
    """None is the execution's own; 0 is the latest."""


class ChangeState(Request, frozen=True, kw_only=True, tag="change_state"):
    """Say that a task run of an ended execution ended otherwise, and go on from there: ExecutionView."""

    id: str
    task: str
    """A task run's id, or a task's (its last run)."""
    state: str
    """SUCCESS, WARNING, SKIPPED or FAILED."""


class SetLabels(Request, frozen=True, kw_only=True, tag="set_labels"):
    """Put labels on an execution, running or ended: ExecutionView."""

    id: str
    labels: dict[str, str] = {}
    remove: tuple[str, ...] = ()


class DeleteExecution(Request, frozen=True, kw_only=True, tag="delete_execution"):
    """Remove an ended execution with its logs and files: Done."""

    id: str
