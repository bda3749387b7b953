from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.render.axis import NARROWEST, Clock, Window, axis, elapsed, ticks
from console.render.cells import plain

START = datetime(2024, 3, 5, 9, 59, 40, tzinfo=ZoneInfo("Europe/Zurich"))

windows = st.builds(
    lambda start, span: Window(start, start + span), st.floats(-1e5, 1e5), st.floats(0.1, 1e7)
)


def test_marks_stand_on_round_instants_of_elapsed_time() -> None:
    assert plain(axis(Window(0, 100), 40)) == "╷0s         ╷30s        ╷1m             "


def test_marks_stand_on_full_minutes_of_the_clock() -> None:
    clock = Clock(START)
    line = plain(axis(Window(0, 160), 48, told=clock, origin=clock.origin))
    assert line == "      ╷10:00            ╷10:01            ╷10:02"


def test_now_is_marked_on_the_axis() -> None:
    assert plain(axis(Window(0, 60), 30, now=55)) == "╷0s            ╷30s     now┊  "


def test_a_text_that_now_would_cut_in_two_is_left_out() -> None:
    assert plain(axis(Window(0, 60), 30, now=33)) == "╷0s          now┊             "


def test_a_now_outside_the_window_is_not_marked() -> None:
    assert "┊" not in plain(axis(Window(0, 60), 30, now=61))


def test_an_axis_in_ascii() -> None:
    assert plain(axis(Window(0, 60), 30, now=55, charset="ascii")) == "|0s            |30s     now|  "


@pytest.mark.parametrize(
    ("at", "step", "text"),
    [
        (0.05, 0.05, "0.05s"),
        (1.5, 0.5, "1.5s"),
        (0, 1, "0s"),
        (30, 30, "30s"),
        (60, 30, "1m"),
        (90, 30, "1m30"),
        (3600, 900, "1h"),
        (8100, 900, "2h15"),
        (129600, 43200, "1d12"),
        (-30, 30, "-30s"),
    ],
)
def test_elapsed_time_is_as_exact_as_the_step(at: float, step: float, text: str) -> None:
    assert elapsed(at, step) == text


@pytest.mark.parametrize(
    ("at", "step", "text"),
    [(0.5, 0.5, "40.50"), (5, 5, "09:59:45"), (20, 60, "10:00"), (86400, 86400, "6 Mar")],
)
def test_a_clock_is_as_exact_as_the_step(at: float, step: float, text: str) -> None:
    assert Clock(START)(at, step) == text


def test_a_clock_jumps_where_summer_time_begins() -> None:
    told = Clock(datetime(2024, 3, 31, 1, 30, tzinfo=ZoneInfo("Europe/Zurich")))
    assert [told(minutes * 60, 60) for minutes in (0, 29, 30)] == ["01:30", "01:59", "03:00"]


@given(windows, st.integers(1, 300))
def test_texts_of_the_axis_never_touch(window: Window, cells: int) -> None:
    found = list(ticks(window, cells))
    for (column, text), (after, _) in pairwise(found):
        assert column + 1 + len(text) <= after


@given(windows, st.integers(1, 300), st.floats(-1e5, 1e7))
def test_an_axis_is_exactly_as_wide_as_asked(window: Window, cells: int, now: float) -> None:
    assert len(plain(axis(window, cells, now=now))) == cells


@given(windows, st.floats(0.1, 20), st.floats(0, 1))
def test_zooming_keeps_the_instant_below_the_cursor(window: Window, factor: float, share: float) -> None:
    at = window.start + share * window.span
    closer = window.zoomed(factor, at)
    assert closer.span == pytest.approx(max(NARROWEST, window.span / factor), rel=1e-3)
    assert (at - closer.start) / closer.span == pytest.approx(share, abs=1e-3)


def test_panning_moves_by_a_share_of_the_window() -> None:
    assert Window(10, 20).panned(-0.5) == Window(5, 15)


def test_a_window_around_an_instant_still_has_a_width() -> None:
    assert Window.around(5, 5).span == pytest.approx(NARROWEST)
