"""What a face may ask: one frozen type a request. `ANSWERS` says what comes back; whatever fails comes back as a Failure."""

from datetime import datetime, timedelta
from typing import Any, Final

import msgspec

from runtime.model.views import (
    Alive,
    AnyView,
    Done,
    ExecutionChanged,
    ExecutionPage,
    ExecutionView,
    FilePart,
    FlowDetail,
    FlowsChanged,
    KeyValue,
    LogPage,
    Many,
    RuntimeStatus,
    StoredFile,
    TriggersChanged,
    Validation,
)

PART = 4 * 1024 * 1024
"""Bytes of a file that travel at once."""


class Request(msgspec.Struct, frozen=True, kw_only=True, tag_field="request", omit_defaults=True):
    """Something that a face asks."""


class GetStatus(Request, frozen=True, kw_only=True, tag="get_status"):
    """Which runtime is this?"""


class Diagnose(Request, frozen=True, kw_only=True, tag="diagnose"):
    """What is there, what is missing, and the line that mends it: Many of Check."""


class ListSettings(Request, frozen=True, kw_only=True, tag="list_settings"):
    """How this runtime is set up, and who said so: Many of Setting."""


class ListContainers(Request, frozen=True, kw_only=True, tag="list_containers"):
    """The containers of attempts that the engine knows, the newest first: Many of Container."""


class Shutdown(Request, frozen=True, kw_only=True, tag="shutdown"):
    """End the runtime; attempts in containers go on and are found again."""


# --- flows


class ListFlows(Request, frozen=True, kw_only=True, tag="list_flows"):
    """Many of FlowView, by namespace and id."""

    namespace: str = ""
    """This one and those below it."""


class GetFlow(Request, frozen=True, kw_only=True, tag="get_flow"):
    """FlowDetail."""

    namespace: str
    id: str
    revision: int | None = None
    """None is the latest."""


class ListRevisions(Request, frozen=True, kw_only=True, tag="list_revisions"):
    """Many of Revision, newest first."""

    namespace: str
    id: str


class ValidateSource(Request, frozen=True, kw_only=True, tag="validate_source"):
    """Validation of a flow's text, without saving it."""

    source: str


class SaveSource(Request, frozen=True, kw_only=True, tag="save_source"):
    """Write a flow's text to its file in the flows directory: Validation. With errors nothing is written."""

    source: str
    file: str | None = None
    """Relative to the flows directory; None is the file that the flow has, else NAMESPACE.ID.yaml."""


class DeleteFlow(Request, frozen=True, kw_only=True, tag="delete_flow"):
    """Remove a flow's file from the flows directory; its executions stay: Done."""

    namespace: str
    id: str


class GetSchema(Request, frozen=True, kw_only=True, tag="get_schema"):
    """The language's JSON Schema, as the message of Done."""


class Explain(Request, frozen=True, kw_only=True, tag="explain"):
    """What a type, a key, a filter or a function is, in Markdown, as the message of Done; without a name what types there are."""

    name: str = ""


# --- executions


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


class ReadLog(Request, frozen=True, kw_only=True, tag="read_log"):
    """LogPage of one attempt."""

    execution_id: str
    task_run_id: str
    attempt: int = 0
    """0 is the latest."""
    first: int = 0
    """The number of the first line; negative counts from the end."""
    limit: int = 1000
    level: str = ""
    """This one and worse; numbers stay those of the whole log."""


class ReadExecutionLog(Request, frozen=True, kw_only=True, tag="read_execution_log"):
    """LogPage of all attempts of an execution, merged by time; `number` counts within each attempt."""

    execution_id: str
    limit: int = 1000
    skip: int = 0
    level: str = ""
    task_id: str = ""


class PurgeLogs(Request, frozen=True, kw_only=True, tag="purge_logs"):
    """Delete lines of attempts that have ended: Done, with their `count`."""

    namespace: str = ""
    """This one and those below it."""
    flow_id: str = ""
    execution_id: str = ""
    levels: tuple[str, ...] = ()
    """Empty is all."""
    since: datetime | None = None
    until: datetime


# --- files


class UploadFile(Request, frozen=True, kw_only=True, tag="upload_file"):
    """Send a file, in parts of at most `PART`, for an input of type FILE: StoredFile, whose address is the input's value."""

    name: str
    content: bytes
    uri: str = ""
    """Of the parts before; empty begins."""


class ListFiles(Request, frozen=True, kw_only=True, tag="list_files"):
    """What an execution has stored: Many of StoredFile."""

    execution_id: str


class ReadFile(Request, frozen=True, kw_only=True, tag="read_file"):
    """A part of a stored file: FilePart."""

    uri: str
    """kestra:///..., or nsfile://NAMESPACE/NAME."""
    offset: int = 0
    limit: int = PART


class ListNamespaceFiles(Request, frozen=True, kw_only=True, tag="list_namespace_files"):
    """Many of StoredFile: the files of a namespace."""

    namespace: str


class PutNamespaceFile(Request, frozen=True, kw_only=True, tag="put_namespace_file"):
    """Make an upload a file of a namespace: StoredFile."""

    namespace: str
    name: str
    uri: str
    """What `UploadFile` gave."""


class DeleteNamespaceFile(Request, frozen=True, kw_only=True, tag="delete_namespace_file"):
    """Done."""

    namespace: str
    name: str


# --- keys and values


class ListValues(Request, frozen=True, kw_only=True, tag="list_values"):
    """Many of KeyValue, by namespace and key; long values are cut."""

    namespace: str = ""
    """This one and those below it."""


class GetValue(Request, frozen=True, kw_only=True, tag="get_value"):
    """KeyValue."""

    namespace: str
    key: str


class SetValue(Request, frozen=True, kw_only=True, tag="set_value"):
    """KeyValue, as it is kept."""

    namespace: str
    key: str
    value: Any
    type: str = ""
    """STRING, NUMBER, BOOLEAN, DATETIME, DATE, DURATION or JSON; empty is what the value looks like."""
    ttl: timedelta | None = None
    description: str = ""
    overwrite: bool = True


class DeleteValue(Request, frozen=True, kw_only=True, tag="delete_value"):
    """Done."""

    namespace: str
    key: str


# --- triggers


class ListTriggers(Request, frozen=True, kw_only=True, tag="list_triggers"):
    """Many of TriggerView."""

    namespace: str = ""


class PauseTrigger(Request, frozen=True, kw_only=True, tag="pause_trigger"):
    """Done."""

    namespace: str
    flow_id: str
    trigger_id: str
    paused: bool = True


class ListFires(Request, frozen=True, kw_only=True, tag="list_fires"):
    """Many of Fire: when a schedule fires next."""

    namespace: str
    flow_id: str
    trigger_id: str
    count: int = 5
    after: datetime | None = None


class Backfill(Request, frozen=True, kw_only=True, tag="backfill"):
    """Create an execution for each past date of a schedule in [start, end): Done."""

    namespace: str
    flow_id: str
    trigger_id: str
    start: datetime
    end: datetime
    inputs: dict[str, Any] = {}
    labels: dict[str, str] = {}


# --- secrets


class SetSecret(Request, frozen=True, kw_only=True, tag="set_secret"):
    """Done. The value travels over the socket only, and is never shown again."""

    namespace: str
    name: str
    value: str

    def __repr__(self) -> str:
        return f"SetSecret(namespace={self.namespace!r}, name={self.name!r}, value='******')"


class ListSecrets(Request, frozen=True, kw_only=True, tag="list_secrets"):
    """Many of SecretName."""

    namespace: str = ""


class DeleteSecret(Request, frozen=True, kw_only=True, tag="delete_secret"):
    """Done."""

    namespace: str
    name: str


class ScanSecrets(Request, frozen=True, kw_only=True, tag="scan_secrets"):
    """Look for the values of all stored secrets in everything that is kept: Many of Check, one a file that has one."""


# --- streams


class Watch(Request, frozen=True, kw_only=True, tag="watch"):
    """Every change from now on: ExecutionChanged, FlowsChanged, TriggersChanged, Alive."""

    execution_id: str = ""
    """Only this one's; empty is everything."""


class FollowLog(Request, frozen=True, kw_only=True, tag="follow_log"):
    """LogPages of one attempt from line `first` on, as it grows, to its end."""

    execution_id: str
    task_run_id: str
    attempt: int = 0
    first: int = 0


class FollowExecutionLog(Request, frozen=True, kw_only=True, tag="follow_execution_log"):
    """LogPages of all attempts of an execution as they come, to its end."""

    execution_id: str
    level: str = ""
    task_id: str = ""


AnyRequest = (
    GetStatus
    | Diagnose
    | ListSettings
    | ListContainers
    | Shutdown
    | ListFlows
    | GetFlow
    | ListRevisions
    | ValidateSource
    | SaveSource
    | DeleteFlow
    | GetSchema
    | Explain
    | CreateExecution
    | ListExecutions
    | GetExecution
    | KillExecution
    | RestartExecution
    | PauseExecution
    | ResumeExecution
    | ForceRun
    | ReplayExecution
    | ChangeState
    | SetLabels
    | DeleteExecution
    | ReadLog
    | ReadExecutionLog
    | PurgeLogs
    | UploadFile
    | ListFiles
    | ReadFile
    | ListNamespaceFiles
    | PutNamespaceFile
    | DeleteNamespaceFile
    | ListValues
    | GetValue
    | SetValue
    | DeleteValue
    | ListTriggers
    | PauseTrigger
    | ListFires
    | Backfill
    | SetSecret
    | ListSecrets
    | DeleteSecret
    | ScanSecrets
)

AnyStream = Watch | FollowLog | FollowExecutionLog

ANSWERS: Final[dict[type, type]] = {
    GetStatus: RuntimeStatus,
    Diagnose: Many,
    ListSettings: Many,
    ListContainers: Many,
    Shutdown: Done,
    ListFlows: Many,
    GetFlow: FlowDetail,
    ListRevisions: Many,
    ValidateSource: Validation,
    SaveSource: Validation,
    DeleteFlow: Done,
    GetSchema: Done,
    Explain: Done,
    CreateExecution: ExecutionView,
    ListExecutions: ExecutionPage,
    GetExecution: ExecutionView,
    KillExecution: Done,
    RestartExecution: ExecutionView,
    PauseExecution: Done,
    ResumeExecution: Done,
    ForceRun: Done,
    ReplayExecution: ExecutionView,
    ChangeState: ExecutionView,
    SetLabels: ExecutionView,
    DeleteExecution: Done,
    ReadLog: LogPage,
    ReadExecutionLog: LogPage,
    PurgeLogs: Done,
    UploadFile: StoredFile,
    ListFiles: Many,
    ReadFile: FilePart,
    ListNamespaceFiles: Many,
    PutNamespaceFile: StoredFile,
    DeleteNamespaceFile: Done,
    ListValues: Many,
    GetValue: KeyValue,
    SetValue: KeyValue,
    DeleteValue: Done,
    ListTriggers: Many,
    PauseTrigger: Done,
    ListFires: Many,
    Backfill: Done,
    SetSecret: Done,
    ListSecrets: Many,
    DeleteSecret: Done,
    ScanSecrets: Many,
}

News = ExecutionChanged | FlowsChanged | TriggersChanged | Alive
"""What Watch streams."""

__all__ = ["ANSWERS", "AnyRequest", "AnyStream", "AnyView", "News"]
