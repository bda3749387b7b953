"""Text as the cells that it takes on a terminal."""

import re
from functools import lru_cache

from rich.cells import cell_len, split_graphemes

NARROW = re.compile("[ -~\u00a0-\u00ac\u00ae-\u02ff\u0370-\u0482\u2500-\u25fc\u2800-\u28ff]*").fullmatch
"""Matches text of which each character is one cell: nearly all there is."""

CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
"""What would command the terminal rather than be shown."""

CONTINUED = ""
"""The second cell of a character that is two cells wide."""

Cells = str | tuple[str, ...]
"""One item a cell; text where each character is one."""


def cells(text: str) -> tuple[str, Cells]:
    """What belongs to the cell before, and the cells."""
    return ("", text) if NARROW(text) else _apart(text)


@lru_cache(2048)
def _apart(text: str) -> tuple[str, tuple[str, ...]]:
    shown = CONTROL.sub("", text)
    spans, _ = split_graphemes(shown)
    before = "".join(shown[first:last] for first, last, width in spans if not width)
    made: list[str] = []
    for first, last, width in spans:
        if width:
            made += [shown[first:last], *[CONTINUED] * (width - 1)]
    return before, tuple(made)


def is_wide(cell: str) -> bool:
    """Whether a cell's character needs the next cell too."""
    return not NARROW(cell) and cell_len(cell) > 1


def mend(row: list[str]) -> None:
    """Blank what was left of a wide character when one of its cells was taken by another."""
    for x, cell in enumerate(row):
        if cell == CONTINUED:
            if x == 0 or not is_wide(row[x - 1]):
                row[x] = " "
        elif is_wide(cell) and (x + 1 == len(row) or row[x + 1] != CONTINUED):
            row[x] = " "
