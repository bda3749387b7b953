"""Executions: begin, list, show, stop, go on."""

import asyncio
import statistics

import msgspec

from runtime.answers.parts import Parts
from runtime.answers.waiting import waiting
from runtime.client import requests
from runtime.errors import InvalidFlow, NotAllowed
from runtime.executor.begin import begin, check_labels
from runtime.language import Loaded
from runtime.model.events import KillRequested, Restarted
from runtime.model.flow import Flow
from runtime.model.states import State
from runtime.model.topology import topology
from runtime.model.views import Done, ExecutionPage, ExecutionView, WaitingTask
from runtime.store import Filter


async def create(parts: Parts, request: requests.CreateExecution, user: str) -> ExecutionView:
    flow = await _flow(parts, request)
    check_labels(request.labels)
    begun = await begin(
        parts.resources,
        flow,
        inputs=request.inputs,
        labels=request.labels,
        user=user,
        is_checked=True,
        schedule_date=request.schedule_date,
    )
    return msgspec.structs.replace(await view(parts, begun.execution.id), notes=begun.notes)


async def _flow(parts: Parts, request: requests.CreateExecution) -> Flow:
    if request.source is None:
        return parts.catalogue.flow(request.namespace, request.id)
    loaded = parts.catalogue.validate(request.source)
    if loaded.flow is None:
        raise invalid(loaded)
    return await parts.store.flows.save(loaded.flow, "", parts.clock.now(), active=False)


def invalid(loaded: Loaded) -> InvalidFlow:
    problems = [problem for problem in loaded.problems if problem.is_error]
    first = "; ".join(f"line {problem.line}: {problem.message}" for problem in problems[:3])
    return InvalidFlow(first, details={"problems": msgspec.to_builtins(loaded.problems)})


async def show(parts: Parts, request: requests.GetExecution, user: str) -> ExecutionView:
    return await view(parts, await parts.store.executions.resolve(request.id))


async def view(parts: Parts, identifier: str) -> ExecutionView:
    """One execution with its task runs, nodes and graph; from memory while it is live."""
    live = parts.supervisor.snapshot(identifier)
    waits: tuple[WaitingTask, ...] = ()
    if live is not None:
        waits = await waiting(parts, live)
        execution, task_runs, flow = live.execution, live.ordered(), live.flow
    else:
        execution, task_runs = await parts.store.executions.get(identifier)
        flow = await parts.store.flows.get(execution.namespace, execution.flow_id, execution.revision)
    return ExecutionView(
        execution=execution,
        task_runs=tuple(task_runs),
        nodes=tuple(await parts.store.nodes.of(identifier)),
        topology=topology(flow),
        typical=await _typical(parts, flow),
        is_held=live is not None and live.held is not None,
        waiting=waits,
    )


async def _typical(parts: Parts, flow: Flow) -> dict[str, float]:
    durations = await parts.store.executions.durations(flow.namespace, flow.id)
    return {task_id: statistics.median(found) for task_id, found in durations.items() if found}


async def page(parts: Parts, request: requests.ListExecutions, user: str) -> ExecutionPage:
    parent = await parts.store.executions.resolve(request.parent_id) if request.parent_id else ""
    wanted = Filter(
        namespace=request.namespace,
        flow_id=request.flow_id,
        parent_id=parent,
        states=tuple(State(state) for state in request.states),
        since=request.since,
        until=request.until,
        text=request.text,
    )
    found = await parts.store.executions.page(wanted, limit=request.limit, before=request.after)
    return ExecutionPage(items=tuple(found.items), next=found.next)


async def kill(parts: Parts, request: requests.KillExecution, user: str) -> Done:
    identifier = await parts.store.executions.resolve(request.id)
    live = parts.supervisor.snapshot(identifier)
    if live is None or live.execution.state.is_terminal:
        raise NotAllowed(f"execution {identifier} has ended already")
    now = parts.clock.now()
    await parts.supervisor.record(identifier, KillRequested(at=now, by=user, reason=request.reason))
    await parts.store.audit.add(now, user, "kill", f"execution {identifier}", {"reason": request.reason})
    return Done(message=f"execution {identifier} is being stopped")


async def restart(parts: Parts, request: requests.RestartExecution, user: str) -> ExecutionView:
    identifier = await parts.store.executions.resolve(request.id)
    execution, _ = await parts.store.executions.get(identifier)
    if parts.supervisor.snapshot(identifier) is not None or execution.state is not State.FAILED:
        raise NotAllowed(
            f"only an execution that has FAILED can be restarted; {identifier} is {execution.state}"
        )
    flow = await parts.store.flows.get(execution.namespace, execution.flow_id, execution.revision)
    await parts.supervisor.revive(flow, identifier)
    now = parts.clock.now()
    await parts.supervisor.record(identifier, Restarted(at=now, by=user))
    await parts.store.audit.add(now, user, "restart", f"execution {identifier}", {})
    return await view(parts, identifier)


async def delete(parts: Parts, request: requests.DeleteExecution, user: str) -> Done:
    identifier = await parts.store.executions.resolve(request.id)
    if parts.supervisor.snapshot(identifier) is not None:
        raise NotAllowed(
            f"execution {identifier} has not ended", hint=f"flowdeck execution kill {identifier}"
        )
    execution, _ = await parts.store.executions.get(identifier)
    owner = execution.namespace, execution.flow_id, identifier
    await asyncio.to_thread(parts.resources.files.delete_execution, *owner)
    await asyncio.to_thread(parts.resources.directories.remove, parts.settings.logs / identifier)
    await parts.store.executions.delete(identifier)
    await parts.store.audit.add(parts.clock.now(), user, "delete", f"execution {identifier}", {})
    return Done(message=f"execution {identifier} is deleted")
