"""Which columns of a list fit into a width, and how wide each becomes."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

GAP = 2  # cells between columns


@dataclass(frozen=True)
class Column:
    """One column."""

    title: str
    width: int = 0
    """Cells; 0 takes a share of what the others leave."""
    least: int = 12
    """Where `width` is 0: with fewer cells than this, columns of lower rank give way."""
    rank: int = 9
    """The lowest goes first where there is no room."""
    most: int = 0
    """Where `width` is 0: more cells than this are of no use; 0 is no limit."""
    right: bool = False
    keeps_end: bool = False
    """What is too long loses its beginning: of a flow's name the id is what one looks for."""


@lru_cache(64)
def fit(columns: tuple[Column, ...], width: int) -> tuple[int, ...]:
    """A width for each column; 0 for one that is left out."""
    shown = [index for index, _ in enumerate(columns)]
    while len(shown) > 1 and _needed(columns, shown) > width:
        shown.remove(min(shown, key=lambda index: (columns[index].rank, -index)))
    spare = width - _needed(columns, shown)
    widths = {index: columns[index].width or columns[index].least for index in shown}
    _share(columns, widths, spare)
    return tuple(widths.get(index, 0) for index in range(len(columns)))


def _needed(columns: Sequence[Column], shown: Sequence[int]) -> int:
    return sum(columns[index].width or columns[index].least for index in shown) + GAP * (len(shown) - 1)


def _share(columns: Sequence[Column], widths: dict[int, int], spare: int) -> None:
    """Hand out what is left: those with a limit first, the rest to those without."""
    flexible = [index for index in widths if not columns[index].width]
    for index in sorted(flexible, key=lambda index: columns[index].most or 10_000):
        part = (
            spare // sum(1 for other in flexible if other >= index or not columns[other].most) if spare else 0
        )
        more = min(part, columns[index].most - widths[index]) if columns[index].most else spare
        widths[index] += max(more, 0)
        spare -= max(more, 0)
