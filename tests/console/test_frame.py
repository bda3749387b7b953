"""The frame around the screens: header, lost line, commands, help, sizes, leaving."""

from typing import cast

import msgspec
import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from console.app import FlowdeckApp
from console.models.address import Address
from console.screens.chooser import Chooser
from console.screens.confirm import Confirm
from console.widgets.chrome import LinkBar
from runtime.client import requests
from runtime.errors import RuntimeUnreachable
from tests.console import facts
from tests.console.scripted import Scripted
from tests.console.stage import app, console, screen_text, settled, until

FERRY = "company.data.ferry_build"


def first_line(pilot: Pilot[None]) -> str:
    return screen_text(pilot).splitlines()[0]


async def typed(pilot: Pilot[None], text: str) -> None:
    for letter in text:
        await pilot.press(
            {" ": "space", ":": "colon", ".": "full_stop", "_": "underscore"}.get(letter, letter)
        )


# --- the header


async def test_the_header_says_where_one_is_and_which_runtime_one_sees() -> None:
    async with console(size=(120, 30)) as pilot:
        await pilot.press("enter")
        await settled(pilot)
        line = first_line(pilot)
        for part in ("flows 7 › company.data.ferry_build", "2 problems", "docker", "daemon ops@warehouse-1"):
            assert part in line


async def test_a_narrow_header_keeps_what_matters() -> None:
    async with console(size=(80, 24)) as pilot:
        assert first_line(pilot).endswith("✖ 2 problems  docker  daemon ops@warehouse-1 3d")


# --- the first frame, and a line that breaks


async def test_the_first_frame_does_not_wait_for_the_runtime() -> None:
    transport = facts.runtime()
    transport.cut()
    async with app(transport).run_test(size=(120, 30)) as pilot:
        await until(pilot, lambda: "LAST RUN" in screen_text(pilot))
        await until(pilot, lambda: "runtime unreachable" in screen_text(pilot))
        transport.mend()
        await until(pilot, lambda: FERRY in screen_text(pilot))
        assert not pilot.app.screen.query_one(LinkBar).display


async def test_a_lost_line_says_so_keeps_the_data_and_refuses_changes() -> None:
    transport = facts.runtime()
    async with console(transport) as pilot:
        transport.cut()
        await until(pilot, lambda: "runtime unreachable" in screen_text(pilot))
        await until(pilot, lambda: FERRY in screen_text(pilot))
        await pilot.press("r")
        await until(pilot, lambda: "the runtime can't be reached" in " ".join(_messages(pilot)))
        assert not transport.asked(requests.CreateExecution)


async def test_when_the_line_is_back_everything_is_read_anew() -> None:
    transport = facts.runtime()
    async with console(transport) as pilot:
        transport.cut()
        await until(pilot, lambda: "runtime unreachable" in screen_text(pilot))
        before = len(transport.asked(requests.ListFlows))
        transport.mend()
        await until(pilot, lambda: len(transport.asked(requests.ListFlows)) > before)
        assert "connected to the runtime again" in _messages(pilot)


async def test_a_runtime_that_refuses_says_why() -> None:
    transport = facts.runtime()
    transport.answers[requests.GetStatus] = RuntimeUnreachable("it is starting", hint="wait a little")
    async with app(transport).run_test(size=(120, 30)) as pilot:
        await until(pilot, lambda: "it is starting (wait a little)" in screen_text(pilot))


def _messages(pilot: Pilot[None]) -> list[str]:
    assert isinstance(pilot.app, FlowdeckApp)
    return list(pilot.app.messages)


# --- the command line


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("executions", "executions"),
        ("problems ledger", "problems ledger"),
        ("company.finance.ledger", "company.finance.ledger"),
        ("tri", "triggers"),  # Tab finishes the word
    ],
)
async def test_a_line_goes_to_a_place(line: str, place: str) -> None:
    async with console() as pilot:
        await pilot.press("colon")
        await typed(pilot, line)
        await pilot.press("tab", "enter")
        await settled(pilot)
        assert isinstance(pilot.app, FlowdeckApp)
        await until(pilot, lambda: str(pilot.app.here) == place)  # type: ignore[attr-defined]


async def test_a_bad_line_says_what_would_be_right() -> None:
    async with console() as pilot:
        await pilot.press("colon")
        await typed(pilot, "flwos")
        await pilot.press("enter")
        await until(pilot, lambda: any("did you mean `:flows`" in said for said in _messages(pilot)))


async def test_a_theme_is_changed_by_name() -> None:
    async with console() as pilot:
        await pilot.press("colon")
        await typed(pilot, "theme light")
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.theme == "light")


async def test_escape_leaves_the_line_and_the_keys_come_back() -> None:
    async with console() as pilot:
        await pilot.press("colon", "x", "escape")
        await settled(pilot)
        assert "? keys" in screen_text(pilot).splitlines()[-1]


async def test_the_console_opens_at_an_address() -> None:
    async with console(address="company.finance.ledger") as pilot:
        await until(pilot, lambda: "company.finance.ledger  revision 3" in screen_text(pilot))


# --- help and palette


async def test_help_is_searched_and_enter_does_it() -> None:
    async with console() as pilot:
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(pilot.app.screen, Chooser))
        await typed(pilot, "fires next")
        await settled(pilot)
        await until(pilot, lambda: "Triggers: what fires next" in screen_text(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: first_line(pilot).startswith(" flowdeck › triggers"))


async def test_the_palette_finds_flows() -> None:
    async with console() as pilot:
        await pilot.press("ctrl+p")
        await until(pilot, lambda: isinstance(pilot.app.screen, Chooser))
        await typed(pilot, "ledger")
        await pilot.press("enter")
        await until(pilot, lambda: "company.finance.ledger  revision 3" in screen_text(pilot))


# --- sizes and charsets


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60), (60, 16)])
async def test_every_size_shows_the_flows(size: tuple[int, int]) -> None:
    async with console(size=size) as pilot:
        await until(pilot, lambda: "data.ferry_build" in screen_text(pilot))
        assert len(screen_text(pilot).splitlines()) == size[1]


async def test_a_second_may_pass_while_the_console_is_taken_down() -> None:
    async with console() as pilot:
        shown = cast("FlowdeckApp", pilot.app)
        await shown.query("Table").remove()
        shown._running = False  # as it is from there on
        shown._tick()
        shown._running = True


async def test_a_line_that_is_typed_into_sends_nothing_while_nobody_types() -> None:
    async with console() as pilot:
        for key in ("colon", "escape", "question_mark"):
            await pilot.press(key)
            assert not any(line.cursor_blink for line in pilot.app.screen.query(Input))


async def test_a_second_may_pass_before_a_screen_has_its_first_frame() -> None:
    async with console() as pilot:
        shown = cast("FlowdeckApp", pilot.app)
        shown.go(Address("commands"))  # what it consists of comes with a message
        shown._tick()
        await settled(pilot)
        assert shown.here == Address("commands")


async def test_a_screen_that_is_too_small_says_so_and_comes_back() -> None:
    async with console(size=(50, 10)) as pilot:
        assert screen_text(pilot).strip() == "terminal too small (50x10): 60x16 needed"
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: "data.ferry_build" in screen_text(pilot))


@pytest.mark.parametrize(
    "keys", [[], ["enter"], ["2"], ["3"], ["4"], ["2", "x"], ["4", "n"], ["question_mark"]]
)
async def test_ascii_is_ascii(keys: list[str]) -> None:
    async with console(size=(100, 30), ascii_only=True) as pilot:
        for key in keys:
            await pilot.press(key)
            await settled(pilot)
        odd = {letter for letter in screen_text(pilot) if not letter.isascii()}
        assert odd == set()


async def test_no_color_paints_no_colour() -> None:
    async with console(environment={"NO_COLOR": "1", "COLORTERM": "truecolor"}) as pilot:
        for key in ("enter", "2", "3"):
            await pilot.press(key)
            await settled(pilot)
            strips = pilot.app.screen._compositor.render_strips()
            colours = {
                colour.name
                for strip in strips
                for segment in strip
                if segment.style
                for colour in (segment.style.color, segment.style.bgcolor)
                if colour is not None
            }
            assert colours <= {"default"}


# --- leaving


def embedded(**changes: object) -> Scripted:
    transport = facts.runtime()
    transport.answers[requests.GetStatus] = msgspec.structs.replace(facts.STATUS, mode="embedded", **changes)
    return transport


async def test_leaving_a_daemon_asks_nothing() -> None:
    async with console() as pilot:
        await pilot.press("q")
        await until(pilot, lambda: not pilot.app.is_running)


async def test_leaving_an_embedded_runtime_asks_whether_it_should_stay_and_staying_is_first() -> None:
    transport = embedded()
    async with console(transport) as pilot:
        await pilot.press("q")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await until(pilot, lambda: "1 execution running and 3 schedules" in screen_text(pilot))
        await pilot.press("enter")
        await until(pilot, lambda: not pilot.app.is_running)
    assert not transport.asked(requests.Shutdown)


async def test_it_can_be_stopped_on_leaving() -> None:
    transport = embedded()
    async with console(transport) as pilot:
        await pilot.press("q")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await pilot.press("right", "enter")
        await until(pilot, lambda: bool(transport.asked(requests.Shutdown)))


async def test_escape_stays() -> None:
    async with console(embedded()) as pilot:
        await pilot.press("q")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(pilot.app.screen, Confirm))
        assert pilot.app.is_running


async def test_an_embedded_runtime_without_business_ends_with_its_console() -> None:
    transport = embedded(running=0, schedules=0)
    async with console(transport) as pilot:
        await pilot.press("q")
        await until(pilot, lambda: bool(transport.asked(requests.Shutdown)))


async def test_the_command_line_leaves_too() -> None:
    async with console() as pilot:
        await pilot.press("enter")
        await settled(pilot)
        await pilot.press("colon", "q", "enter")
        await until(pilot, lambda: not pilot.app.is_running)


async def test_ctrl_c_twice_leaves() -> None:
    async with console() as pilot:
        await pilot.press("ctrl+c")
        await until(pilot, lambda: any("press ctrl-c again" in said for said in _messages(pilot)))
        await pilot.press("ctrl+c")
        await until(pilot, lambda: not pilot.app.is_running)
