"""The lines between items, as cells with the directions in which they go on."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from console.render.layers import Item, Layers
from console.render.place import Net, Places, Size

UP, DOWN, LEFT, RIGHT = 1, 2, 4, 8

BOX: Final = {
    UP: "│", DOWN: "│", UP | DOWN: "│", LEFT: "─", RIGHT: "─", LEFT | RIGHT: "─",
    DOWN | RIGHT: "╭", DOWN | LEFT: "╮", UP | RIGHT: "╰", UP | LEFT: "╯",
    UP | DOWN | RIGHT: "├", UP | DOWN | LEFT: "┤", DOWN | LEFT | RIGHT: "┬", UP | LEFT | RIGHT: "┴",
    UP | DOWN | LEFT | RIGHT: "┼",
}  # fmt: skip

ASCII: Final = {
    bits: "|" if bits in {UP, DOWN, UP | DOWN} else "-" if bits & (LEFT | RIGHT) == bits else "+"
    for bits in BOX
}

HEAD, ASCII_HEAD = "▸", ">"

Cells = dict[tuple[int, int], int]
"""(column, row) -> directions."""


class Lines:
    """Cells of lines, and where arrows point."""

    def __init__(self) -> None:
        self.cells: Cells = {}
        self.heads: set[tuple[int, int]] = set()
        self.owners: dict[tuple[int, int], set[str]] = {}
        """Which sources' lines go through a cell: to light up a node's own."""

    def mark(self, column: int, row: int, bits: int, owner: str) -> None:
        self.cells[column, row] = self.cells.get((column, row), 0) | bits
        self.owners.setdefault((column, row), set()).add(owner)

    def across(self, first: int, last: int, row: int, owner: str) -> None:
        """A level line over the columns [first, last)."""
        for column in range(first, last):
            self.mark(column, row, LEFT | RIGHT, owner)


def route(made: Layers, places: Places, sizes: Mapping[str, Size]) -> Lines:
    """Draw all nets, and waypoints through the layers that they cross."""
    lines = Lines()
    for number, layer in enumerate(made.order):
        begin, end = places.columns[number], places.columns[number] + places.widths[number]
        for item in layer:
            if not isinstance(item, str):
                lines.across(begin, end, places.rows[item], owner(item))
        for net in places.nets[number]:
            _draw(lines, net, made, places, number, sizes)
    return lines


def owner(item: Item) -> str:
    return item if isinstance(item, str) else item[0]


def _draw(
    lines: Lines, net: Net, made: Layers, places: Places, number: int, sizes: Mapping[str, Size]
) -> None:
    column, wide = places.columns[number], places.widths[number]
    start = column + (sizes[net.source][0] if isinstance(net.source, str) else wide)
    stop = column + wide + places.gaps[number]
    name = owner(net.source)
    first, *second = (column + wide + 1 + track for track in places.tracks[number].get(net.source, (0,)))
    lines.across(start, first, net.exit, name)
    if second and net.via is not None:
        _trunk(lines, replace(net, entries=(net.via,)), first, name)
        lines.across(first + 1, second[0], net.via, name)
        _trunk(lines, replace(net, exit=net.via), second[0], name)
    else:
        _trunk(lines, net, first, name)
    for row in net.entries:
        lines.across((second or [first])[0] + 1, stop, row, name)
    for target, row in zip(made.after[net.source], net.entries, strict=True):
        if isinstance(target, str):
            lines.heads.add((stop - 1, row))


def _trunk(lines: Lines, net: Net, column: int, name: str) -> None:
    lines.mark(column, net.exit, LEFT, name)
    for row in net.entries:
        lines.mark(column, row, RIGHT, name)
    if net.is_straight:
        return
    for row in range(net.top, net.bottom + 1):
        bits = (UP if row > net.top else 0) | (DOWN if row < net.bottom else 0)
        lines.mark(column, row, bits, name)
