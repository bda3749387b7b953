"""Themes, terminals, editors, times: what depends on where one sits."""

from datetime import timedelta
from pathlib import Path

import pytest

from console import editor
from console.format import age, distance, when
from console.render.states import LOOKS
from console.terminal import Terminal
from console.theme import NAMES, choose, palette
from tests.console.facts import NOW


@pytest.mark.parametrize(
    ("environment", "wanted", "theme"),
    [
        ({"COLORTERM": "truecolor"}, "", "dark"),
        ({"COLORTERM": "truecolor", "COLORFGBG": "0;15"}, "", "light"),
        ({"TERM": "xterm-256color"}, "", "ansi"),
        ({"TERM": "linux"}, "", "ansi"),
        ({"TERM": "vt100"}, "", "mono"),
        ({"COLORTERM": "truecolor", "NO_COLOR": "1"}, "", "mono"),
        ({"NO_COLOR": ""}, "", "ansi"),
        ({"NO_COLOR": "1"}, "dark", "dark"),
        ({"COLORTERM": "24bit"}, "pink", "dark"),
    ],
)
def test_the_theme_is_what_the_terminal_can_show(
    environment: dict[str, str], wanted: str, theme: str
) -> None:
    assert choose(environment, wanted) == theme


def test_mono_has_no_colour_at_all() -> None:
    colours = {
        colour for style in palette("mono").values() for colour in (style.color, style.bgcolor) if colour
    }
    assert all(colour.is_default for colour in colours)


@pytest.mark.parametrize("theme", NAMES)
def test_every_state_has_a_look_in_every_theme(theme: str) -> None:
    assert {look.style for look in LOOKS.values()} <= set(palette(theme))


def test_looks_are_laid_over_each_other() -> None:
    both = palette("dark")["failed cursor"]
    assert both.color == palette("dark")["failed"].color
    assert both.bgcolor == palette("dark")["cursor"].bgcolor
    assert not palette("dark")["unheard-of"]


@pytest.mark.parametrize(
    ("environment", "remote", "ascii_only"),
    [
        ({"LANG": "en_US.UTF-8"}, False, False),
        ({"LANG": "C.UTF-8", "SSH_CONNECTION": "1 2 3 4"}, True, False),
        ({"LC_ALL": "POSIX", "LANG": "en_US.UTF-8"}, False, True),
        ({"TERM": "linux", "LANG": "en_US.UTF-8"}, False, True),
        ({}, False, False),
    ],
)
def test_what_a_terminal_is(environment: dict[str, str], remote: bool, ascii_only: bool) -> None:
    assert Terminal.of(environment) == Terminal(is_remote=remote, ascii_only=ascii_only)


@pytest.mark.parametrize(
    ("chosen", "arguments"),
    [
        (["vim"], ["+call cursor(9,5)", "f.yaml"]),
        (["/usr/bin/nano", "-l"], ["-l", "+9,5", "f.yaml"]),
        (["code", "--wait"], ["--wait", "--goto", "f.yaml:9:5"]),
        (["ed"], ["f.yaml"]),
    ],
)
def test_editors_are_told_the_place_in_their_own_way(chosen: list[str], arguments: list[str]) -> None:
    assert editor.command(chosen, Path("f.yaml"), 9, 5) == [chosen[0], *arguments]


def test_the_editor_is_the_persons() -> None:
    assert editor.choose({"EDITOR": "emacs -nw", "VISUAL": ""}) == ["emacs", "-nw"]
    assert editor.choose({"EDITOR": "ed", "VISUAL": "code --wait"}) == ["code", "--wait"]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "now"), (240, "in 4m"), (-7300, "2h ago"), (55800, "in 15h"), (-200000, "2d ago"), (12, "in 12s")],
)
def test_distances_have_one_unit(seconds: float, text: str) -> None:
    assert distance(NOW + timedelta(seconds=seconds), NOW) == text


def test_ages_count_as_a_clock_does() -> None:
    assert [age(12), age(754), age(3723)] == ["00:12", "12:34", "1:02:03"]


def test_moments_are_as_short_as_they_are_clear() -> None:
    moments = [timedelta(), timedelta(days=1), timedelta(days=-40), timedelta(days=-400)]
    lengths = [len(when(NOW + step, NOW)) for step in moments]
    assert lengths == [5, 9, 11, 10]
