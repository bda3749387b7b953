"""From an execution to those that it has begun, and back."""

import msgspec
from textual.pilot import Pilot

from console.app import FlowdeckApp
from console.models.family import above, below, told
from runtime.client import requests
from runtime.model.states import State
from runtime.model.views import ExecutionView, Topology, TopologyNode
from tests.console import facts, runs
from tests.console.runs import attempt, run
from tests.console.scripted import Scripted
from tests.console.stage import console, screen_text, settled, until

KESTRA = "io.kestra.plugin.core.flow"
ABOVE = facts.EXECUTIONS[1]
BELOW = msgspec.structs.replace(facts.EXECUTIONS[3], parent_id=ABOVE.id, depth=1)
CALL = run(
    1,
    "call",
    State.SUCCESS,
    0,
    3,
    type=f"{KESTRA}.Subflow",
    outputs={"executionId": BELOW.id},
    attempts=(attempt(1, State.SUCCESS, 0, 3),),
)
MANY = run(
    2,
    "all_items",
    State.SUCCESS,
    3,
    9,
    type=f"{KESTRA}.ForEachItem$ForEachItemExecutable",
    execution_id=ABOVE.id,
    attempts=(attempt(1, State.SUCCESS, 3, 9),),
)
TOPOLOGY = Topology(
    nodes=(
        TopologyNode(id="call", type=f"{KESTRA}.Subflow"),
        TopologyNode(id="all_items", type=f"{KESTRA}.ForEachItem"),
    ),
    edges=(("call", "all_items"),),
)
VIEWS = {
    ABOVE.id: ExecutionView(execution=ABOVE, task_runs=(CALL, MANY), topology=TOPOLOGY),
    BELOW.id: ExecutionView(execution=BELOW, topology=facts.TOPOLOGY),
}


def runtime() -> Scripted:
    transport = runs.runtime(VIEWS[ABOVE.id])
    transport.answers[requests.GetExecution] = lambda asked: VIEWS[asked.id]
    return transport


def here(pilot: Pilot[None]) -> str:
    app = pilot.app
    assert isinstance(app, FlowdeckApp)
    return str(app.here)


async def test_enter_on_a_subflow_opens_its_execution_and_esc_comes_back() -> None:
    async with console(runtime(), address=ABOVE.id, size=(100, 30)) as pilot:
        await settled(pilot)
        await pilot.press("h", "enter")
        await until(pilot, lambda: here(pilot) == BELOW.id)
        await settled(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: here(pilot) == ABOVE.id)


async def test_a_row_of_the_chart_opens_it_too() -> None:
    async with console(runtime(), address=ABOVE.id, size=(100, 30)) as pilot:
        await settled(pilot)
        await pilot.press("2", "g", "enter")
        await until(pilot, lambda: here(pilot) == BELOW.id)


async def test_from_a_child_to_its_parent() -> None:
    async with console(runtime(), address=BELOW.id, size=(100, 30)) as pilot:
        await settled(pilot)
        await pilot.press("U")
        await until(pilot, lambda: here(pilot) == ABOVE.id)


async def test_what_has_begun_many_opens_their_list() -> None:
    transport = runtime()
    async with console(transport, address=ABOVE.id, size=(100, 30)) as pilot:
        await settled(pilot)
        await pilot.press("h", "l", "enter")
        await until(pilot, lambda: here(pilot) == f"executions parent:{ABOVE.id}")
        await until(
            pilot, lambda: ABOVE.id in [asked.parent_id for asked in transport.asked(requests.ListExecutions)]
        )


async def test_the_details_of_a_task_name_the_execution() -> None:
    async with console(runtime(), address=ABOVE.id, size=(100, 30)) as pilot:
        await settled(pilot)
        await pilot.press("h", "i")
        await until(pilot, lambda: f"runs as execution {BELOW.id}" in screen_text(pilot))


def test_a_task_that_has_begun_nothing_leads_nowhere() -> None:
    waiting = msgspec.structs.replace(CALL, outputs={})
    assert (below(waiting), told(waiting), below(runs.CLONE), above(ABOVE)) == (None, "", None, None)
