"""Text in looks: parts of a line, and a pane that shows lines and scrolls both ways."""

from collections.abc import Iterable, Sequence
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style
from textual.binding import BindingType
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from console.actions import BY_ID, bindings
from console.render.cells import Segment as Part
from console.theme import Palette, palette

Line = Sequence[Part]


def strip(parts: Iterable[Part], looks: Palette, base: Style) -> Strip:
    """Parts as Textual paints them, over a widget's own style."""
    return Strip([Segment(part.text, base + looks[part.style]) for part in parts])


def length(parts: Iterable[Part]) -> int:
    """Cells that it takes."""
    return sum(cell_len(part.text) for part in parts)


def fitted(parts: Sequence[Part], width: int) -> tuple[Part, ...]:
    """The parts cut to a width."""
    found, left = [], width
    for part in parts:
        size = cell_len(part.text)
        if size > left:
            if left > 0:
                found.append(Part(set_cell_size(part.text, left), part.style))
            break
        found.append(part)
        left -= size
    return tuple(found)


def plain(text: str, look: str = "") -> list[Line]:
    """Each line of a text in one look; tabs become spaces."""
    return [(Part(line.expandtabs(4), look),) for line in text.splitlines()]


class Lines(ScrollView, can_focus=True):
    """Lines that stand still, such as a flow's source or its drawing."""

    DEFAULT_CSS = "Lines { height: 1fr; scrollbar-size: 1 1; }"
    BINDINGS: ClassVar[list[BindingType]] = bindings("table")

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._lines: tuple[Line, ...] = ()

    @property
    def lines(self) -> Sequence[Line]:
        """What is shown."""
        return self._lines

    def show(self, lines: Sequence[Line]) -> None:
        """Replace the lines; only those that differ are painted."""
        before, self._lines = self._lines, tuple(tuple(line) for line in lines)
        self._measure()
        top = self.scroll_offset.y
        for y in range(self.size.height):
            if before[top + y : top + y + 1] != self._lines[top + y : top + y + 1]:
                self.refresh(Region(0, y, self.size.width, 1))

    def _measure(self) -> None:
        """What fits needs no room to scroll in: a size that stays the same costs no new layout."""
        widest, size = max((length(line) for line in self._lines), default=0), self.size
        fits = len(self._lines) <= size.height and widest <= size.width
        self.virtual_size = Size(0, 0) if fits else Size(widest, len(self._lines))

    def on_resize(self) -> None:
        self._measure()

    def render_line(self, y: int) -> Strip:
        base, width = self.rich_style, self.size.width
        x, top = self.scroll_offset
        if top + y >= len(self._lines):
            return Strip.blank(width, base)
        line = strip(self._lines[top + y], palette(self.app.theme), base)
        return line.crop_extend(x, x + width, base)

    def action_do(self, id: str) -> None:
        half = max(1, self.size.height // 2)
        move = {"down": 1, "up": -1, "page_down": half, "page_up": -half}.get(BY_ID[id].verb)
        if move is not None:
            self.scroll_relative(y=move, animate=False)
        elif BY_ID[id].verb == "top":
            self.scroll_home(animate=False)
        else:
            self.scroll_end(animate=False)


__all__ = ["Line", "Lines", "Part", "fitted", "length", "plain", "strip"]
