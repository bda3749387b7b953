"""A graph laid out, and its rows as styled text. States change what is painted, never where.

A cluster is laid out first, as a drawing of its own, and then stands in its parent's as one large item with a frame: so what
belongs together stays together, at any depth.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from console.render.cells import Row, Segment, crop, fit, width
from console.render.graph import Graph
from console.render.layers import layers
from console.render.place import Places, Size, place
from console.render.route import ASCII, ASCII_HEAD, BOX, HEAD, LEFT, RIGHT, route

LONGEST_LABEL = 28  # cells
HANDLERS = ("errors", "finally", "afterExecution")


class Box(NamedTuple):
    """Where a node or a frame stands."""

    x: int
    y: int
    width: int
    height: int


class NodeLook(NamedTuple):
    """How a node is painted now."""

    mark: str
    """Its state's glyph."""
    style: str
    note: str = ""
    """Behind its label: a duration, a count."""


@dataclass
class Layout:
    """Boxes and lines of one drawing; made once for a graph, painted many times."""

    width: int = 0
    height: int = 0
    nodes: dict[str, Box] = field(default_factory=dict)
    frames: dict[str, Box] = field(default_factory=dict)
    cells: dict[int, dict[int, str]] = field(default_factory=dict)
    """Row -> column -> character of lines and frames."""
    titles: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    owners: dict[tuple[int, int], set[str]] = field(default_factory=dict)
    by_row: dict[int, list[str]] = field(default_factory=dict)
    across: str = "─"
    """A level line."""
    leftward: frozenset[str] = frozenset()
    """Characters that a line from the left runs into."""

    def put(self, x: int, y: int, character: str) -> None:
        self.cells.setdefault(y, {})[x] = character


def layout(graph: Graph, *, charset: str = "unicode") -> Layout:
    """Lay out a graph from left to right."""
    made = _inside(graph, None, charset)
    for node_id, box in made.nodes.items():
        made.by_row.setdefault(box.y, []).append(node_id)
    return made


def _inside(graph: Graph, cluster: str | None, charset: str) -> Layout:
    """The drawing of what stands directly in a cluster."""
    members = [node.id for node in graph.members.get(cluster, ())]
    inner = {member: _inside(graph, member, charset) for member in members if graph.is_cluster(member)}
    sizes = {member: _size(graph, member, inner) for member in members}
    edges = _edges(graph, members)
    made = layers(members, edges)
    places = place(made, sizes)
    lines = route(made, places, sizes)
    box, head = (ASCII, ASCII_HEAD) if charset == "ascii" else (BOX, HEAD)
    leftward = frozenset(character for bits, character in box.items() if bits & LEFT) | {head}
    drawn = Layout(across=box[LEFT | RIGHT], leftward=leftward)
    for (x, y), bits in lines.cells.items():
        drawn.put(x, y, head if (x, y) in lines.heads else box[bits])
    drawn.owners = lines.owners
    for number, layer in enumerate(made.order):
        for item in layer:
            if isinstance(item, str):
                _stand(drawn, graph, item, places, number, sizes, inner, charset)
    _measure(drawn)
    return drawn


def _size(graph: Graph, member: str, inner: Mapping[str, Layout]) -> Size:
    if member in inner:
        title = width(_title(graph, member)) + 6
        return max(inner[member].width + 4, title), inner[member].height + 2
    node = graph.by_id[member]
    return min(width(node.label), LONGEST_LABEL) + 2 + (node.extra + 1 if node.extra else 0), 1


def _title(graph: Graph, member: str) -> str:
    return graph.titles.get(member, graph.by_id[member].label)


def _edges(graph: Graph, members: list[str]) -> list[tuple[str, str]]:
    """The edges between members; an edge of something inside a cluster is an edge of the cluster."""
    inside = set(members)

    def above(node_id: str) -> str | None:
        here: str | None = node_id
        while here is not None and here not in inside:
            here = graph.by_id[here].parent
        return here

    lifted = ((above(one), above(other)) for one, other in graph.edges)
    return list(dict.fromkeys((one, other) for one, other in lifted if one and other and one != other))


def _stand(
    drawn: Layout,
    graph: Graph,
    item: str,
    places: Places,
    number: int,
    sizes: Mapping[str, Size],
    inner: Mapping[str, Layout],
    charset: str,
) -> None:
    box = Box(places.columns[number], places.rows[item], *sizes[item])
    if item not in inner:
        drawn.nodes[item] = box
        drawn.labels[item] = graph.by_id[item].label
        return
    drawn.frames[item] = box
    drawn.titles[item] = _title(graph, item)
    _frame(drawn, box, charset)
    _merge(drawn, inner[item], box.x + 2, box.y + 1)


def _frame(drawn: Layout, box: Box, charset: str) -> None:
    across, down = ("-", ":") if charset == "ascii" else ("╌", "╎")
    corners = "++++" if charset == "ascii" else "╭╮╰╯"
    right, bottom = box.x + box.width - 1, box.y + box.height - 1
    for x in range(box.x + 1, right):
        drawn.put(x, box.y, across)
        drawn.put(x, bottom, across)
    for y in range(box.y + 1, bottom):
        drawn.put(box.x, y, down)
        drawn.put(right, y, down)
    for x, y, corner in zip(
        (box.x, right, box.x, right), (box.y, box.y, bottom, bottom), corners, strict=True
    ):
        drawn.put(x, y, corner)


def _merge(drawn: Layout, inner: Layout, x: int, y: int) -> None:
    for name, box in inner.nodes.items():
        drawn.nodes[name] = box._replace(x=box.x + x, y=box.y + y)
    for name, box in inner.frames.items():
        drawn.frames[name] = box._replace(x=box.x + x, y=box.y + y)
    for row, cells in inner.cells.items():
        for column, character in cells.items():
            drawn.put(column + x, row + y, character)
    drawn.owners |= {(column + x, row + y): names for (column, row), names in inner.owners.items()}
    drawn.titles |= inner.titles
    drawn.labels |= inner.labels


def _measure(drawn: Layout) -> None:
    boxes = [*drawn.nodes.values(), *drawn.frames.values()]
    lines = [(max(cells) + 1, row + 1) for row, cells in drawn.cells.items() if cells]
    drawn.width = max([box.x + box.width for box in boxes] + [right for right, _ in lines], default=0)
    drawn.height = max([box.y + box.height for box in boxes] + [bottom for _, bottom in lines], default=0)


# --- painting

_PLAIN = NodeLook("·", "created")


class Light(NamedTuple):
    """What stands out: the node under the cursor, and those before and behind it."""

    cursor: str | None = None
    near: frozenset[str] = frozenset()


UNLIT = Light()


def paint(
    drawn: Layout,
    looks: Mapping[str, NodeLook],
    row: int,
    *,
    light: Light = UNLIT,
    frames: Mapping[str, NodeLook] | None = None,
) -> Row:
    """One row of the drawing."""
    spots: list[tuple[int, str, str]] = []
    for x, character in drawn.cells.get(row, {}).items():
        owners = drawn.owners.get((x, row), set())
        spots.append(
            (
                x,
                character,
                "edge-near" if light.near and owners & (light.near | {light.cursor or ""}) else "edge",
            )
        )
    spots += [
        _title_spot(drawn, name, box, (frames or {}).get(name))
        for name, box in drawn.frames.items()
        if box.y == row
    ]
    for name in drawn.by_row.get(row, ()):
        spots += _node_spots(drawn, name, looks.get(name, _PLAIN), light)
    return _joined(spots)


def _title_spot(drawn: Layout, name: str, box: Box, look: NodeLook | None) -> tuple[int, str, str]:
    mark = f"{look.mark} " if look else ""
    title = fit(f" {mark}{drawn.titles[name]} ", min(width(f" {mark}{drawn.titles[name]} "), box.width - 4))
    return box.x + 2, title, look.style if look else "frame"


def _node_spots(drawn: Layout, name: str, look: NodeLook, light: Light) -> list[tuple[int, str, str]]:
    """A node's text, and its own line over the cells that were kept free for a longer text."""
    box = drawn.nodes[name]
    note = f" {look.note}" if look.note else ""
    label = fit(drawn.labels[name], min(width(drawn.labels[name]), box.width - 2))
    text = f"{look.mark} {label}{note}"
    rest = box.width - width(text) - 1
    goes_on = drawn.cells.get(box.y, {}).get(box.x + box.width, "") in drawn.leftward
    if rest <= 0 or not goes_on:
        return [(box.x, fit(text, box.width), _node_style(name, look, light))]
    line = "edge-near" if light.near and name in light.near | {light.cursor} else "edge"
    return [
        (box.x, f"{text} ", _node_style(name, look, light)),
        (box.x + box.width - rest, drawn.across * rest, line),
    ]


def _node_style(name: str, look: NodeLook, light: Light) -> str:
    if name == light.cursor:
        return f"{look.style} cursor"
    return f"{look.style} far" if light.near and name not in light.near else look.style


def _joined(spots: list[tuple[int, str, str]]) -> Row:
    """Spots in order of their columns, with blanks between; a later spot covers an earlier one."""
    columns: dict[int, tuple[str, str]] = {}
    for x, text, style in spots:
        for offset in range(width(text)):
            columns.pop(x + offset, None)
        columns[x] = text, style
    row: Row = []
    position = 0
    for x in sorted(columns):
        text, style = columns[x]
        if x > position:
            row.append(Segment(" " * (x - position)))
        if row and row[-1].style == style and style.startswith("edge"):
            row[-1] = Segment(row[-1].text + text, style)
        else:
            row.append(Segment(text, style))
        position = x + width(text)
    return row


def viewport(drawn: Layout, looks: Mapping[str, NodeLook], box: Box, *, light: Light = UNLIT) -> list[Row]:
    """The part of the drawing inside `box`."""
    return [
        crop(paint(drawn, looks, row, light=light), box.x, box.width)
        for row in range(box.y, box.y + box.height)
    ]


def nearest(drawn: Layout, node_id: str, direction: str) -> str:
    """The node that lies next in a direction (h, j, k or l); the same where there is none."""
    here = drawn.nodes[node_id]
    dx, dy = {"h": (-1, 0), "l": (1, 0), "k": (0, -1), "j": (0, 1)}[direction]

    def distance(box: Box) -> float | None:
        across, down = _centre(box)[0] - _centre(here)[0], box.y - here.y
        ahead, aside = (across * dx, abs(down) * 4) if dx else (down * dy * 4, abs(across))
        return ahead + 2 * aside if ahead > 0 else None

    found = {name: far for name, box in drawn.nodes.items() if (far := distance(box)) is not None}
    return min(found, key=lambda name: found[name], default=node_id)


def _centre(box: Box) -> tuple[float, float]:
    return box.x + box.width / 2, box.y
