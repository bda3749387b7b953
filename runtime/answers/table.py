"""Which function answers which request."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any

from runtime.answers import (
    containers,
    control,
    doctor,
    executions,
    files,
    flows,
    key_values,
    logs,
    namespace_files,
    secrets,
    settings,
    status,
    triggers,
)
from runtime.answers.parts import Parts
from runtime.client import requests
from runtime.client.requests import AnyRequest, AnyStream
from runtime.model.views import AnyView

ANSWERS: Mapping[type[AnyRequest], Callable[[Parts, Any, str], Awaitable[AnyView]]] = {
    requests.GetStatus: status.status,
    requests.Shutdown: status.shutdown,
    requests.Diagnose: doctor.diagnose,
    requests.ListSettings: settings.list_settings,
    requests.ListContainers: containers.list_containers,
    requests.ListFlows: flows.list_flows,
    requests.GetFlow: flows.show,
    requests.ListRevisions: flows.revisions,
    requests.ValidateSource: flows.validate,
    requests.SaveSource: flows.save,
    requests.DeleteFlow: flows.delete,
    requests.GetSchema: flows.language,
    requests.Explain: flows.reference,
    requests.CreateExecution: executions.create,
    requests.ListExecutions: executions.page,
    requests.GetExecution: executions.show,
    requests.KillExecution: executions.kill,
    requests.RestartExecution: executions.restart,
    requests.PauseExecution: control.pause,
    requests.ResumeExecution: control.resume,
    requests.ForceRun: control.force_run,
    requests.ReplayExecution: control.replay,
    requests.ChangeState: control.change_state,
    requests.SetLabels: control.set_labels,
    requests.DeleteExecution: executions.delete,
    requests.ReadLog: logs.read,
    requests.ReadExecutionLog: logs.read_all,
    requests.PurgeLogs: logs.purge,
    requests.UploadFile: files.upload,
    requests.ListFiles: files.list_files,
    requests.ReadFile: files.read,
    requests.ListNamespaceFiles: namespace_files.list_files,
    requests.PutNamespaceFile: namespace_files.put,
    requests.DeleteNamespaceFile: namespace_files.delete,
    requests.ListValues: key_values.list_values,
    requests.GetValue: key_values.get,
    requests.SetValue: key_values.set_value,
    requests.DeleteValue: key_values.delete,
    requests.ListTriggers: triggers.list_triggers,
    requests.PauseTrigger: triggers.pause,
    requests.ListFires: triggers.fires,
    requests.Backfill: triggers.backfill,
    requests.SetSecret: secrets.set_secret,
    requests.ListSecrets: secrets.list_secrets,
    requests.DeleteSecret: secrets.delete_secret,
    requests.ScanSecrets: secrets.scan,
}


def _watch(parts: Parts, request: requests.Watch) -> AsyncIterator[AnyView]:
    return parts.news.watch(request.execution_id)


STREAMS: Mapping[type[AnyStream], Callable[[Parts, Any], AsyncIterator[AnyView]]] = {
    requests.Watch: _watch,
    requests.FollowLog: logs.follow,
    requests.FollowExecutionLog: logs.follow_all,
}
