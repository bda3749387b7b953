"""A list of any length: only the rows that can be seen are drawn, and only those that changed are painted."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import ClassVar, Generic, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from console.actions import BY_ID, bindings
from console.models.columns import GAP, Column
from console.models.columns import fit as fit_columns
from console.render.cells import crop
from console.theme import Palette, palette
from console.widgets.lines import Line, Part, fitted, length

R = TypeVar("R")

FLASH = 1.5  # seconds that a changed row is lit

Cells = Sequence[Line]
"""A row: for each column what stands in it."""


class Table(ScrollView, Generic[R], can_focus=True):
    """Rows with a cursor. It knows values, and a function that makes cells of one."""

    DEFAULT_CSS = "Table { height: 1fr; scrollbar-size: 1 1; overflow-x: hidden; }"
    BINDINGS: ClassVar[list[BindingType]] = bindings("table")

    @dataclass
    class Moved(Message):
        """The cursor stands on another row, or the row below it changed."""

        table: "Table[object]"

        @property
        def control(self) -> Widget:
            return self.table

    @dataclass
    class Chosen(Message):
        """A row was clicked twice."""

        table: "Table[object]"

        @property
        def control(self) -> Widget:
            return self.table

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        cells: Callable[[R], Cells],
        key: Callable[[R], str],
        id: str | None = None,
        has_header: bool = True,
    ) -> None:
        super().__init__(id=id)
        self._columns = tuple(columns)
        self._cells = cells
        self._key = key
        self._head = 1 if has_header else 0
        self._rows: Sequence[R] = ()
        self._empty: tuple[Line, ...] = ()
        self._painted: dict[int, object] = {}
        self._flashing: frozenset[str] = frozenset()
        self.cursor: int = 0

    # --- what it shows

    @property
    def rows(self) -> Sequence[R]:
        return self._rows

    @property
    def selected(self) -> R | None:
        return self._rows[self.cursor] if self.cursor < len(self._rows) else None

    @property
    def is_near_end(self) -> bool:
        """Whether the rows that can be seen are among the last."""
        return self.scroll_offset.y + 2 * self.size.height >= len(self._rows)

    def show(self, rows: Sequence[R], *, empty: Sequence[Line] = ()) -> None:
        """Replace the rows. The cursor stays on its row where that is still there; `empty` stands in place of none."""
        kept = self._key(here) if (here := self.selected) is not None else None
        self._rows, self._empty = rows, tuple(empty)
        self.cursor = self._find(kept)
        self.virtual_size = Size(0, len(rows) + self._head)
        self._keep_visible()
        self.repaint_changed()
        self.post_message(self.Moved(self))  # type: ignore[arg-type]  # whoever hears it knows its rows

    def _find(self, key: str | None) -> int:
        """Where the row of this key is now; near the old place first, since most lists move little."""
        if key is not None:
            near = range(max(self.cursor - 50, 0), min(self.cursor + 50, len(self._rows)))
            for index in chain(near, range(len(self._rows))):
                if self._key(self._rows[index]) == key:
                    return index
        return max(0, min(self.cursor, len(self._rows) - 1))

    def flash(self, keys: Collection[str]) -> None:
        """Light rows for a moment."""
        self._flashing |= frozenset(keys)
        self.repaint_changed()
        self.set_timer(FLASH, lambda: self._unflash(keys))

    def _unflash(self, keys: Collection[str]) -> None:
        self._flashing -= frozenset(keys)
        self.repaint_changed()

    def repaint_changed(self) -> None:
        """Paint the lines whose content is no longer what was painted."""
        for y in range(self.size.height):
            if self._content(y) != self._painted.get(y):
                self.refresh(Region(0, y, self.size.width, 1))

    # --- the cursor

    def move(self, to: int) -> None:
        """Put the cursor on a row."""
        to = max(0, min(to, len(self._rows) - 1))
        if to != self.cursor:
            self.cursor = to
            self._keep_visible()
            self.repaint_changed()
            self.post_message(self.Moved(self))  # type: ignore[arg-type]

    def _keep_visible(self) -> None:
        top, room = round(self.scroll_target_y), max(1, self.size.height - self._head)
        if not top <= self.cursor < top + room:
            to = self.cursor if self.cursor < top else self.cursor - room + 1
            self.scroll_to(y=to, animate=False, force=True, immediate=True)

    def action_do(self, id: str) -> None:
        half = max(1, self.size.height // 2)
        steps = {"down": 1, "up": -1, "page_down": half, "page_up": -half, "bottom": len(self._rows)}
        self.move(self.cursor + steps.get(BY_ID[id].verb, -len(self._rows)))

    def on_click(self, event: events.Click) -> None:
        row = event.y - self._head + self.scroll_offset.y
        if 0 <= row < len(self._rows) and event.y >= self._head:
            self.move(row)
            if event.chain == 2:
                self.post_message(self.Chosen(self))  # type: ignore[arg-type]

    def watch_has_focus(self, has_focus: bool) -> None:
        super().watch_has_focus(has_focus)
        self.repaint_changed()

    # --- painting

    @property
    def _widths(self) -> tuple[int, ...]:
        return fit_columns(self._columns, self.size.width - 1)

    def on_resize(self) -> None:
        self._keep_visible()
        self.refresh()

    def _content(self, y: int) -> object:
        """What decides how a line of the widget looks; compared with what was painted."""
        if not self._rows:
            return tuple(self._empty[y - self._head]) if 0 <= y - self._head < len(self._empty) else ()
        if y < self._head:
            return self._widths
        index = y - self._head + self.scroll_offset.y
        if not 0 <= index < len(self._rows):
            return ()
        row = self._rows[index]
        mark = (index == self.cursor, self.has_focus or not self.can_focus, self._key(row) in self._flashing)
        return (tuple(tuple(cell) for cell in self._cells(row)), mark)

    def render_line(self, y: int) -> Strip:
        content = self._content(y)
        self._painted[y] = content
        base, width = self.rich_style, self.size.width
        looks = palette(self.app.theme)
        if not self._rows and y >= self._head and isinstance(content, tuple):
            made = [Segment(" ", base), *(Segment(part.text, base + looks[part.style]) for part in content)]
            return Strip(made).adjust_cell_length(width, base)
        if y < self._head:
            titles = [[Part(column.title, "heading")] for column in self._columns]
            return self._strip(titles, base, Style.null(), width)
        if not isinstance(content, tuple) or not content:
            return Strip.blank(width, base)
        cells, (is_cursor, has_focus, is_flashing) = content
        over = looks["cursor" if has_focus else "cursor-blurred"] if is_cursor else Style.null()
        return self._strip(cells, base, looks["flash"] + over if is_flashing else over, width)

    def _strip(self, cells: Cells, base: Style, over: Style, width: int) -> Strip:
        looks, blank = palette(self.app.theme), base + over
        ellipsis = "~" if self.app.has_class("-ascii") else "…"
        made = [Segment(" ", blank)]
        for column, cell, size in zip(self._columns, cells, self._widths, strict=True):
            if size:
                made += _cell(
                    _fitting(cell, size, column, ellipsis), size, looks, base, over, right=column.right
                )
                made.append(Segment(" " * GAP, blank))
        return Strip(made).crop_extend(0, width, blank)


def _fitting(cell: Line, size: int, column: Column, ellipsis: str) -> Line:
    """A cell that is no wider than its column."""
    if length(cell) <= size:
        return cell
    if column.keeps_end:
        return (Part(ellipsis, "dim"), *crop(list(cell), length(cell) - size + 1, size - 1))
    kept = fitted(cell, size - 1)
    return (*kept, Part(ellipsis, (kept or tuple(cell))[-1].style))


def _cell(cell: Line, size: int, looks: Palette, base: Style, over: Style, *, right: bool) -> list[Segment]:
    """The segments of one cell, exactly as wide as its column."""
    made = [Segment(part.text, base + looks[part.style] + over) for part in cell]
    fill = Segment(" " * max(0, size - length(cell)), base + over)
    return [fill, *made] if right else [*made, fill]


__all__ = ["Cells", "Column", "Table"]
