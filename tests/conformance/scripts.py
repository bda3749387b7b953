"""What upstream's tests do while an execution runs, and what must come of it: for entries that are more than start, wait, compare."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runtime.client.client import Client
from runtime.client.requests import CreateExecution, KillExecution, RestartExecution
from runtime.model.execution import Execution
from runtime.model.states import State
from runtime.model.views import Done, ExecutionView
from tests.conformance.collection import Entry
from tests.runtimes import until_ended

PATIENCE = 30.0
"""Seconds for one wait."""

NAMESPACE = "io.kestra.tests"


@dataclass(frozen=True)
class Stage:
    """One runtime, and one entry that is played in it."""

    client: Client
    entry: Entry
    source: str
    inputs: dict[str, Any]

    async def begin(self, source: str | None = None) -> str:
        begin = CreateExecution(source=source or self.source, inputs=self.inputs)
        return (await self.client.ask(begin, ExecutionView)).execution.id

    async def until(self, identifier: str, state: State) -> ExecutionView:
        """Until it has come into a state, which it may have left again since."""
        async with asyncio.timeout(PATIENCE):
            async for _ in self.client.watch(identifier):
                view = await self.client.execution(identifier)
                if state.value in passed(view.execution):
                    return view
        raise AssertionError

    async def ended(self, identifier: str) -> ExecutionView:
        return await until_ended(self.client, identifier, patience=PATIENCE)

    async def of_flow(self, flow_id: str, count: int) -> list[Execution]:
        """The newest executions of a flow, ended, the oldest first."""
        async with asyncio.timeout(PATIENCE):
            async for _ in self.client.watch():
                found = list((await self.client.executions(flow_id=flow_id)).items)[:count]
                if len(found) == count and all(each.state.is_terminal for each in found):
                    return found[::-1]
        raise AssertionError


def passed(execution: Execution) -> list[str]:
    """The states that it came through."""
    return [change.state.value for change in execution.history]


Played = AsyncIterator[str]
"""Every difference, in words."""


async def _killed(stage: Stage) -> Played:
    identifier = await stage.begin()
    await stage.until(identifier, State.RUNNING)
    await stage.client.ask(KillExecution(id=identifier), Done)
    view = await stage.ended(identifier)
    if view.execution.state is not State.KILLED:
        yield f"it is {view.execution.state}"
    behind = [run for run in view.task_runs if run.branch == "afterExecution"]
    if not behind or any(run.state is not State.SUCCESS for run in behind):
        yield f"behind its end: {[(run.task_id, run.state) for run in behind]}"


async def _queued(stage: Stage) -> Played:
    first = await stage.begin()
    await stage.until(first, State.RUNNING)
    second = await stage.begin()
    await stage.until(second, State.QUEUED)
    for identifier in (first, second):
        view = await stage.ended(identifier)
        if view.execution.state is not State.SUCCESS:
            yield f"{identifier} is {view.execution.state}"
    if passed(view.execution) != ["CREATED", "QUEUED", "RUNNING", "SUCCESS"]:
        yield f"the second came through {passed(view.execution)}"


async def _cancelled_beside_a_paused_one(stage: Stage) -> Played:
    first = await stage.begin()
    await stage.until(first, State.PAUSED)
    second = await stage.ended(await stage.begin())
    if second.execution.state is not State.CANCELLED:
        yield f"the second is {second.execution.state}"
    if (await stage.ended(first)).execution.state is not State.SUCCESS:
        yield "the first is not SUCCESS"


async def _queued_again_by_a_restart(stage: Stage) -> Played:
    first = await stage.begin()
    await stage.until(first, State.RUNNING)
    second = await stage.begin()
    await stage.ended(first)
    await stage.until(second, State.RUNNING)
    await stage.client.ask(RestartExecution(id=first), ExecutionView)
    await stage.until(first, State.QUEUED)
    view = await stage.ended(second)
    if passed(view.execution) != ["CREATED", "QUEUED", "RUNNING", "FAILED"]:
        yield f"the second came through {passed(view.execution)}"
    again = await stage.ended(first)
    if passed(again.execution)[-4:] != ["RESTARTED", "QUEUED", "RUNNING", "FAILED"]:
        yield f"the restarted one came through {passed(again.execution)}"


async def _children_are_limited(stage: Stage) -> Played:
    parents = [await stage.begin(), await stage.begin()]
    for parent in parents:
        if (await stage.ended(parent)).execution.state is not State.SUCCESS:
            yield f"parent {parent} is not SUCCESS"
    states = {each.state for each in await stage.of_flow("flow-concurrency-cancel", 2)}
    if states != {State.SUCCESS, State.CANCELLED}:
        yield f"the children are {sorted(states)}"
    if (await stage.ended(await stage.begin())).execution.state is not State.SUCCESS:
        yield "the third parent is not SUCCESS"


async def _a_kill_reaches_a_queued_child(stage: Stage) -> Played:
    child = "flow-concurrency-parallel-subflow-kill-child"
    parent = await stage.begin()
    async with asyncio.timeout(PATIENCE):
        async for _ in stage.client.watch():
            found = (await stage.client.executions(flow_id=child)).items
            if {each.state for each in found} == {State.RUNNING, State.QUEUED}:
                break
    queued = next(each.id for each in found if each.state is State.QUEUED)
    await stage.client.ask(KillExecution(id=parent), Done)
    if (await stage.ended(parent)).execution.state is not State.KILLED:
        yield "the parent is not KILLED"
    view = await stage.ended(queued)
    if view.execution.state is not State.KILLED or State.RUNNING in [c.state for c in view.execution.history]:
        yield f"the queued child came through {passed(view.execution)}"
    if view.task_runs:
        yield f"it has {len(view.task_runs)} task runs"


async def _items_are_queued(stage: Stage) -> Played:
    parent = await stage.ended(await stage.begin())
    if parent.execution.state is not State.SUCCESS:
        yield f"the parent is {parent.execution.state} ({parent.execution.error})"
    children = await stage.of_flow("flow-concurrency-queue", 2)
    if {each.state for each in children} != {State.SUCCESS}:
        yield f"the children are {[each.state for each in children]}"
    if not any("QUEUED" in passed(each) for each in children):
        yield "none of them was queued"


async def _tried_in_new_executions(stage: Stage) -> Played:
    await stage.begin()
    found = await stage.of_flow("retry-new-execution-flow-attempts", 3)
    if [each.state.value for each in found] != ["RETRIED", "RETRIED", "FAILED"]:
        yield f"its executions are {[each.state.value for each in found]}"


SCRIPTS: Mapping[str, Callable[[Stage], Played]] = {
    "killExecution": _killed,
    "shouldRunFlowableAfterExecutionWhenExecutionIsKilled": _killed,
    "flowConcurrencyQueue": _queued,
    "flowConcurrencyQueuedProtection": _queued,
    "flowConcurrencyCancelPause": _cancelled_beside_a_paused_one,
    "flowConcurrencyQueueRestarted": _queued_again_by_a_restart,
    "flowConcurrencySubflow": _children_are_limited,
    "flowConcurrencyParallelSubflowKill": _a_kill_reaches_a_queued_child,
    "flowConcurrencyWithForEachItem": _items_are_queued,
    "retryNewExecutionFlowAttempts": _tried_in_new_executions,
}
"""By upstream's test."""


@dataclass(frozen=True)
class Listening:
    """Flows that wait for the entry's: which further ones run before them, and how often they run."""

    flow_id: str
    others: tuple[str, ...] = ()
    """Files of flows to run behind the entry's."""


LISTENING: Mapping[str, Listening] = {
    "flowTriggerPreconditions": Listening(
        "flow-trigger-preconditions-flow-listen", ("flows/flow-trigger-preconditions-flow-b.yaml",)
    ),
    "flowTriggerPreconditionsMergeOutputs": Listening(
        "flow-trigger-preconditions-flow-listen", ("flows/flow-trigger-preconditions-flow-b.yaml",)
    ),
    "flowTriggerOnPaused": Listening("flow-trigger-paused-listen"),
    "flowTriggerMultiplePreconditions": Listening("flow-trigger-multiple-preconditions-flow-listen"),
    "flowTriggerMultipleConditions": Listening("flow-trigger-multiple-conditions-flow-listen"),
    "forEachItemWithFlowTrigger": Listening("flow-trigger-for-each-item-grandchild"),
    "multipleConditionTrigger": Listening(
        "trigger-multiplecondition-listener", ("flows/trigger-multiplecondition-flow-a.yaml",)
    ),
    "multipleConditionTriggerFailed": Listening(
        "trigger-flow-listener-namespace-condition", ("flows/trigger-multiplecondition-flow-d.yaml",)
    ),
}
"""By upstream's test."""


async def heard(stage: Stage, root: Path, view: ExecutionView) -> Played:
    """Whether the flow that waits for the entry's has run for it, and well."""
    listening = LISTENING[stage.entry.test_method]
    waited_for = {view.execution.id} | {each async for each in _behind(stage, root, listening)}
    items = (await stage.client.executions()).items
    waited_for |= {each.id for each in items if each.parent_id == view.execution.id}

    async def found() -> Execution | None:
        items = (await stage.client.executions(flow_id=listening.flow_id)).items
        told = (each for each in items if each.trigger and each.state.is_terminal)
        return next((each for each in told if _caller(each) in waited_for), None)

    execution = await _soon(stage.client, found)
    if execution is None:
        yield f"{listening.flow_id} has not run for it"
    elif execution.state is not State.SUCCESS:
        yield f"{listening.flow_id} is {execution.state} ({execution.error})"


def _caller(execution: Execution) -> Any:
    return execution.trigger.variables.get("executionId") if execution.trigger else None


async def _behind(stage: Stage, root: Path, listening: Listening) -> AsyncIterator[str]:
    for file in listening.others:
        identifier = await stage.begin((root / file).read_text())
        await stage.ended(identifier)
        yield identifier


async def _soon(client: Client, look: Callable[[], Awaitable[Execution | None]]) -> Execution | None:
    try:
        async with asyncio.timeout(PATIENCE):
            async for _ in client.watch():
                if (found := await look()) is not None:
                    return found
    except TimeoutError:
        pass
    return None
