"""The Pause tasks of an execution that wait for a person: what they ask, and letting one go on."""

from runtime.answers.flows import field
from runtime.answers.parts import Parts
from runtime.client import requests
from runtime.engine.snapshot import Snapshot, number_of
from runtime.errors import InvalidRequest, NotAllowed
from runtime.executor import variables
from runtime.executor.taking import take
from runtime.model.events import PauseEnded
from runtime.model.execution import TaskRun
from runtime.model.states import State
from runtime.model.views import WaitingTask


def paused(live: Snapshot) -> list[TaskRun]:
    """In the order of creation."""
    runs = (live.task_runs[run_id] for run_id in live.live)
    return sorted((run for run in runs if run.state is State.PAUSED), key=lambda run: number_of(run.id))


async def waiting(parts: Parts, live: Snapshot) -> tuple[WaitingTask, ...]:
    return tuple([await _view(parts, live, run) for run in paused(live)])


async def _view(parts: Parts, live: Snapshot, run: TaskRun) -> WaitingTask:
    spec, seen = live.spec(run.id), variables.of_task(live, run)
    return WaitingTask(
        task_run_id=run.id,
        task_id=run.task_id,
        value=run.value,
        description=spec.description,
        until=run.next_attempt,
        inputs=tuple([await field(parts, each, seen, live.flow.namespace) for each in spec.inputs]),
    )


async def let_go(parts: Parts, live: Snapshot, request: requests.ResumeExecution, user: str) -> str:
    """Resume the Pause that is meant; its task's id. Raises InvalidInputs, InvalidRequest and NotAllowed."""
    run, execution = _meant(live, request.task), live.execution
    specs, seen = live.spec(run.id).inputs, variables.of_task(live, run)
    given = await take(parts.resources, execution, specs, request.inputs, seen, place=f"{run.id}.")
    ended = PauseEnded(at=parts.clock.now(), task_run_id=run.id, inputs=given, by=user)
    await parts.supervisor.record(execution.id, ended)
    now = parts.supervisor.snapshot(execution.id)
    if now is not None and (known := now.task_runs.get(run.id)) is not None:
        _require_taken(known, ended)
    return run.task_id


def _require_taken(run: TaskRun, ended: PauseEnded) -> None:
    """Of two that resume it at once, one is told that its answers count for nothing."""
    resumed = run.outputs.get("resumed") or {}
    if resumed.get("on") != ended.at.isoformat():
        by = f" by {resumed['by']}" if resumed.get("by") else ""
        raise NotAllowed(f"`{run.task_id}` goes on already: it was resumed{by} in the meantime")


def _meant(live: Snapshot, wanted: str) -> TaskRun:
    waits, identifier = paused(live), live.execution.id
    found = [run for run in waits if not wanted or wanted in {run.id, run.task_id}]
    if len(found) == 1:
        return found[0]
    names = ", ".join(_name(run) for run in waits)
    if not waits:
        raise NotAllowed(f"execution {identifier} is {live.execution.state}, and not paused")
    if not found:
        raise NotAllowed(f"no task `{wanted}` of execution {identifier} waits", hint=f"there waits {names}")
    raise InvalidRequest(
        f"more than one task of execution {identifier} waits: {names}", hint="name one, by its task run's id"
    )


def _name(run: TaskRun) -> str:
    return f"{run.task_id} ({run.id})"
