"""What is sent to a terminal: the same screen as Textual's own output makes, in fewer bytes, and no faster than it is taken."""

import random
from typing import Any

import pyte
import pytest
from rich.color import ColorSystem
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from console.paint.app import PaintingApp
from console.paint.cells import NARROW, cells
from console.paint.driver import PaintDriver, choose
from console.paint.front import Front
from console.paint.look import change, look_of
from console.paint.pacing import GIVE_UP, PATIENCE, WINDOW, WORTH_ASKING, Pacing
from tests.console import scene
from tests.console.stage import app, settled

DIM, NOT_BOLD = 2, 22


class Emulator(pyte.Screen):  # type: ignore[misc]
    """A terminal; `blink`, which nobody uses here, tells of dim, which pyte does not know."""

    def select_graphic_rendition(self, *attrs: int, **keys: Any) -> None:
        super().select_graphic_rendition(*attrs, **keys)
        rest = list(attrs or (0,))
        while rest:
            code = rest.pop(0)
            if code in {38, 48}:
                del rest[: 4 if rest[:1] == [2] else 2]
            elif code in {0, DIM, NOT_BOLD}:
                self.cursor.attrs = self.cursor.attrs._replace(blink=code == DIM)

    def erase_in_display(self, how: int = 0, *args: Any, **keys: Any) -> None:
        for y in range(self.lines):
            self._blank(y, 0)

    def erase_in_line(self, how: int = 0, private: bool = False) -> None:
        self._blank(self.cursor.y, self.cursor.x)

    def _blank(self, y: int, first: int) -> None:
        """With the ground that is worn; pyte forgets the cells that were never written."""
        for x in range(first, self.columns):
            self.buffer[y][x] = self.default_char._replace(bg=self.cursor.attrs.bg)


class Terminal:
    def __init__(self, width: int, height: int) -> None:
        self.screen = Emulator(width, height)
        self.screen.reset_mode(7, private=True)
        self.stream = pyte.Stream(self.screen)
        self.received = 0

    def feed(self, text: str) -> None:
        self.received += len(text.encode())
        self.stream.feed(text.replace("\n", "\r\n").replace("\r\r", "\r"))

    def look(self) -> list[list[tuple[object, ...]]]:
        """What is seen: of a blank only its ground."""
        return [
            [_seen(self.screen.buffer[y][x]) for x in range(self.screen.columns)]
            for y in range(self.screen.lines)
        ]


def _seen(cell: Any) -> tuple[object, ...]:
    decorated = cell.reverse or cell.underscore or cell.strikethrough
    return (cell.data, cell.bg) if cell.data == " " and not decorated else tuple(cell)


TRUECOLOR = Console(color_system="truecolor", force_terminal=True)


class Twin:
    """Two terminals of one app: one is sent what Textual sends, the other what differs."""

    def __init__(self, *, erases: bool) -> None:
        self.erases = erases
        self.size = (0, 0)

    def show(self, update: CompositorUpdate, size: tuple[int, int]) -> None:
        if size != self.size:
            self.size = size
            self.plain, self.thrifty = Terminal(*size), Terminal(*size)
            self.front = Front(ColorSystem.TRUECOLOR, erases=self.erases)
        assert isinstance(update, LayoutUpdate | ChopsUpdate)
        self.front.resize(*size)
        self.front.take(update)
        self.plain.feed(update.render_segments(TRUECOLOR))
        self.thrifty.feed(self.front.difference())

    def differences(self) -> list[tuple[int, int, object, object]]:
        return [
            (x, y, a, b)
            for y, (left, right) in enumerate(zip(self.plain.look(), self.thrifty.look(), strict=True))
            for x, (a, b) in enumerate(zip(left, right, strict=True))
            if a != b
        ]


KEYS = ["j", "k", "tab", "1", "2", "3", "4", "5", "enter", "escape", "n", "z", "t", "L", "slash", "d", "b"]
KEYS += ["question_mark", "colon", "G", "g", "l", "h", "i", "0", "x", "ctrl+p"]


@pytest.mark.parametrize(
    ("theme", "seed", "erases"),
    [("dark", 1, True), ("dark", 2, False), ("ansi", 3, True), ("mono", 4, False)],
)
async def test_the_terminal_shows_what_textual_would_have_shown(
    monkeypatch: pytest.MonkeyPatch, theme: str, seed: int, erases: bool
) -> None:
    pick, twin = random.Random(seed), Twin(erases=erases)

    def display(self: PaintingApp, screen: object, update: object) -> None:
        if isinstance(update, CompositorUpdate):
            twin.show(update, (self.size.width, self.size.height))

    monkeypatch.setattr(PaintingApp, "_display", display)
    shown = app(scene.runtime(), address=scene.EXECUTION.id, theme=theme)
    async with shown.run_test(size=(120, 40), notifications=True) as pilot:
        await settled(pilot)
        for _ in range(25):
            if pick.random() < 0.12:
                await pilot.resize_terminal(*pick.choice([(80, 24), (120, 40), (200, 60), (161, 41)]))
            else:
                await pilot.press(pick.choice(KEYS))
            await settled(pilot)
            assert twin.differences() == []


PIECES = ["日本", "ab", " ", "    ", "─┬─", "é", "e\u0301", "x", "▏▌█", "한", "🚢", "\x1b]0;owned\x07"]
STYLES = ["", "bold", "dim", "red", "on #112233", "bold underline #abcdef on #112233", "reverse", "on red"]


def row(pick: random.Random, width: int) -> Strip:
    made: list[Segment] = []
    while sum(segment.cell_length for segment in made) < width + 4:
        made.append(Segment(pick.choice(PIECES[:-1]), Style.parse(pick.choice(STYLES))))
    return Strip(made).crop(0, width)


@pytest.mark.parametrize("erases", [True, False])
@pytest.mark.parametrize("seed", range(6))
def test_any_lines_are_shown_as_they_are_wide_characters_too(seed: int, erases: bool) -> None:
    pick, twin = random.Random(seed), Twin(erases=erases)
    for _ in range(40):
        first = pick.randint(0, 5)
        count = 6 if not twin.size[0] else pick.randint(1, 6 - first)
        strips = [[row(pick, 30)] for _ in range(count)]
        twin.show(
            LayoutUpdate(strips, Region(0, first if twin.size[0] and count < 6 else 0, 30, count)), (30, 6)
        )
        assert twin.differences() == []


def test_what_is_shown_already_costs_nothing() -> None:
    twin, pick = Twin(erases=True), random.Random(0)
    strips = [[row(pick, 30)] for _ in range(6)]
    twin.show(LayoutUpdate(strips, Region(0, 0, 30, 6)), (30, 6))
    before = twin.thrifty.received
    twin.show(LayoutUpdate(strips, Region(0, 0, 30, 6)), (30, 6))
    assert twin.thrifty.received == before
    twin.front.forget()
    assert twin.front.difference()


def test_one_changed_cell_costs_a_handful_of_bytes() -> None:
    front = Front(erases=True)
    front.resize(200, 60)
    front.take(LayoutUpdate([[Strip([Segment("x" * 200)])] for _ in range(60)], Region(0, 0, 200, 60)))
    front.difference()
    front.take(LayoutUpdate([[Strip([Segment("x" * 99 + "y" + "x" * 100)])]], Region(0, 30, 200, 1)))
    assert front.difference() == "\x1b[31;100Hy"


def test_control_characters_never_reach_the_terminal() -> None:
    assert cells("a\x1b]0;owned\x07b\x9b31mc") == ("", ("a", "]", *"0;owned", "b", *"31mc"))


def test_narrow_text_is_one_cell_a_character() -> None:
    from rich.cells import cell_len

    narrow = [chr(point) for point in range(0x20, 0x3000) if NARROW(chr(point))]
    assert all(cell_len(character) == 1 for character in narrow)


def test_looks_change_by_what_differs() -> None:
    red, both, plain = (look_of(Style.parse(each), ColorSystem.STANDARD) for each in ("red", "bold red", ""))
    assert change(red, both) == "\x1b[1m"
    assert change(both, red) == "\x1b[0;31m"
    assert change(both, plain) == "\x1b[m"


def ready(pacing: Pacing, now: float) -> bool:
    return pacing.wait(now) == 0


def test_a_terminal_that_answers_is_sent_no_more_than_it_takes() -> None:
    pacing = Pacing()
    assert not pacing.sent(WINDOW * 2, 0.0)
    assert ready(pacing, 0.0)  # nobody knows yet whether it answers
    pacing.answered()
    assert pacing.sent(WORTH_ASKING + WINDOW, 1.0)
    assert pacing.wait(1.5) == PATIENCE - 0.5
    pacing.answered()
    assert ready(pacing, 1.6)


def test_a_terminal_that_answers_no_more_is_not_waited_for() -> None:
    pacing, now = Pacing(), 0.0
    pacing.answered()
    for _ in range(GIVE_UP):
        pacing.sent(WINDOW + WORTH_ASKING, now)
        assert not ready(pacing, now)
        now += PATIENCE + 0.1
        assert ready(pacing, now)
    assert not pacing.sent(WINDOW * 3, now)
    assert ready(pacing, now)


def test_it_can_be_turned_off() -> None:
    assert choose({}) is PaintDriver
    assert choose({"FLOWDECK_WHOLE_FRAMES": "1"}) is None
