"""A graph that is alive: its drawing, the state of each node, and a cursor that walks from node to node."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from console.actions import BY_ID, bindings
from console.models.execution_picture import Picture
from console.render.cells import Row, crop
from console.render.drawing import Layout, Light, nearest, paint
from console.render.navigate import following
from console.theme import palette
from console.widgets.lines import Line, Part, strip

AHEAD = 3  # cells between the cursor's node and the edge, where there is room

_DIRECTIONS = {"left": "h", "down": "j", "up": "k", "right": "l"}


class TopologyView(ScrollView, can_focus=True):
    """Draws a Picture. It knows nothing of tasks: whoever shows it says what its nodes are."""

    DEFAULT_CSS = "TopologyView { height: 1fr; scrollbar-size: 1 1; }"
    BINDINGS: ClassVar[list[BindingType]] = bindings("topology")

    @dataclass
    class Moved(Message):
        """The cursor stands on another node."""

        node_id: str

    @dataclass
    class Chosen(Message):
        """Enter was pressed on a node."""

        node_id: str

    @dataclass
    class Asked(Message):
        """Something else is wanted of a node: its `log`, its `details`."""

        node_id: str
        what: str

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._picture = Picture()
        self._empty: tuple[Line, ...] = ()
        self._painted: dict[int, Row] = {}
        self._near: frozenset[str] = frozenset()
        self.cursor: str | None = None

    # --- what it shows

    def show(self, picture: Picture, *, cursor: str | None = None, empty: Sequence[Line] = ()) -> None:
        """Show a picture; only lines that differ from those on the screen are painted."""
        is_new = picture.drawn is not self._picture.drawn
        self._picture, self._empty = picture, tuple(empty)
        wanted = cursor if cursor is not None else self.cursor
        self.cursor = wanted if wanted in picture.drawn.nodes else _first(picture.drawn)
        self._light()
        if is_new:
            self.virtual_size = Size(picture.drawn.width + 2, picture.drawn.height + len(picture.head))
            self._keep_visible()
        self.repaint_changed()

    def repaint_changed(self) -> None:
        for y in range(self.size.height):
            if self._row(y) != self._painted.get(y):
                self.refresh(Region(0, y, self.size.width, 1))

    def _light(self) -> None:
        graph, cursor = self._picture.graph, self.cursor
        lit = cursor is not None and self.has_focus and len(graph.nodes) > 2
        self._near = graph.upstream(cursor) | graph.downstream(cursor) if cursor and lit else frozenset()

    @property
    def lines_needed(self) -> int:
        """So that all of it is seen."""
        return self._picture.drawn.height + len(self._picture.head)

    @property
    def is_partial(self) -> bool:
        """Whether only what is near the cursor is drawn, so that the drawing changes with it."""
        return bool(self._picture.places)

    # --- the cursor

    def move(self, to: str | None) -> None:
        """Put the cursor on a node."""
        if to is None or to == self.cursor:
            return
        if to in self._picture.drawn.nodes:
            self.cursor = to
            self._light()
            self._keep_visible()
            self.repaint_changed()
        self.post_message(self.Moved(to))

    def _keep_visible(self) -> None:
        box = self._picture.drawn.nodes.get(self.cursor or "")
        if box is None or not self.scrollable_size:
            return
        width, height = self.scrollable_size
        height -= len(self._picture.head)
        x = _shifted(round(self.scroll_target_x), box.x, box.width, width)
        y = _shifted(round(self.scroll_target_y), box.y, 1, height)
        self.scroll_to(x, y, animate=False, force=True, immediate=True)

    def action_do(self, id: str) -> None:
        verb = BY_ID[id].verb
        if self.cursor is None:
            self.notify("nothing is drawn here", severity="warning")
        elif verb in _DIRECTIONS:
            self.move(nearest(self._picture.drawn, self.cursor, _DIRECTIONS[verb]))
        elif verb in {"failed_next", "failed_back"}:
            self._go_failed(1 if verb == "failed_next" else -1)
        elif verb in {"parent", "child"}:
            self._go_along(verb)
        elif verb == "open":
            self.post_message(self.Chosen(self.cursor))
        else:
            self.post_message(self.Asked(self.cursor, verb))

    def _go_failed(self, step: int) -> None:
        picture = self._picture
        if not picture.failed:
            self.notify("nothing failed here", severity="warning")
        elif picture.places:
            self.move(_next(picture.places, picture.failed, self.cursor, step))
        else:
            self.move(following(picture.drawn, picture.failed, self.cursor, step))

    def _go_along(self, verb: str) -> None:
        graph = self._picture.graph
        found = (graph.parents if verb == "parent" else graph.children).get(self.cursor or "", ())
        here = self._picture.drawn.nodes[self.cursor or ""]
        drawn = [name for name in found if name in self._picture.drawn.nodes]
        if not drawn:
            self.notify(f"{self.cursor} has no {verb}", severity="warning", markup=False)
            return
        self.move(min(drawn, key=lambda name: abs(self._picture.drawn.nodes[name].y - here.y)))

    def on_click(self, event: events.Click) -> None:
        x, y = event.x + self.scroll_offset.x, event.y + self.scroll_offset.y - len(self._picture.head)
        for name, box in self._picture.drawn.nodes.items():
            if box.y == y and box.x <= x < box.x + box.width:
                self.move(name)
                if event.chain == 2:
                    self.post_message(self.Chosen(name))

    def watch_has_focus(self, has_focus: bool) -> None:
        super().watch_has_focus(has_focus)
        self._light()
        self.repaint_changed()

    def on_resize(self) -> None:
        self._keep_visible()

    # --- painting

    def _row(self, y: int) -> Row:
        """What stands in a line of the widget."""
        picture, width = self._picture, self.size.width
        if not picture.drawn.nodes:
            return list(self._empty[y]) if y < len(self._empty) else []
        if y < len(picture.head):
            return crop(list(picture.head[y]), 0, width)
        row = y - len(picture.head) + self.scroll_offset.y
        if row >= picture.drawn.height:
            return []
        light = Light(self.cursor, self._near)
        painted = paint(picture.drawn, picture.looks, row, light=light, frames=picture.looks)
        if not self.has_focus:
            painted = [Part(text, _blurred(style)) for text, style in painted]
        return crop([Part(" "), *painted], self.scroll_offset.x, width)

    def render_line(self, y: int) -> Strip:
        row = self._row(y)
        self._painted[y] = row
        base = self.rich_style
        return strip(row, palette(self.app.theme), base).adjust_cell_length(self.size.width, base)


def _blurred(style: str) -> str:
    return style.replace("cursor", "cursor-blurred") if style.endswith("cursor") else style


def _first(drawn: Layout) -> str | None:
    """The node where reading begins."""
    return min(drawn.nodes, key=lambda name: (drawn.nodes[name].x, drawn.nodes[name].y), default=None)


def _next(places: Sequence[str], wanted: Collection[str], here: str | None, step: int) -> str | None:
    order = list(places) if step > 0 else list(reversed(places))
    start = order.index(here) + 1 if here in order else 0
    return next((name for name in order[start:] + order[:start] if name in wanted), None)


def _shifted(start: int, position: int, size: int, room: int) -> int:
    """Where a window must begin so that something is inside, with a little air."""
    air = min(AHEAD, max(0, (room - size) // 2))
    if position - air < start:
        return max(0, position - air)
    if position + size + air > start + room:
        return position + size + air - room
    return start
