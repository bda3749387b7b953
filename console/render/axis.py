"""The time that a chart shows, and its axis: round instants, told as elapsed time or as a clock's. Seconds from an execution's start throughout."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from console.render.cells import Row, Segment

STEPS: Final = (
    0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30,
    60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800,
)  # fmt: skip
"""Distances between marks, in seconds."""

NARROWEST: Final = 0.05  # seconds: below it there is nothing to see
AIR: Final = 5  # cells between the texts of an axis, its mark among them
MARGIN: Final = 0.03  # of the width, kept free behind now


@dataclass(frozen=True, slots=True)
class Window:
    """The part of time that is shown."""

    start: float
    end: float

    @property
    def span(self) -> float:
        return self.end - self.start

    @classmethod
    def around(cls, start: float, end: float) -> "Window":
        """All of it, and a little air behind."""
        return cls(start, start + max(NARROWEST, (end - start) * (1 + MARGIN)))

    def zoomed(self, factor: float, around: float) -> "Window":
        """`factor` 2 shows half as much; the instant `around` stays where it is."""
        factor = min(factor, self.span / NARROWEST)
        return Window(around - (around - self.start) / factor, around + (self.end - around) / factor)

    def panned(self, share: float) -> "Window":
        """Moved by a share of its span: -0.5 is half a window back."""
        return Window(self.start + share * self.span, self.end + share * self.span)

    def column(self, at: float, cells: int) -> int:
        """The cell of an instant; outside 0..cells - 1 where it is not shown."""
        return math.floor((at - self.start) / self.span * cells)


Told = Callable[[float, float], str]
"""(instant, distance between marks) -> what the axis says there."""


def elapsed(at: float, step: float) -> str:
    """`0.05s`, `30s`, `1m`, `1m30`, `2h`, `2h15`, `1d`, `1d12`: as exact as the step needs."""
    if step < 1:
        return f"{at:.{2 if step < 0.1 else 1}f}s"
    sign, whole = "-" if at < 0 else "", abs(round(at))
    for unit, name, part in ((86400, "d", 3600), (3600, "h", 60), (60, "m", 1)):
        if whole >= unit:
            rest = whole % unit // part
            return f"{sign}{whole // unit}{name}" + (f"{rest:02}" if rest else "")
    return f"{sign}{whole}s"


@dataclass(frozen=True, slots=True)
class Clock:
    """Tells instants as the clock does in the zone of `start`, also behind the hour in which it was set."""

    start: datetime
    """Of the execution, with its zone."""

    @property
    def origin(self) -> float:
        """Midnight, so that marks stand on full minutes and hours."""
        midnight = self.start.replace(hour=0, minute=0, second=0, microsecond=0)
        return (midnight - self.start).total_seconds()

    def __call__(self, at: float, step: float) -> str:
        there = (self.start.astimezone(UTC) + timedelta(seconds=round(at, 3))).astimezone(self.start.tzinfo)
        if step >= 86400:
            return f"{there.day} {there:%b}"
        if step >= 60:
            return f"{there:%H:%M}"
        return f"{there:%H:%M:%S}" if step >= 1 else f"{there:%S.%f}"[:-4]


def ticks(
    window: Window, cells: int, *, told: Told = elapsed, origin: float = 0.0
) -> Iterator[tuple[int, str]]:
    """(cell, text) of round instants, as close together as their texts allow."""
    for step in STEPS:
        room = step / window.span * cells
        if room < AIR:
            continue
        first = math.ceil((window.start - origin) / step)
        last = math.floor((window.end - origin) / step)
        found = [origin + number * step for number in range(first, last + 1)]
        texts = [told(at, step) for at in found]
        if room >= max(map(len, texts), default=0) + AIR:
            yield from zip((window.column(at, cells) for at in found), texts, strict=True)
            return


def axis(
    window: Window,
    cells: int,
    *,
    now: float | None = None,
    told: Told = elapsed,
    origin: float = 0.0,
    charset: str = "unicode",
) -> Row:
    """The line above a chart, exactly `cells` wide: each text stands behind the mark of its instant."""
    mark, present = ("|", "|") if charset == "ascii" else ("╷", "┊")
    here = -1 if now is None else window.column(now, cells)
    line = [" "] * cells
    for column, text in ticks(window, cells, told=told, origin=origin):
        stop = column + 1 + len(text)
        if column >= 0 and stop <= cells and not column < here < stop:
            line[column:stop] = mark + text
    if not 0 <= here < cells:
        return [Segment("".join(line), "dim")]
    word = "now" if "".join(line[max(0, here - 4) : here + 1]) == " " * 5 else ""
    before, behind = "".join(line[: here - len(word)]), "".join(line[here + 1 :])
    return [Segment(before, "dim"), Segment(word + present, "accent"), Segment(behind, "dim")]
