import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.render.axis import Window
from console.render.cells import Segment, plain, width
from console.render.gantt import Chart, GanttRow, Kind, Span, around

Q, W, R = Kind.QUEUED, Kind.WAIT, Kind.RUN


def chart(
    cells: int = 20, *, end: float = 20.0, now: float = 100.0, charset: str = "unicode", live: bool = False
) -> Chart:
    """One with `cells` cells of bars, which show 0 to `end` seconds."""
    return Chart(Window(0, end), cells + 14, now, is_live=live, label=6, charset=charset)


def row(
    *spans: Span, state: str = "SUCCESS", typical: float | None = None, timeout: float | None = None
) -> GanttRow:
    return GanttRow("id", "task", state, spans, typical=typical, timeout=timeout)


@pytest.mark.parametrize(
    ("spans", "bars"),
    [
        pytest.param((), "                    ", id="nothing"),
        pytest.param((Span(0, 2, Q), Span(2, 6, R, "SUCCESS")), "░░████              ", id="whole cells"),
        pytest.param((Span(2, 6.5, R, "SUCCESS"),), "  ████▌             ", id="right end in eighths"),
        pytest.param((Span(2.5, 6, R, "SUCCESS"),), "  ▌███              ", id="left end in eighths"),
        pytest.param((Span(2, 2.001, R, "SUCCESS"),), "  ▏                 ", id="however short"),
        pytest.param((Span(2.3, 2.7, R, "SUCCESS"),), "  ▌                 ", id="within a cell"),
        pytest.param((Span(4, 9, R, "FAILED"),), "    ████✖           ", id="failed"),
        pytest.param((Span(4, 4.1, R, "FAILED"),), "    ✖               ", id="failed at once"),
        pytest.param((Span(4, 9, R, "KILLED"),), "    ████■           ", id="killed"),
        pytest.param(
            (Span(0, 1, Q), Span(1, 5, R, "FAILED", "1"), Span(5, 9, W), Span(9, 14, R, "SUCCESS", "2")),
            "░1██✖▒▒▒▒2████      ",
            id="two attempts",
        ),
        pytest.param((Span(1, 5, R, "FAILED"), Span(5, 5.2, W)), " ███✖▒              ", id="waits since just now"),
        pytest.param((Span(0, 3.2, Q), Span(3.2, 3.3, R, "SUCCESS")), "░░░▏                ", id="queue gives way"),
        pytest.param((Span(-10, 4, R, "SUCCESS"),), "████                ", id="began before"),
        pytest.param((Span(16, 40, R, "SUCCESS"),), "                ████", id="ends behind"),
        pytest.param((Span(-10, -4, R, "SUCCESS"),), "‹                   ", id="all before"),
        pytest.param((Span(40, 44, R, "SUCCESS"),), "                   ›", id="all behind"),
    ],
)  # fmt: skip
def test_bars(spans: tuple[Span, ...], bars: str) -> None:
    assert plain(chart().bar(row(*spans))) == bars


def test_bars_in_ascii() -> None:
    spans = (Span(0, 2, Q), Span(2, 5.5, R, "FAILED"), Span(6, 9, W), Span(9, 12, R, "SUCCESS"))
    drawn = chart(now=17, live=True, charset="ascii").bar(row(*spans, timeout=19, typical=14))
    assert plain(drawn) == "..===X~~~===---- | L"


def test_a_left_end_has_colours_exchanged() -> None:
    assert chart().bar(row(Span(2.5, 4, R, "SUCCESS")))[:3] == [
        Segment("  "),
        Segment("▌", "success reverse"),
        Segment("█", "success"),
    ]


def test_what_goes_on_ends_at_the_now_line() -> None:
    drawn = plain(chart(now=10.5, live=True).bar(row(Span(4, None, R), state="RUNNING")))
    assert drawn == "    ██████▌         "


def test_the_now_line_is_seen_where_no_bar_is() -> None:
    assert plain(chart(now=10.5, live=True).bar(row(Span(4, 6, R, "SUCCESS")))) == "    ██    ┊         "


def test_the_median_of_earlier_runs_is_a_thin_bar_behind() -> None:
    drawn = chart().bar(row(Span(4, 6, R, "SUCCESS"), typical=5))
    assert plain(drawn) == "    ██╌╌╌           "
    assert Segment("╌╌╌", "number") in drawn


def test_a_timeout_is_marked_at_its_instant() -> None:
    assert plain(chart(now=8, live=True).bar(row(Span(4, None, R), timeout=15))) == "    ████┊      ⏱    "


def test_a_line_has_state_label_duration_and_bars() -> None:
    line = chart().line(row(Span(0, 4.2, R, "FAILED"), state="FAILED"))
    assert plain(line) == "✖ task   4.2s ████✖               "
    assert line[0] == Segment("✖ ", "failed")


def test_iterations_are_indented_and_long_labels_cut() -> None:
    iteration = GanttRow("id", "a long name", "RUNNING", depth=1)
    line = plain(Chart(Window(0, 10), 40, 0, label=12).line(iteration))
    assert line == "  ▶ a long …      - ┊" + " " * 19


def test_a_wide_terminal_tells_waiting_and_running_apart() -> None:
    drawn = Chart(Window(0, 10), 60, 100, is_live=False, label=8, gutter=True)
    line = plain(
        drawn.line(row(Span(0, 3, Q), Span(3, 5, R, "FAILED"), Span(5, 6, W), Span(6, 7, R, "SUCCESS")))
    )
    assert line.endswith(" q   4.0s r   3.0s")
    assert width(line) == 60


def test_the_axis_stands_above_the_bars() -> None:
    assert plain(chart(end=60).axis()) == " " * 14 + "╷0s       ╷30s      "


def test_everything_is_shown_up_to_now_when_something_goes_on() -> None:
    rows = [row(Span(3, 5, R, "SUCCESS")), row(Span(4, None, R))]
    window = around(rows, 20)
    assert window.start == 3
    assert 20 < window.end < 21


def test_a_chart_without_spans_has_a_window_too() -> None:
    assert around([row()], 20).span > 0


kinds = st.sampled_from([(Q, "QUEUED"), (W, "RETRYING"), (R, "SUCCESS"), (R, "FAILED"), (R, "RUNNING")])


@st.composite
def rows(draw: st.DrawFn) -> GanttRow:
    at, spans = draw(st.floats(-50, 100)), []
    for (kind, state), pause, lasts in draw(
        st.lists(st.tuples(kinds, st.floats(0, 20), st.floats(0, 60)), max_size=8)
    ):
        spans.append(Span(at + pause, at + pause + lasts, kind, state, draw(st.sampled_from(["", "1"]))))
        at += pause + lasts
    maybe = st.none() | st.floats(0, 200)
    return GanttRow(
        "id",
        draw(st.text("ab 漢…", max_size=30)),
        "RUNNING",
        tuple(spans),
        draw(st.integers(0, 3)),
        draw(maybe),
        draw(maybe),
    )


@given(rows(), st.integers(1, 200), st.floats(0.1, 200), st.booleans(), st.sampled_from(["unicode", "ascii"]))
def test_a_line_is_exactly_as_wide_as_asked(
    drawn: GanttRow, cells: int, end: float, gutter: bool, charset: str
) -> None:
    made = Chart(Window(0, end), cells, 70, gutter=gutter, charset=charset)
    assert width(plain(made.line(drawn))) == cells
    assert width(plain(made.bar(drawn))) == made.bars
    assert width(plain(made.axis())) == cells


@given(rows())
def test_every_run_is_seen_unless_it_shares_its_cell(drawn: GanttRow) -> None:
    made = Chart(around([drawn], 70), 400, 70, is_live=False)
    starts = [made.window.column(span.start, made.bars) for span in drawn.spans] + [10_000]
    styles = {part.style.split()[0] for part in made.bar(drawn) if part.style}
    for span, column, after in zip(drawn.spans, starts, starts[1:], strict=False):
        if span.kind is R and after > column + 1:
            assert span.state.lower() in styles
