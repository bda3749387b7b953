"""Every key of every screen is pressed, and does what it says."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from textual.pilot import Pilot

from console import actions
from console.app import FlowdeckApp
from console.screens.chooser import Chooser
from console.screens.confirm import Confirm
from console.screens.notice import Notice
from console.screens.trigger_form import TriggerForm
from console.widgets.prompt import Prompt
from console.widgets.table import Table
from runtime.client import requests
from tests.console import facts
from tests.console.scripted import Scripted
from tests.console.stage import console, screen_text, settled, until


class Scene:
    """What a key did can be asked of this."""

    def __init__(self, pilot: Pilot[None], transport: Scripted) -> None:
        self.pilot = pilot
        self.transport = transport

    @property
    def app(self) -> FlowdeckApp:
        assert isinstance(self.pilot.app, FlowdeckApp)
        return self.pilot.app

    @property
    def text(self) -> str:
        return screen_text(self.pilot)

    @property
    def row(self) -> int:
        assert self.app.top is not None
        cursor: int = self.app.top.query(Table).first().cursor
        return cursor

    def sent(self, kind: type) -> int:
        return len(self.transport.asked(kind))


Effect = Callable[[Scene], bool]


def at(place: str) -> Effect:
    return lambda scene: str(scene.app.here) == place


def dialog(kind: type) -> Effect:
    return lambda scene: isinstance(scene.app.screen, kind)


def says(text: str) -> Effect:
    return lambda scene: text in scene.text


def sent(kind: type, count: int = 1) -> Effect:
    return lambda scene: scene.sent(kind) >= count


def on_row(row: int) -> Effect:
    return lambda scene: scene.row == row


def prompted(kind: str) -> Effect:
    return lambda scene: (
        bool(scene.app.screen.query(Prompt)) and scene.app.screen.query_one(Prompt).kind == kind
    )


def edited(scene: Scene) -> bool:
    return (Path(facts.STATUS.flows_directory or "") / "edited").exists() or any(
        "this terminal" in said or "ended with" in said or "did not start" in said
        for said in scene.app.messages
    )


FERRY = "company.data.ferry_build"
RUNNING = facts.EXECUTIONS[0].id
FAILED = facts.EXECUTIONS[2].id

#: scope -> key -> the keys that go before it, and what it does
TABLE: dict[str, dict[str, tuple[list[str], Effect]]] = {
    "flows": {
        "enter": ([], at(FERRY)),
        "r": ([], at(RUNNING)),
        "p": ([], sent(requests.PauseTrigger)),
        "e": ([], edited),
        "exclamation_mark": ([], says("flows 3/7")),
        "slash": ([], prompted("/")),
        "ctrl+r": ([], sent(requests.ListFlows, 2)),
    },
    "flow": {
        "r": ([], at(RUNNING)),
        "p": ([], sent(requests.PauseTrigger)),
        "e": ([], edited),
        "enter": (["tab", "tab"], at(RUNNING)),
        "tab": ([], says(" 1 id: ferry_build")),
        "shift+tab": ([], says("STARTED")),
        "ctrl+r": ([], sent(requests.GetFlow, 2)),
    },
    "executions": {
        "enter": ([], at(RUNNING)),
        "x": ([], dialog(Confirm)),
        "P": ([], sent(requests.PauseExecution)),
        "shift+p": ([], sent(requests.PauseExecution)),
        "r": (["j", "j"], dialog(Confirm)),
        "R": (["j", "j"], sent(requests.RestartExecution)),
        "shift+r": (["j", "j"], sent(requests.RestartExecution)),
        "exclamation_mark": ([], says("executions 3")),
        "slash": ([], prompted("/")),
        "ctrl+r": ([], sent(requests.ListExecutions, 2)),
    },
    "problems": {
        "enter": ([], edited),
        "e": ([], edited),
        "slash": ([], prompted("/")),
        "ctrl+r": ([], sent(requests.ListFlows, 3)),
    },
    "triggers": {
        "enter": ([], at("company.data.freshness")),
        "p": ([], sent(requests.PauseTrigger)),
        "n": ([], dialog(Notice)),
        "slash": ([], prompted("/")),
        "ctrl+r": ([], sent(requests.ListTriggers, 2)),
    },
    "pulse": {
        "enter": ([], at(FAILED)),
        "x": (["j", "j", "j", "j", "j"], dialog(Confirm)),
        "P": (["j", "j", "j", "j", "j"], sent(requests.PauseExecution)),
        "shift+p": (["j", "j", "j", "j", "j"], sent(requests.PauseExecution)),
        "R": ([], sent(requests.RestartExecution)),
        "shift+r": ([], sent(requests.RestartExecution)),
        "a": ([], says("since ")),
        "slash": ([], prompted("/")),
        "ctrl+r": ([], sent(requests.ListTriggers, 2)),
    },
    "commands": {
        "enter": ([], says("copied")),
        "c": ([], says("copied")),
        "slash": ([], prompted("/")),
    },
    "containers": {
        "enter": ([], at(RUNNING)),
        "slash": ([], prompted("/")),
        "ctrl+r": ([], sent(requests.ListContainers, 2)),
    },
    "settings": {
        "enter": ([], dialog(Notice)),
        "slash": ([], prompted("/")),
        "ctrl+r": ([], sent(requests.ListSettings, 2)),
    },
    "table": {
        "j": ([], on_row(1)),
        "down": ([], on_row(1)),
        "k": (["j", "j"], on_row(1)),
        "up": (["j", "j"], on_row(1)),
        "ctrl+d": ([], on_row(6)),
        "pagedown": ([], on_row(6)),
        "ctrl+u": (["G"], on_row(0)),
        "pageup": (["G"], on_row(0)),
        "g": (["G"], on_row(0)),
        "home": (["G"], on_row(0)),
        "G": ([], on_row(6)),
        "shift+g": ([], on_row(6)),
        "end": ([], on_row(6)),
    },
    "app": {
        "0": (["2"], at("pulse")),
        "1": (["2"], at("flows")),
        "2": ([], at("executions")),
        "3": ([], at("problems")),
        "4": ([], at("triggers")),
        "at": ([], at("commands")),
        "5": ([], at("containers")),
        "comma": ([], at("settings")),
        "minus": (["3", "4"], at("problems")),
        "escape": (["enter"], at("flows")),
        "q": (["enter"], at("flows")),
        "colon": ([], prompted(":")),
        "ctrl+p": ([], dialog(Chooser)),
        "question_mark": ([], dialog(Chooser)),
        "f1": ([], dialog(Chooser)),
        "M": ([], dialog(Chooser)),
        "shift+m": ([], dialog(Chooser)),
        "ctrl+l": ([], at("flows")),  # what it sends, test_paint says
        "ctrl+z": ([], at("flows")),  # without a terminal there is nothing to suspend: it must not break
        "ctrl+q": ([], lambda scene: scene.app.return_code is not None or not scene.app.is_running),
    },
}

#: How one gets to a scope from the start.
WAY = {
    "flows": [],
    "table": [],
    "app": [],
    "flow": ["enter"],
    "executions": ["2"],
    "problems": ["3"],
    "triggers": ["4"],
    "pulse": ["0"],
    "settings": ["comma"],
    "containers": ["5"],
    "commands": ["r", "at"],
}

PRESSED = [(scope, key) for scope, keys in TABLE.items() for key in keys]


def test_no_key_is_forgotten() -> None:
    for scope, keys in TABLE.items():
        assert set(keys) == {key for action in actions.of(scope) for key in action.keys}, scope


@pytest.mark.parametrize(("scope", "key"), PRESSED)
async def test_a_key_does_what_it_says(scope: str, key: str, tmp_path: Path) -> None:
    before, effect = TABLE[scope][key]
    transport = facts.runtime()
    transport.answers[requests.GetStatus] = msgspec.structs.replace(
        facts.STATUS, flows_directory=str(tmp_path)
    )
    async with console(transport, size=(120, 30)) as pilot:
        for each in [*WAY[scope], *before]:
            await pilot.press(each)
            await settled(pilot)
        await pilot.press(key)
        await until(pilot, lambda: effect(Scene(pilot, transport)))


async def test_a_disabled_key_says_why() -> None:
    async with console() as pilot:
        await pilot.press("2")
        await settled(pilot)
        await pilot.press("j", "x")
        await until(pilot, lambda: "has ended already (SUCCESS)" in screen_text(pilot))


async def test_killing_asks_with_cancel_in_focus() -> None:
    transport = facts.runtime()
    async with console(transport) as pilot:
        await pilot.press("2")
        await settled(pilot)
        await pilot.press("x")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await until(pilot, lambda: RUNNING in screen_text(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: not isinstance(pilot.app.screen, Confirm))
        assert not transport.asked(requests.KillExecution)
        await pilot.press("x")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await pilot.press("right", "enter")
        await until(pilot, lambda: bool(transport.asked(requests.KillExecution)))
        assert transport.asked(requests.KillExecution)[0].id == RUNNING


async def test_a_flow_with_inputs_asks_for_them() -> None:
    async with console() as pilot:
        await pilot.press("j", "j", "j", "r")
        await until(pilot, lambda: isinstance(pilot.app.screen, TriggerForm))
