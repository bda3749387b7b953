"""The screen of one execution: every key, every pane, and what changes while one looks."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from textual.pilot import Pilot

from console import actions
from console.models.execution_state import changed
from console.models.log import AttemptLog
from console.screens.confirm import Confirm
from console.screens.execution import ExecutionScreen
from console.screens.notice import Notice
from console.widgets.gantt import GanttView
from console.widgets.log_view import LogView
from console.widgets.prompt import Prompt
from console.widgets.topology import TopologyView
from runtime.client import requests
from runtime.errors import ExecutionNotFound
from runtime.model.states import State
from runtime.model.views import ExecutionView
from tests.console import facts, runs
from tests.console.runs import BUILD, CLONE, NODES, RUNNING, Logs, at, change, failed, failed_build, node, run
from tests.console.scripted import Scripted
from tests.console.stage import console, screen_text, settled, until

ID = runs.EXECUTION.id
NARROW, WIDE = (80, 24), (200, 60)


class Scene:
    """What a key did can be asked of this."""

    def __init__(self, pilot: Pilot[None], transport: Scripted) -> None:
        self.pilot = pilot
        self.transport = transport

    @property
    def text(self) -> str:
        return screen_text(self.pilot)

    @property
    def screen(self) -> ExecutionScreen:
        found = [each for each in self.pilot.app.screen_stack if isinstance(each, ExecutionScreen)]
        return found[0]

    @property
    def graph(self) -> TopologyView:
        return self.screen.query_one(TopologyView)

    @property
    def gantt(self) -> GanttView:
        return self.screen.query_one(GanttView)

    @property
    def log(self) -> LogView:
        return self.screen.query_one(LogView)


Effect = Callable[[Scene], bool]


def says(*texts: str) -> Effect:
    return lambda scene: all(text in scene.text for text in texts)


def on_node(name: str) -> Effect:
    return lambda scene: scene.graph.cursor == name


def on_row(row: int) -> Effect:
    return lambda scene: scene.gantt.cursor == row


def on_line(position: int) -> Effect:
    return lambda scene: scene.log.cursor == position


def dialog(kind: type) -> Effect:
    return lambda scene: isinstance(scene.pilot.app.screen, kind)


def prompted(scene: Scene) -> bool:
    return bool(scene.screen.query(Prompt))


def focused(kind: type) -> Effect:
    return lambda scene: isinstance(scene.screen.focused, kind)


def log_of(task_run_id: str, attempt: int) -> Effect:
    def holds(scene: Scene) -> bool:
        log = scene.log.log_shown
        return isinstance(log, AttemptLog) and log.source == (task_run_id, attempt)

    return holds


def span(seconds: float) -> Effect:
    return lambda scene: abs(scene.gantt.window.span - seconds) < 1


def starts(seconds: float) -> Effect:
    return lambda scene: abs(scene.gantt.window.start - seconds) < 1


def all_of(*effects: Effect) -> Effect:
    return lambda scene: all(effect(scene) for effect in effects)


NOW = (facts.NOW - runs.BEGUN).total_seconds()
FITTED = NOW * 1.03 * 1.25  # what is shown where all is: with air, and with room to grow into
NODES_OPEN = ["enter"]

#: scope -> key -> the keys that go before it, and what it does
TABLE: dict[str, dict[str, tuple[list[str], Effect]]] = {
    "execution": {
        "1": (["2"], focused(TopologyView)),
        "2": ([], focused(GanttView)),
        "3": ([], focused(LogView)),
        "4": ([], says("fct_ports", "started")),
        "5": ([], says("INPUTS", "Gannet Rock")),
        "tab": ([], focused(GanttView)),
        "shift+tab": ([], says("INPUTS")),
        "f": ([], says("revision 4  ferry_build.yaml")),
        "U": ([], says("no other execution began")),
        "shift+u": ([], says("no other execution began")),
        "x": ([], dialog(Confirm)),
        "P": ([], says("it is paused")),
        "shift+p": ([], says("it is paused")),
        "r": ([], says("has not ended")),
        "equals_sign": ([], says("has not ended")),
        "R": ([], says("only an execution that FAILED")),
        "shift+r": ([], says("only an execution that FAILED")),
        "slash": ([], prompted),
        "ctrl+r": ([], lambda scene: len(scene.transport.asked(requests.GetExecution)) == 2),
    },
    "topology": {
        "enter": ([], says("dbt nodes of build")),
        "h": ([], on_node("clone")),
        "left": ([], on_node("clone")),
        "l": (["h"], on_node("build")),
        "right": (["h"], on_node("build")),
        "j": ([], on_node("alert")),
        "down": ([], on_node("alert")),
        "k": (["j"], on_node("clone")),
        "up": (["j"], on_node("clone")),
        "p": ([], on_node("clone")),
        "c": (["h"], on_node("build")),
        "left_square_bracket": ([*NODES_OPEN, "right_square_bracket"], on_node("model.ferry.stg_bookings")),
        "right_square_bracket": (NODES_OPEN, on_node("model.ferry.fct_bookings")),
        "L": ([], all_of(focused(LogView), log_of(BUILD.id, 2))),
        "shift+l": ([], all_of(focused(LogView), log_of(BUILD.id, 2))),
        "i": ([], says("attempt 1", "exit code 1", "1 of 3 nodes failed")),
        "z": ([], says("nodes of a dbt task")),
    },
    "gantt": {
        "enter": (["j"], all_of(focused(LogView), log_of(CLONE.id, 1))),
        "j": ([], on_row(1)),
        "down": ([], on_row(1)),
        "k": (["j", "j"], on_row(1)),
        "up": (["j", "j"], on_row(1)),
        "ctrl+d": ([], on_row(2)),
        "pagedown": ([], on_row(2)),
        "ctrl+u": (["G"], on_row(0)),
        "pageup": (["G"], on_row(0)),
        "g": (["G"], on_row(0)),
        "home": (["G"], on_row(0)),
        "G": ([], on_row(2)),
        "shift+g": ([], on_row(2)),
        "end": ([], on_row(2)),
        "z": ([], span(FITTED / 2)),
        "Z": ([], span(FITTED * 2)),
        "shift+z": ([], span(FITTED * 2)),
        "L": (["z"], starts(FITTED / 8)),
        "shift+l": (["z"], starts(FITTED / 8)),
        "l": (["z"], starts(FITTED / 8)),
        "right": (["z"], starts(FITTED / 8)),
        "H": (["z", "L", "L"], starts(FITTED / 8)),
        "shift+h": (["z", "L", "L"], starts(FITTED / 8)),
        "h": (["z", "L", "L"], starts(FITTED / 8)),
        "left": (["z", "L", "L"], starts(FITTED / 8)),
        "0": (["z"], span(FITTED)),
        "full_stop": (["z", "z"], starts(NOW - 0.75 * FITTED / 4)),
        "o": ([], says("sorted by duration")),
        "a": ([], says("attempt 2")),
        "n": ([], says("fct_bookings", "unique_stg")),
    },
    "log": {
        "s": ([], lambda scene: not scene.log.is_following),
        "e": (["g"], on_line(777)),
        "E": ([], on_line(1777)),
        "shift+e": ([], on_line(1777)),
        "w": (["g"], on_line(50)),
        "W": ([], on_line(1950)),
        "shift+w": ([], on_line(1950)),
        "n": ([], says("there is no filter")),
        "N": ([], says("there is no filter")),
        "shift+n": ([], says("there is no filter")),
        "ampersand": ([], says("there is no filter")),
        "m": ([], says("log of all tasks")),
        "b": ([], log_of(BUILD.id, 1)),
        "t": ([], says("times from the start")),
        "z": ([], says("wrapped")),
        "c": ([], lambda scene: scene.pilot.app.clipboard == "line 1999 of build"),
        "ctrl+s": ([], lambda scene: (Path.cwd() / "ferry_build-00000009-build.log").exists()),
        "j": (["g"], on_line(1)),
        "down": (["g"], on_line(1)),
        "k": ([], on_line(1998)),
        "up": ([], on_line(1998)),
        "ctrl+d": (["g"], lambda scene: 5 < scene.log.cursor < 20),
        "pagedown": (["g"], lambda scene: 5 < scene.log.cursor < 20),
        "ctrl+u": ([], lambda scene: 1980 < scene.log.cursor < 1995),
        "pageup": ([], lambda scene: 1980 < scene.log.cursor < 1995),
        "g": ([], on_line(0)),
        "home": ([], on_line(0)),
        "G": (["g"], on_line(1999)),
        "shift+g": (["g"], on_line(1999)),
        "end": (["g"], on_line(1999)),
        "l": ([], lambda scene: "line 1999" not in scene.text),
        "right": ([], lambda scene: "line 1999" not in scene.text),
        "h": (["l"], says("line 1999")),
        "left": (["l"], says("line 1999")),
    },
    "nodes": {"enter": ([], dialog(Notice))},
}

WAY: dict[str, list[str]] = {
    "execution": [],
    "topology": [],
    "gantt": ["2", "g"],
    "log": ["2", "enter"],
    "nodes": ["4"],
}

PRESSED = [(scope, key) for scope, keys in TABLE.items() for key in keys]


def test_no_key_is_forgotten() -> None:
    for scope, keys in TABLE.items():
        assert set(keys) == {key for action in actions.of(scope) for key in action.keys}, scope


@pytest.mark.parametrize(("scope", "key"), PRESSED)
async def test_a_key_does_what_it_says(
    scope: str, key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    before, effect = TABLE[scope][key]
    logs = Logs({(CLONE.id, 1): 6, (BUILD.id, 1): 300, (BUILD.id, 2): 2000})
    transport = runs.runtime(logs=logs)
    async with console(transport, address=ID, size=(100, 30)) as pilot:
        scene = Scene(pilot, transport)
        for each in [*WAY[scope], *before]:
            await pilot.press(each)
        if scope == "log":
            await until(pilot, lambda: scene.log.count == 2000)
        await pilot.press(key)
        await until(pilot, lambda: effect(scene))


DISABLED = [
    ("no task has begun yet", ["2", "enter"]),
    ("no task run is selected", ["3", "m"]),
    ("clone has no parent", ["h", "p"]),
    ("nothing failed here", ["right_square_bracket"]),
    ("publish has not begun", ["c", "c", "L"]),
    ("told of dbt nodes", ["4"]),
]


@pytest.mark.parametrize(("said", "keys"), DISABLED)
async def test_a_key_that_can_do_nothing_says_why(said: str, keys: list[str]) -> None:
    view = msgspec.structs.replace(RUNNING, nodes=())
    if said.startswith("no task"):
        view = msgspec.structs.replace(view, task_runs=())
    async with console(runs.runtime(view), address=ID, size=(100, 30)) as pilot:
        await settled(pilot)
        for key in keys:
            await pilot.press(key)
        await until(pilot, lambda: said in screen_text(pilot))


async def test_esc_ends_what_is_for_the_moment_and_then_goes_back() -> None:
    async with console(runs.runtime(), address=ID, size=(100, 30)) as pilot:
        await settled(pilot)
        await pilot.press("enter")
        await until(pilot, lambda: "dbt nodes of build" in screen_text(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: "dbt nodes of build" not in screen_text(pilot))
        await pilot.press("4", "slash", *"state:error", "enter")
        await until(pilot, lambda: "/state:error 1 of 7" in screen_text(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: "/state:error" not in screen_text(pilot))
        assert isinstance(pilot.app.screen, ExecutionScreen)
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(pilot.app.screen, ExecutionScreen))


async def test_killing_asks_with_cancel_in_focus() -> None:
    transport = runs.runtime()
    async with console(transport, address=ID, size=(100, 30)) as pilot:
        await settled(pilot)
        await pilot.press("x")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await pilot.press("enter")
        await until(pilot, lambda: not isinstance(pilot.app.screen, Confirm))
        assert not transport.asked(requests.KillExecution)
        await pilot.press("x")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await pilot.press("right", "enter")
        await until(pilot, lambda: bool(transport.asked(requests.KillExecution)))


async def test_a_failed_execution_can_be_restarted() -> None:
    transport = runs.runtime(failed())
    async with console(transport, address=ID, size=(100, 30)) as pilot:
        await settled(pilot)
        await pilot.press("R")
        await until(pilot, lambda: bool(transport.asked(requests.RestartExecution)))


async def test_a_failed_task_can_be_run_anew_or_told_to_have_ended_well() -> None:
    transport = runs.runtime(failed())
    async with console(transport, address=ID, size=(100, 30)) as pilot:
        await settled(pilot)
        await pilot.press("r")
        await until(pilot, lambda: "From build" in screen_text(pilot))
        await pilot.press("right", "enter")
        await until(pilot, lambda: bool(transport.asked(requests.ReplayExecution)))
        assert transport.asked(requests.ReplayExecution)[0].task == BUILD.id
    async with console(transport, address=ID, size=(100, 30)) as pilot:
        await settled(pilot)
        await pilot.press("equals_sign")
        await until(pilot, lambda: "build ended FAILED" in screen_text(pilot))
        await pilot.press("right", "enter")
        await until(pilot, lambda: bool(transport.asked(requests.ChangeState)))
        asked = transport.asked(requests.ChangeState)[0]
        assert (asked.task, asked.state) == (BUILD.id, "SUCCESS")


async def test_an_execution_that_is_not_there_says_so() -> None:
    transport = runs.runtime()
    transport.answers[requests.GetExecution] = ExecutionNotFound("no execution zzzz1")
    async with console(transport, address="zzzz1", size=(100, 30)) as pilot:
        await until(pilot, lambda: "no execution zzzz1" in screen_text(pilot))
        await pilot.press("1", "2", "3", "4", "5", "x", "m", "l", "tab", "escape")
        await until(pilot, lambda: not isinstance(pilot.app.screen, ExecutionScreen))


# --- what changes while one looks


async def test_a_failure_says_what_why_and_what_it_holds_up() -> None:
    transport = runs.runtime()
    async with console(transport, address=ID, size=NARROW) as pilot:
        await settled(pilot)
        await until(pilot, lambda: "▶ running" in screen_text(pilot))
        await until(pilot, lambda: "1/4 done" in screen_text(pilot))
        transport.feed(change(failed_build()), change(execution=failed().execution, sequence=2))
        await until(pilot, lambda: "✖ failed" in screen_text(pilot))
        shown = screen_text(pilot)
        assert "build failed, attempt 2, exit code 2: Binder Error: no such column" in shown
        assert "holds up report, publish" in shown
        assert "R goes on from here" in shown


async def test_a_state_changes_where_it_stands_and_nothing_else_is_painted() -> None:
    transport = runs.runtime()
    async with console(transport, address=ID, size=NARROW) as pilot:
        await settled(pilot)
        scene = Scene(pilot, transport)
        drawn = scene.graph._picture.drawn
        before = dict(scene.graph._painted)
        done = msgspec.structs.replace(
            BUILD, state=State.SUCCESS, ended=at(90), history=(*BUILD.history, *BUILD.history)
        )
        transport.feed(change(done))
        await until(pilot, lambda: "✔ build" in screen_text(pilot))
        assert scene.graph._picture.drawn is drawn
        changed = [y for y, row in scene.graph._painted.items() if before.get(y) != row]
        assert len(changed) == 1


async def test_a_new_task_run_gets_its_row_and_the_cursor_stays() -> None:
    transport = runs.runtime()
    async with console(transport, address=ID, size=NARROW) as pilot:
        await settled(pilot)
        scene = Scene(pilot, transport)
        await pilot.press("2", "o")
        chosen = scene.gantt.selected
        loop = run(4, "each", State.RUNNING, 81)
        transport.feed(
            change(loop, run(5, "report", State.RUNNING, 82, parent_id=loop.id, value="Gannet Rock"))
        )
        await until(pilot, lambda: "report [Ga" in screen_text(pilot))
        assert scene.gantt.selected is not None
        assert chosen is not None
        assert scene.gantt.selected.id == chosen.id


async def test_nodes_come_as_dbt_builds_them() -> None:
    transport = runs.runtime(msgspec.structs.replace(RUNNING, nodes=NODES[:2]))
    async with console(transport, address=ID, size=NARROW) as pilot:
        await settled(pilot)
        await pilot.press("4")
        await until(pilot, lambda: "Nodes 2" in screen_text(pilot))
        transport.feed(change(nodes=(node("stg_bookings", "started", "seed.ferry.raw_bookings"),)))
        await until(pilot, lambda: "Nodes 3" in screen_text(pilot) and "▶ started" in screen_text(pilot))


async def test_an_attempt_that_begins_is_followed() -> None:
    logs = Logs({(BUILD.id, 2): 20, (BUILD.id, 3): 5})
    transport = runs.runtime(logs=logs)
    async with console(transport, address=ID, size=NARROW) as pilot:
        await settled(pilot)
        scene = Scene(pilot, transport)
        await pilot.press("L")
        await until(pilot, lambda: log_of(BUILD.id, 2)(scene))
        third = (*BUILD.attempts, runs.attempt(3, State.RUNNING, 100))
        transport.feed(
            change(msgspec.structs.replace(BUILD, attempts=third, history=(*BUILD.history, *BUILD.history)))
        )
        await until(pilot, lambda: log_of(BUILD.id, 3)(scene) and "attempt 3/3" in screen_text(pilot))


async def test_what_is_shown_stays_until_the_other_log_was_read() -> None:
    transport = runs.runtime()
    async with console(transport, address=ID, size=NARROW) as pilot:
        await settled(pilot)
        scene = Scene(pilot, transport)
        await pilot.press("L")
        await until(pilot, lambda: log_of(BUILD.id, 2)(scene))
        read = transport.gates[requests.ReadLog] = asyncio.Event()
        await pilot.press("b")
        await until(pilot, lambda: transport.asked(requests.ReadLog)[-1].attempt == 1)
        assert log_of(BUILD.id, 2)(scene)
        read.set()
        await until(pilot, lambda: log_of(BUILD.id, 1)(scene) and "300/300" in scene.text)


async def test_a_change_of_another_execution_is_nobodys_business() -> None:
    transport = runs.runtime()
    async with console(transport, address=ID, size=NARROW) as pilot:
        await settled(pilot)
        scene = Scene(pilot, transport)
        before, ours = scene.screen.state, change(nodes=(node("late", "started"),))
        assert before is not None
        transport.feed(change(execution=facts.EXECUTIONS[1]))
        transport.feed(ours)
        await until(pilot, lambda: scene.screen.state is not before)
        assert scene.screen.state == changed(before, ours)


async def test_after_the_line_was_lost_everything_is_read_anew() -> None:
    transport = runs.runtime()
    async with console(transport, address=ID, size=NARROW) as pilot:
        await settled(pilot)
        transport.cut()
        await until(pilot, lambda: "unreachable" in screen_text(pilot))
        transport.answers[requests.GetExecution] = failed()
        transport.mend()
        await until(pilot, lambda: "✖ failed" in screen_text(pilot))


async def test_a_drawing_that_lost_the_keys_lights_no_path_any_more() -> None:
    async with console(runs.runtime(), address=ID, size=WIDE) as pilot:
        await settled(pilot)
        scene = Scene(pilot, runs.runtime())
        assert scene.graph._near
        await pilot.press("2")
        assert not scene.graph._near


async def test_once_a_second_only_what_grew_older_is_painted() -> None:
    transport = runs.runtime()
    async with console(transport, address=ID, size=WIDE) as pilot:
        await settled(pilot)
        scene = Scene(pilot, transport)
        painted: list[object] = []
        for widget in (scene.graph, scene.gantt, scene.log):
            original = widget.refresh
            widget.refresh = lambda *a, original=original, **k: (painted.append(a), original(*a, **k))[1]  # type: ignore[method-assign, misc]
        scene.screen.tick()  # the clock stands still: nothing has grown older
        await settled(pilot)
        assert painted == []


async def test_a_bar_begins_where_it_should_to_an_eighth_of_a_cell() -> None:
    async with console(runs.runtime(), address=ID, size=(100, 30)) as pilot:
        await settled(pilot)
        await pilot.press("2")
        strip = Scene(pilot, runs.runtime()).gantt.render_line(
            2
        )  # `clone` begins half a second after its execution
        edges = [segment for segment in strip if segment.text in set("▏▎▍▌▋▊▉") and segment.style]
        assert any(segment.style.reverse for segment in edges if segment.style)


# --- sizes


async def test_where_there_is_room_all_is_seen_at_once_and_the_log_follows_the_cursor() -> None:
    transport = runs.runtime()
    async with console(transport, address=ID, size=WIDE) as pilot:
        await settled(pilot)
        scene = Scene(pilot, transport)
        await until(pilot, lambda: "log of all tasks" in screen_text(pilot))
        assert scene.graph.cursor == "build"
        await pilot.press("h", "l")
        await until(pilot, lambda: log_of(BUILD.id, 2)(scene))
        assert scene.gantt.selected is not None
        assert scene.gantt.selected.id == BUILD.id
        await pilot.press("2", "k")
        await until(pilot, lambda: log_of(CLONE.id, 1)(scene))
        assert scene.graph.cursor == "clone"
        await pilot.press("3", "m", "1", "l")  # asked for: it stays
        await settled(pilot)
        await until(pilot, lambda: "log of all tasks" in screen_text(pilot))


async def test_the_panes_are_rearranged_when_the_terminal_is() -> None:
    transport = runs.runtime()
    async with console(transport, address=ID, size=WIDE) as pilot:
        await settled(pilot)
        for width, height, panes in [(100, 30, 1), (200, 60, 3), (80, 24, 1), (160, 40, 3), (160, 39, 1)]:
            await pilot.resize_terminal(width, height)
            await settled(pilot)
            shown = [
                name
                for name in ("topology", "gantt", "log")
                if pilot.app.screen.query_one(f"#{name}").display
            ]
            assert len(shown) == panes


async def test_everything_is_drawn_with_ascii_where_that_is_all_there_is() -> None:
    transport = runs.runtime(failed())
    async with console(transport, address=ID, size=WIDE, ascii_only=True) as pilot:
        await settled(pilot)
        await until(pilot, lambda: "line 19 of build" in screen_text(pilot))
        for keys in (["enter"], ["4"], ["2", "a"]):
            await pilot.press(*keys)
            await settled(pilot)
            drawn = "\n".join(row for row in screen_text(pilot).splitlines() if not set(row) <= set("─ │"))
            assert {letter for letter in drawn if not letter.isascii()} <= set("│─▁▂▃▄▅▆▇█▊▍▋▌▎▏▉")


@pytest.mark.parametrize("view", [RUNNING, failed(), ExecutionView(execution=RUNNING.execution)])
async def test_any_execution_can_be_looked_at_in_any_pane(view: ExecutionView) -> None:
    async with console(runs.runtime(view), address=ID, size=NARROW) as pilot:
        await settled(pilot)
        for key in "12345":
            await pilot.press(key)
            await settled(pilot)
        assert isinstance(pilot.app.screen, ExecutionScreen)
