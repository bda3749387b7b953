"""Rows of a Gantt chart: when each task waited, ran, failed and tried again. Seconds from the execution's start throughout.

A bar's ends are exact to an eighth of a cell: the right one by the block characters that fill a cell from the left, the left
one by the same characters with foreground and background exchanged (the look `reverse` stands beside the state's). However
short, a run shows: bars that are too narrow to find are why rows are selected, never bars.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Final, NamedTuple

from console.render.axis import Told, Window, axis, elapsed
from console.render.cells import Row, Segment, fit, plain, width
from console.render.durations import duration
from console.render.states import look

PARTS: Final = " ▏▎▍▌▋▊▉"
"""A cell filled from the left by 0 to 7 eighths."""

TIME: Final = 6  # cells of a duration
NOWHERE: Final = (0, 0)


class Kind(Enum):
    """What a task did for a while."""

    QUEUED = "queued"  #: waited for a free place, or for its runner
    WAIT = "wait"  #: waited for its next attempt
    RUN = "run"  #: one attempt


@dataclass(frozen=True, slots=True)
class Span:
    """A while of one kind."""

    start: float
    end: float | None
    """None: it goes on."""
    kind: Kind
    state: str = "RUNNING"
    """Of the attempt, for RUN."""
    mark: str = ""
    """One character at the bar's beginning, where there is room: an attempt's number."""


@dataclass(frozen=True, slots=True)
class GanttRow:
    """One task run, or one iteration of it."""

    id: str
    label: str
    state: str
    spans: tuple[Span, ...] = ()
    """In order of time, none over another."""
    depth: int = 0
    """How far it is indented: iterations stand below their parent."""
    typical: float | None = None
    """Median duration of its last runs: drawn as a thin bar behind."""
    timeout: float | None = None
    """The instant at which it will be stopped."""

    def spent(self, kinds: Iterable[Kind], now: float) -> float:
        """Seconds in spans of these kinds."""
        return sum(
            (now if span.end is None else span.end) - span.start for span in self.spans if span.kind in kinds
        )


class Charset(NamedTuple):
    """The characters of a chart."""

    queued: str
    wait: str
    full: str
    parts: str
    """Empty: whole cells only."""
    now: str
    typical: str
    timeout: str
    before: str
    after: str


UNICODE: Final = Charset("░", "▒", "█", PARTS, "┊", "╌", "⏱", "‹", "›")
ASCII: Final = Charset(".", "~", "=", "", "|", "-", "L", "<", ">")

_ENDED_BADLY: Final = frozenset({"failed", "killed"})
"""Looks whose glyph closes the bar."""


@dataclass(frozen=True)
class Chart:
    """How rows are drawn: which time, how wide, and what now is."""

    window: Window
    width: int
    """Of a line, all in all."""
    now: float
    is_live: bool = True
    """Whether the now-line is drawn."""
    label: int = 20
    """Cells of the frozen column of labels, with indent and glyph."""
    gutter: bool = False
    """Behind the bars: how long it waited, how long it ran."""
    charset: str = "unicode"

    @cached_property
    def bars(self) -> int:
        """Cells of the bars: what labels, duration and gutter leave."""
        taken = self.label + 1 + TIME + 1 + (2 * (TIME + 3) if self.gutter else 0)
        return max(1, self.width - taken)

    @cached_property
    def scale(self) -> float:
        """Eighths of a cell a second."""
        return 8 * self.bars / self.window.span

    @cached_property
    def present(self) -> int:
        """The column of the now-line; -1 where there is none."""
        return self.window.column(self.now, self.bars) if self.is_live else -1

    @cached_property
    def characters(self) -> Charset:
        return ASCII if self.charset == "ascii" else UNICODE

    def axis(self, *, told: Told = elapsed, origin: float = 0.0) -> Row:
        """The line above the rows."""
        line = axis(
            self.window,
            self.bars,
            now=self.now if self.is_live else None,
            told=told,
            origin=origin,
            charset=self.charset,
        )
        left = self.label + TIME + 2
        right = max(0, self.width - left - self.bars)
        return _cut([Segment(" " * left), *line, Segment(" " * right)], self.width)

    def line(self, row: GanttRow) -> Row:
        """One row, exactly `width` cells wide."""
        seen = look(row.state)
        indent = "  " * row.depth
        glyph = seen.ascii if self.charset == "ascii" else seen.glyph
        ran = row.spent((Kind.RUN,), self.now)
        took = duration(ran) if any(span.kind is Kind.RUN for span in row.spans) else "-"
        cells = [
            Segment(f"{indent}{glyph} ", seen.style),
            Segment(fit(row.label, self.label - len(indent) - 2, "~" if self.charset == "ascii" else "…")),
            Segment(f" {took:>{TIME}} ", "dim"),
            *self.bar(row),
        ]
        if self.gutter:
            waited = row.spent((Kind.QUEUED, Kind.WAIT), self.now)
            cells.append(Segment(f" q {duration(waited):>{TIME}} r {duration(ran):>{TIME}}", "dim"))
        return _cut(cells, self.width)

    def bar(self, row: GanttRow) -> Row:
        """The row's bars alone, exactly `bars` cells wide."""
        return _Brush(self, row).draw()


def _cut(row: Row, cells: int) -> Row:
    """A terminal that is narrower than the frozen columns shows what fits."""
    if sum(width(segment.text) for segment in row) <= cells:
        return row
    return [Segment(fit(plain(row), cells))]


class _Brush:
    """Draws one row from left to right: spans come in order, so each cell is written once."""

    __slots__ = (
        "_chars",
        "_column",
        "_now",
        "_out",
        "_row",
        "_scale",
        "_spots",
        "_start",
        "_typical",
        "_width",
    )

    def __init__(self, chart: Chart, row: GanttRow) -> None:
        self._row, self._width, self._now, self._start = row, chart.bars, chart.now, chart.window.start
        self._chars, self._scale = chart.characters, chart.scale
        self._column = 0
        self._out: Row = []
        self._typical = self._expected() if row.typical else NOWHERE
        spots = dict(self._marked(chart))
        self._spots = spots if len(spots) < 2 else dict(sorted(spots.items()))

    def draw(self) -> Row:
        final = len(self._row.spans) - 1
        for number, span in enumerate(self._row.spans):
            first = self._eighth(span.start)
            last = self._eighth(self._now if span.end is None else span.end)
            if last < 0 or first >= 8 * self._width:
                continue
            if span.kind is Kind.RUN:
                self._run(span, max(first, 0), min(last, 8 * self._width))
            else:
                self._shade(span.kind, max(first, 0), last, is_final=number == final)
        self._blank(self._width)
        return self._out

    def _eighth(self, at: float) -> int:
        return round((at - self._start) * self._scale)

    def _put(self, text: str, style: str = "") -> None:
        if text:
            self._out.append(Segment(text, style))
            self._column += len(text)

    def _run(self, span: Span, first: int, last: int) -> None:
        """At least an eighth; the cell in which the span before ended is taken."""
        first = max(first, 8 * self._column)
        last = max(last, first + 1)
        if not self._chars.parts:
            first, last = first // 8 * 8, -(-last // 8) * 8
        if first >= 8 * self._width:
            return
        seen = look(span.state)
        self._blank(first // 8)
        cells = -(-last // 8) - first // 8
        closing = (seen.glyph if self._chars.parts else seen.ascii) if seen.style in _ENDED_BADLY else ""
        if closing:
            cells, last = cells - 1, (-(-last // 8) - 1) * 8
        if cells:
            self._block(first, last, cells, seen.style, span.mark)
        self._put(closing, seen.style)

    def _block(self, first: int, last: int, cells: int, style: str, mark: str) -> None:
        """A bar over `cells` cells, from one eighth to another."""
        head, tail = first % 8, last % 8
        if cells == 1 and head and tail:  # neither end is the cell's: its length is right, its place is not
            self._put(self._chars.parts[max(1, last - first)], style)
            return
        if head:
            self._put(self._chars.parts[head], f"{style} reverse")
        full = cells - bool(head) - bool(tail)
        if mark and full >= 2:
            self._put(mark, f"{style} reverse")
            full -= 1
        self._put(self._chars.full * full + (self._chars.parts[tail] if tail else ""), style)

    def _shade(self, kind: Kind, first: int, last: int, *, is_final: bool) -> None:
        """Whole cells. What comes behind is worth more than what waited for it, but what waits still must be seen."""
        begin = max(first // 8, self._column)
        end = min(-(-last // 8) if is_final else last // 8, self._width)
        if is_final and begin < self._width:
            end = max(end, begin + 1)
        if end > begin:
            self._blank(begin)
            queued = kind is Kind.QUEUED
            character = self._chars.queued if queued else self._chars.wait
            self._put(character * (end - begin), "queued" if queued else "retrying")

    def _blank(self, end: int) -> None:
        """Up to a column: nothing, or what stands behind the bars."""
        if end <= self._column:
            return
        for column, (character, style) in self._spots.items():
            if self._column <= column < end:
                self._behind(column)
                self._put(character, style)
        self._behind(end)

    def _behind(self, end: int) -> None:
        first, last = self._typical
        if last > self._column and first < end:
            self._put(" " * (first - self._column))
            self._put(self._chars.typical * (min(end, last) - self._column), "number")
        self._put(" " * (end - self._column))

    def _expected(self) -> tuple[int, int]:
        """The columns of the thin bar."""
        started = next((span.start for span in self._row.spans if span.kind is Kind.RUN), None)
        if started is None or self._row.typical is None:
            return NOWHERE
        return max(0, self._eighth(started) // 8), -(-self._eighth(started + self._row.typical) // 8)

    def _marked(self, chart: Chart) -> Iterator[tuple[int, tuple[str, str]]]:
        """Columns with a sign of their own, unless a bar covers them; a later one counts more."""
        if chart.present >= 0:
            yield chart.present, (self._chars.now, "accent")
        if self._row.timeout is not None:
            yield chart.window.column(self._row.timeout, self._width), (self._chars.timeout, "late")
        if self._row.spans and self._eighth(self._row.spans[0].start) >= 8 * self._width:
            yield self._width - 1, (self._chars.after, "dim")
        final = self._row.spans[-1].end if self._row.spans else None
        if final is not None and self._eighth(final) < 0:
            yield 0, (self._chars.before, "dim")


def around(rows: Sequence[GanttRow], now: float) -> Window:
    """The window that shows all rows, up to now where something still goes on; timeouts do not count."""
    starts = [span.start for row in rows for span in row.spans]
    ends = [now if span.end is None else span.end for row in rows for span in row.spans]
    return Window.around(min(starts, default=0.0), max(ends, default=now))
