"""Text in terminal cells: wide characters take two, and a label that is too long ends with an ellipsis."""

from typing import NamedTuple

from rich.cells import cell_len, set_cell_size


class Segment(NamedTuple):
    """Some text and the name of its style; an empty name is the default."""

    text: str
    style: str = ""


Row = list[Segment]


def width(text: str) -> int:
    return cell_len(text)


def fit(text: str, cells: int, ellipsis: str = "…") -> str:
    """Exactly `cells` wide: padded, or cut with an ellipsis."""
    if cells <= 0:
        return ""
    size = cell_len(text)
    if size <= cells:
        return text + " " * (cells - size)
    return (
        set_cell_size(text, cells - cell_len(ellipsis)) + ellipsis
        if cells > cell_len(ellipsis)
        else ellipsis[:cells]
    )


def crop(row: Row, start: int, cells: int) -> Row:
    """The part of a row from column `start` on, exactly `cells` wide."""
    out: Row = []
    position, left = 0, cells
    for text, style in row:
        size = cell_len(text)
        first, last = max(start - position, 0), min(start + cells - position, size)
        if last > first:
            part = text[first:last] if len(text) == size else _slice(text, first, last)
            out.append(Segment(part, style))
            left -= last - first
        position += size
    if left > 0:
        out.append(Segment(" " * left))
    return out


def _slice(text: str, first: int, last: int) -> str:
    """Cells [first, last) of text with wide characters; one that is cut in half becomes a blank."""
    out, position = "", 0
    for letter in text:
        size = cell_len(letter)
        if first <= position and position + size <= last:
            out += letter
        elif position < last and position + size > first:
            out += " " * (min(position + size, last) - max(position, first))
        position += size
    return out


def plain(row: Row) -> str:
    return "".join(segment.text for segment in row)
