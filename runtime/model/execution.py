"""An execution and what belongs to it, as it is kept, sent and shown."""

from datetime import datetime
from typing import Any

import msgspec

from runtime.model.states import State


class Change(msgspec.Struct, frozen=True, array_like=True):
    """One entry of a history: a state, and since when."""

    state: State
    at: datetime


class Trigger(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What started an execution; `variables` are `trigger.*` in expressions."""

    id: str
    type: str
    variables: dict[str, Any] = {}


class Execution(msgspec.Struct, frozen=True, kw_only=True):
    """One execution of one revision of a flow, without its task runs."""

    id: str
    namespace: str
    flow_id: str
    revision: int
    state: State = State.CREATED
    created: datetime
    started: datetime | None = None
    ended: datetime | None = None
    inputs: dict[str, Any] = {}
    outputs: dict[str, Any] = {}
    labels: dict[str, str] = {}
    variables: dict[str, Any] = {}
    """What SetVariables laid over the flow's own."""
    unset: tuple[str, ...] = ()
    """The flow's variables that UnsetVariables took away."""
    trigger: Trigger | None = None
    error: str | None = None
    """Why it did not end well, in one or two lines."""
    original_id: str = ""
    """The first execution of a chain of retries, restarts or replays; its own id for that first one."""
    original_created: datetime | None = None
    """When that first one was created; None for itself."""
    attempt_number: int = 1
    """Its place among the executions that tried the same anew."""
    schedule_date: datetime | None = None
    parent_id: str | None = None
    """The execution whose task began this one."""
    depth: int = 0
    """How many executions stand above it."""
    created_by: str = ""
    """The operating system's user who asked for it; empty for a trigger."""
    history: tuple[Change, ...] = ()


class Metric(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One measurement that a task made."""

    name: str
    type: str = "counter"
    """counter, gauge or timer."""
    value: float
    """Of a timer in seconds."""
    tags: dict[str, str] = {}


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One try of one task."""

    number: int
    """From 1."""
    state: State
    started: datetime
    ended: datetime | None = None
    log_lines: int = 0
    runner: str | None = None
    """`docker`, `process`; None for a task that needs none."""
    exit_code: int | None = None
    error: str | None = None
    metrics: tuple[Metric, ...] = ()


class TaskRun(msgspec.Struct, frozen=True, kw_only=True):
    """One run of one task within an execution; a flowable's children name it as their parent."""

    id: str
    execution_id: str
    task_id: str
    type: str
    state: State = State.CREATED
    branch: str = "tasks"
    """Which list of its parent (or of the flow) it stands in: tasks, errors, finally, afterExecution, then, cases.x ..."""
    value: str | None = None
    """The value of its iteration, where it runs once a value."""
    iteration: int | None = None
    """From 0."""
    parent_id: str | None = None
    created: datetime
    started: datetime | None = None
    ended: datetime | None = None
    outputs: dict[str, Any] = {}
    error: str | None = None
    attempts: tuple[Attempt, ...] = ()
    next_attempt: datetime | None = None
    """RETRYING: when the next attempt is due."""
    history: tuple[Change, ...] = ()

    @property
    def attempt(self) -> Attempt | None:
        """The latest attempt."""
        return self.attempts[-1] if self.attempts else None


class Node(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One dbt node within one task run, as dbt's own events and run_results tell it."""

    task_run_id: str
    unique_id: str
    resource_type: str
    """model, seed, snapshot, test, source, operation ..."""
    status: str
    """dbt's own word: queued, started, compiling, executing, success, pass, warn, error, fail, skipped, no-op ..."""
    name: str = ""
    started: datetime | None = None
    ended: datetime | None = None
    execution_s: float | None = None
    message: str = ""
    failures: int | None = None
    rows: int | None = None
    thread: str = ""
    relation: str = ""
    depends_on: tuple[str, ...] = ()
    attached_node: str = ""
    """A test's model."""
