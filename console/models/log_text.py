"""A line of a log as styled text: the colours that its program gave it are shown, whatever else could move a terminal is not.

The runtime's store cleans what it writes; here it is done again, since these are bytes of users' containers.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from rich.ansi import SGR_STYLE_MAP
from rich.color import Color
from rich.style import Style

_SEQUENCE: Final = re.compile(
    r"\x1b\[(?P<codes>[0-9;]*)m"
    r"|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?"
    r"|\x1b\[[0-?]*[ -/]*[@-~]?"
    r"|\x1b[ -/]*[0-~]?"
    r"|[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]"
)
TAB: Final = 8
UNWANTED: Final = frozenset({5, 6, 8})
"""Blinking and hidden text."""

Piece = tuple[str, Style]


@lru_cache(4096)
def pieces(text: str, *, colours: bool = True) -> tuple[Piece, ...]:
    """The visible text in stretches of one style; without `colours` only bold, dim and the like are kept."""
    return tuple(
        (piece, style if colours else style.without_color) for piece, style in _pieces(text) if piece
    )


def _pieces(text: str) -> Iterator[Piece]:
    style, start, column = Style.null(), 0, 0
    for found in _SEQUENCE.finditer(text):
        piece, column = _expanded(text[start : found.start()], column)
        yield piece, style
        start = found.end()
        if found["codes"] is not None:
            style = _after(style, found["codes"])
    yield _expanded(text[start:], column)[0], style


def _expanded(text: str, column: int) -> tuple[str, int]:
    """With tabs as blanks, and the column behind it."""
    if "\t" in text:
        text = (" " * (column % TAB) + text).expandtabs(TAB)[column % TAB :]
    return text, column + len(text)


@lru_cache(256)
def _after(style: Style, codes: str) -> Style:
    """The style behind a sequence."""
    numbers = iter([int(code or 0) for code in codes.split(";")])
    for number in numbers:
        if number == 0:
            style = Style.null()
        elif number in {38, 48}:
            colour = _colour(numbers)
            if colour is not None:
                style += Style(color=colour) if number == 38 else Style(bgcolor=colour)
        elif number in SGR_STYLE_MAP and number not in UNWANTED:
            style += Style.parse(SGR_STYLE_MAP[number])
    return style


def _colour(numbers: Iterator[int]) -> Color | None:
    """`5;n` is one of 256, `2;r;g;b` is any; what is cut off or too large is none."""
    kind = next(numbers, 0)
    wanted = {5: 1, 2: 3}.get(kind, 0)
    values = [value for _, value in zip(range(wanted), numbers, strict=False)]
    if not wanted or len(values) < wanted or max(values) > 255:
        return None
    return Color.from_ansi(values[0]) if kind == 5 else Color.from_rgb(*values)
