"""What a request would be on the command line: the console teaches the commands of what it does."""

import shlex
from collections.abc import Mapping
from typing import Any

import msgspec

from runtime.client import requests
from runtime.client.requests import AnyRequest


def spoken(request: AnyRequest) -> str:
    """The command with the same effect; empty for a question, which changes nothing."""
    words = _words(request)
    return shlex.join(("flowdeck", *words)) if words else ""


def _words(request: AnyRequest) -> tuple[str, ...]:
    match request:
        case requests.CreateExecution():
            return _run(request)
        case requests.KillExecution(id=id):
            return ("execution", "kill", id)
        case requests.RestartExecution(id=id):
            return ("execution", "restart", id)
        case requests.PauseExecution(id=id):
            return ("execution", "pause", id)
        case requests.ResumeExecution():
            task = ("-t", request.task) if request.task else ()
            return ("execution", "resume", request.id, *task, *_pairs("-i", request.inputs))
        case requests.ForceRun(id=id):
            return ("execution", "force-run", id)
        case requests.ReplayExecution():
            return _replay(request)
        case requests.ChangeState(id=id, task=task, state=state):
            return ("execution", "set-state", id, task, state)
        case requests.SetLabels():
            return ("execution", "labels", request.id, *_pairs("-l", request.labels))
        case requests.DeleteExecution(id=id):
            return ("execution", "delete", id)
        case requests.PauseTrigger():
            return ("trigger", "pause" if request.paused else "resume", _trigger(request))
        case requests.Backfill():
            return _backfill(request)
        case requests.SetSecret(namespace=namespace, name=name):
            return ("secret", "set", namespace, name)
        case requests.DeleteSecret(namespace=namespace, name=name):
            return ("secret", "delete", namespace, name)
        case requests.Shutdown():
            return ("stop",)
    return ()


def _run(request: requests.CreateExecution) -> tuple[str, ...]:
    flow = f"{request.namespace}.{request.id}" if request.id else "FILE"
    return ("run", flow, *_pairs("-i", request.inputs), *_pairs("-l", request.labels), "--detach")


def _replay(request: requests.ReplayExecution) -> tuple[str, ...]:
    start = ("--from", request.task) if request.task else ()
    revision = ("--revision", str(request.revision)) if request.revision is not None else ()
    return ("execution", "replay", request.id, *start, *revision)


def _backfill(request: requests.Backfill) -> tuple[str, ...]:
    dates = ("--start", request.start.isoformat(), "--end", request.end.isoformat())
    return ("trigger", "backfill", _trigger(request), *dates, *_pairs("-i", request.inputs))


def _trigger(request: requests.PauseTrigger | requests.Backfill) -> str:
    return f"{request.namespace}.{request.flow_id}.{request.trigger_id}"


def _pairs(option: str, values: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(word for key, value in values.items() for word in (option, f"{key}={_text(value)}"))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
