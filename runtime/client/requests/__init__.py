"""What a face may ask: one frozen type a request. `ANSWERS` says what comes back; whatever fails comes back as a Failure."""

from typing import Final

from runtime.client.requests.base import Request
from runtime.client.requests.executions import (
    ChangeState,
    CreateExecution,
    DeleteExecution,
    ForceRun,
    GetExecution,
    KillExecution,
    ListExecutions,
    PauseExecution,
    ReplayExecution,
    RestartExecution,
    ResumeExecution,
    SetLabels,
)
from runtime.client.requests.files import (
    PART,
    DeleteNamespaceFile,
    ListFiles,
    ListNamespaceFiles,
    PutNamespaceFile,
    ReadFile,
    UploadFile,
)
from runtime.client.requests.flows import (
    DeleteFlow,
    Explain,
    GetFlow,
    GetSchema,
    ListFlows,
    ListRevisions,
    SaveSource,
    ValidateSource,
)
from runtime.client.requests.logs import PurgeLogs, ReadExecutionLog, ReadLog
from runtime.client.requests.runtime import Diagnose, GetStatus, ListContainers, ListSettings, Shutdown
from runtime.client.requests.secrets import DeleteSecret, ListSecrets, ScanSecrets, SetSecret
from runtime.client.requests.streams import FollowExecutionLog, FollowLog, Watch
from runtime.client.requests.triggers import Backfill, ListFires, ListTriggers, PauseTrigger
from runtime.client.requests.values import DeleteValue, GetValue, ListValues, SetValue
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

__all__ = [
    "ANSWERS",
    "PART",
    "AnyRequest",
    "AnyStream",
    "AnyView",
    "Backfill",
    "ChangeState",
    "CreateExecution",
    "DeleteExecution",
    "DeleteFlow",
    "DeleteNamespaceFile",
    "DeleteSecret",
    "DeleteValue",
    "Diagnose",
    "Explain",
    "FollowExecutionLog",
    "FollowLog",
    "ForceRun",
    "GetExecution",
    "GetFlow",
    "GetSchema",
    "GetStatus",
    "GetValue",
    "KillExecution",
    "ListContainers",
    "ListExecutions",
    "ListFiles",
    "ListFires",
    "ListFlows",
    "ListNamespaceFiles",
    "ListRevisions",
    "ListSecrets",
    "ListSettings",
    "ListTriggers",
    "ListValues",
    "News",
    "PauseExecution",
    "PauseTrigger",
    "PurgeLogs",
    "PutNamespaceFile",
    "ReadExecutionLog",
    "ReadFile",
    "ReadLog",
    "ReplayExecution",
    "Request",
    "RestartExecution",
    "ResumeExecution",
    "SaveSource",
    "ScanSecrets",
    "SetLabels",
    "SetSecret",
    "SetValue",
    "Shutdown",
    "UploadFile",
    "ValidateSource",
    "Watch",
]
