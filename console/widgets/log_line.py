"""One line of a log as rows of cells: time, level, who wrote it, and the text in the colours that its program gave it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from console.models.log_text import Piece, pieces
from console.render.cells import fit
from console.theme import MONO, Palette, palette
from runtime.model.views import LogLine

NAME = 16  # cells of the task's name
LEAST = 10  # cells that are left for the text, however narrow it is

LOOKS = {"ERROR": "failed", "WARN": "warning", "INFO": "dim", "DEBUG": "far", "TRACE": "far"}

Spans = Callable[[str], Iterable[tuple[int, int]]]
"""Where in a text something was found."""


class Times(Enum):
    """How a line's time is told."""

    CLOCK = "by the clock"  #: 10:04:05.196
    RELATIVE = "from the start"  #: +12.345
    OFF = "none"

    @property
    def following(self) -> "Times":
        all_of = list(Times)
        return all_of[(all_of.index(self) + 1) % len(all_of)]


@dataclass(frozen=True)
class Format:
    """How lines are laid out."""

    width: int
    times: Times
    begun: datetime | None
    names: Mapping[str, str]
    """Task run -> what its lines are marked with; empty: they are not."""
    is_wrapped: bool
    pan: int
    """Cells of the text that are left of the window."""
    theme: str
    charset: str


def blank(width: int, base: Style, text: str = "", style: Style | None = None) -> Strip:
    """A row without a line: it is not at hand, or there is none."""
    return Strip([Segment(text, base + (style or Style.null()))]).adjust_cell_length(width, base)


def rows_of(line: LogLine, level: str, form: Format, base: Style, spans: Spans | None) -> list[Strip]:
    """One row, or as many as it takes where lines are wrapped."""
    looks = palette(form.theme)
    gutter = _gutter(line, level, form, looks, base)
    room = max(LEAST, form.width - gutter.cell_length)
    text = _text(line, level, form, looks, base, spans)
    if not form.is_wrapped:
        shown = text.crop_extend(form.pan, form.pan + room, base)
        return [
            Strip.join([gutter, _marked(shown, text, form, looks, base)]).adjust_cell_length(form.width, base)
        ]
    cuts = [*range(room, text.cell_length, room), max(text.cell_length, 1)]
    margin = Strip.blank(gutter.cell_length, base)
    parts = list(text.divide(cuts)) or [text]
    return [
        Strip.join([margin if number else gutter, part]).adjust_cell_length(form.width, base)
        for number, part in enumerate(parts)
    ]


def _marked(shown: Strip, text: Strip, form: Format, looks: Palette, base: Style) -> Strip:
    """With a sign at the edge where the text goes on."""
    room = shown.cell_length
    if text.cell_length <= form.pan + room:
        return shown
    sign = Segment(">" if form.charset == "ascii" else "›", base + looks["dim"])
    return Strip.join([shown.crop(0, room - 1), Strip([sign])])


def _gutter(line: LogLine, level: str, form: Format, looks: Palette, base: Style) -> Strip:
    found: list[Segment] = []
    if told := _time(line.at, form):
        found.append(Segment(f"{told} ", base + looks["dim"]))
    found.append(Segment(f"{level[:1] or '?'} ", base + looks[LOOKS.get(level, "")]))
    if form.names:
        bar = "|" if form.charset == "ascii" else "│"
        name = form.names.get(line.task_run_id, "?")
        found.append(Segment(f"{fit(name, NAME)}{bar} ", base + looks["dim"]))
    return Strip(found)


def _time(at: datetime, form: Format) -> str:
    match form.times:
        case Times.CLOCK:
            return f"{at.astimezone():%H:%M:%S.%f}"[:12]
        case Times.RELATIVE:
            return f"{(at - (form.begun or at)).total_seconds():>+9.3f}"
    return ""


def _text(line: LogLine, level: str, form: Format, looks: Palette, base: Style, spans: Spans | None) -> Strip:
    found = pieces(line.text, colours=form.theme != MONO)
    over = base + looks["failed"] if level == "ERROR" else base
    if spans is not None:
        found = _lit(found, spans("".join(text for text, _ in found)), looks["flash"] + Style(bold=True))
    return Strip([Segment(text, over + style) for text, style in found])


def _lit(found: tuple[Piece, ...], spans: Iterable[tuple[int, int]], light: Style) -> tuple[Piece, ...]:
    """The pieces with what was found in them lit."""
    lit = {index for first, last in spans for index in range(first, last)}
    if not lit:
        return found
    out: list[Piece] = []
    position = 0
    for text, style in found:
        for offset, letter in enumerate(text):
            here = style + light if position + offset in lit else style
            if out and out[-1][1] == here:
                out[-1] = (out[-1][0] + letter, here)
            else:
                out.append((letter, here))
        position += len(text)
    return tuple(out)
