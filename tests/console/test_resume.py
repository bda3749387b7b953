"""What waits for a person is seen at once, and P lets it go on: with a form where it asks, with a question where it does not."""

from datetime import timedelta
from typing import Any, cast

import msgspec
from textual.pilot import Pilot

from console.app import FlowdeckApp
from console.cli.record import execution_record
from console.draw import drawing
from console.models.execution_head import trouble
from console.models.execution_state import opened
from console.render.cells import plain
from console.screens.confirm import Confirm
from console.screens.resume_form import ResumeForm
from runtime.client import requests
from runtime.errors import InvalidInputs
from runtime.model.execution import TaskRun
from runtime.model.states import State
from runtime.model.topology import topology
from runtime.model.views import (
    Done,
    ExecutionPage,
    ExecutionView,
    InputView,
    Topology,
    TopologyNode,
    WaitingTask,
)
from tests.console import facts, runs
from tests.console.runs import run
from tests.console.scripted import Scripted
from tests.console.stage import console, screen_text, settled, until
from tests.unit.language.test_load import tasks

GATE = run(1, "approve", State.PAUSED, 0)
OTHER = run(2, "other", State.PAUSED, 0, next_attempt=facts.NOW + timedelta(hours=1))
ASKS = WaitingTask(
    task_run_id=GATE.id,
    task_id="approve",
    description="May it be published?",
    inputs=(
        InputView(id="reason", type="STRING"),
        InputView(id="token", type="SECRET", required=False),
    ),
)
SILENT = WaitingTask(task_run_id=OTHER.id, task_id="other", until=OTHER.next_attempt)


def paused(*waiting: WaitingTask, **keys: Any) -> ExecutionView:
    execution = msgspec.structs.replace(runs.EXECUTION, state=State.PAUSED)
    nodes = (TopologyNode(id="approve", type="pause"), TopologyNode(id="other", type="pause"))
    found: dict[str, TaskRun] = {each.id: each for each in (GATE, OTHER)}
    return ExecutionView(
        execution=execution,
        task_runs=tuple(found[each.task_run_id] for each in waiting),
        topology=Topology(nodes=nodes, edges=(("approve", "other"),)),
        waiting=waiting,
        **keys,
    )


def script(view: ExecutionView) -> Scripted:
    transport = facts.runtime()
    transport.answers[requests.GetExecution] = view
    transport.answers[requests.ResumeExecution] = Done(message="`approve` goes on")
    return transport


def sent(transport: Scripted) -> list[requests.ResumeExecution]:
    return [each for each in transport.sent if isinstance(each, requests.ResumeExecution)]


async def until_screen(pilot: Pilot[None], kind: type) -> None:
    await until(pilot, lambda: isinstance(pilot.app.screen, kind))


async def test_a_pause_that_asks_opens_its_form() -> None:
    transport = script(paused(ASKS))
    async with console(transport, address=runs.EXECUTION.id) as pilot:
        await settled(pilot)
        assert "approve waits  P lets it go on" in screen_text(pilot)
        await pilot.press("P")
        await until_screen(pilot, ResumeForm)
        assert "May it be published?" in screen_text(pilot)
        await pilot.press(*"fine")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: bool(sent(transport)))
        await settled(pilot)
        assert "`approve` goes on" in screen_text(pilot)
    request = requests.ResumeExecution(id=runs.EXECUTION.id, task=ASKS.task_run_id, inputs={"reason": "fine"})
    assert sent(transport) == [request]


async def test_an_objection_stands_at_its_field_and_the_form_stays() -> None:
    transport = script(paused(ASKS))
    wrong = InvalidInputs("no", details={"inputs": {"reason": "Missing required input:reason"}})
    transport.answers[requests.ResumeExecution] = wrong
    async with console(transport, address=runs.EXECUTION.id) as pilot:
        await settled(pilot)
        await pilot.press("P")
        await until_screen(pilot, ResumeForm)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "Missing required input:reason" in screen_text(pilot))
        await pilot.press("escape")
        await settled(pilot)
        assert not isinstance(pilot.app.screen, ResumeForm)


async def test_a_secret_that_is_typed_does_not_stand_in_the_command_log() -> None:
    transport = script(paused(ASKS))
    async with console(transport, address=runs.EXECUTION.id) as pilot:
        await settled(pilot)
        await pilot.press("P")
        await until_screen(pilot, ResumeForm)
        await pilot.press(*"fine", "tab", *"hidden-one")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: bool(sent(transport)))
        await settled(pilot)
        [command] = cast("FlowdeckApp", pilot.app).command_log.commands
    assert command.line.endswith("-i reason=fine -i 'token=******'")
    assert sent(transport)[0].inputs["token"] == "hidden-one"


async def test_one_that_asks_nothing_is_confirmed() -> None:
    transport = script(paused(SILENT))
    async with console(transport, address=runs.EXECUTION.id) as pilot:
        await settled(pilot)
        await pilot.press("P")
        await until_screen(pilot, Confirm)
        assert "Let other go on?" in screen_text(pilot)
        await pilot.press("enter")
        await settled(pilot)
        assert not sent(transport)
        await pilot.press("P")
        await until_screen(pilot, Confirm)
        await pilot.press("right", "enter")
        await until(pilot, lambda: bool(sent(transport)))


async def test_of_several_the_one_under_the_cursor_is_meant() -> None:
    transport = script(paused(ASKS, SILENT))
    async with console(transport, address=runs.EXECUTION.id) as pilot:
        await settled(pilot)
        await pilot.press("2", "j", "P")
        await until_screen(pilot, Confirm)
        assert "Let other go on?" in screen_text(pilot)


async def test_of_several_one_is_chosen_where_the_cursor_is_on_none() -> None:
    view = paused(ASKS, SILENT)
    transport = script(view)
    transport.answers[requests.ListExecutions] = ExecutionPage(items=(view.execution,))
    async with console(transport, address="executions") as pilot:
        await settled(pilot)
        await pilot.press("P")
        await until_screen(pilot, Confirm)
        assert "Which one goes on?" in screen_text(pilot)
        assert "other" in screen_text(pilot)


async def test_a_hold_ends_at_once() -> None:
    transport = script(paused(is_held=True))
    async with console(transport, address=runs.EXECUTION.id) as pilot:
        await settled(pilot)
        assert "somebody has paused it" in screen_text(pilot)
        await pilot.press("P")
        await until(pilot, lambda: bool(sent(transport)))
    assert sent(transport) == [requests.ResumeExecution(id=runs.EXECUTION.id)]


def test_the_record_tells_what_waits_and_only_then() -> None:
    [waits] = execution_record(paused(ASKS))["waiting"]
    assert (waits["task_id"], [each["id"] for each in waits["inputs"]]) == ("approve", ["reason", "token"])
    assert "waiting" not in execution_record(paused())


def head(view: ExecutionView) -> str:
    return "\n".join(plain(line) for line in trouble(opened(view), "unicode", 100))


def test_the_head_names_what_waits_and_until_when() -> None:
    assert OTHER.next_attempt is not None
    clock = f"{OTHER.next_attempt.astimezone():%H:%M}"
    assert head(paused(SILENT)) == f" ⏸ other waits until {clock}  P lets it go on"
    assert head(paused(ASKS, SILENT)) == f" ⏸ approve, other (until {clock}) wait  P lets it go on"


def test_what_tells_somebody_is_drawn_beside_its_pause() -> None:
    loaded = tasks(
        "- {id: approve, type: pause, onPause: {id: tell, type: log, message: a}}\n- {id: end, type: log, message: a}"
    )
    assert loaded.flow is not None
    assert drawing(topology(loaded.flow), ascii_only=False).splitlines() == [
        "· approve───────────────▸· end",
        "",
        "╭╌ approve: onPause ╌╮",
        "╎ · tell             ╎",
        "╰╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╯",
    ]
