"""A graph that is too large to be drawn at once: one line for each layer, a glyph for each node, and counters.

Where a layer has more nodes than the line has cells, a cell stands for several nodes beside each other and shows the one that
most needs to be looked at; the counters are always exact.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from console.render.cells import Row, Segment, fit, width
from console.render.graph import Graph
from console.render.layers import ranks
from console.render.states import Look, look

CROWDED: Final = 60
"""Nodes from which on the strip is the better first sight."""

URGENCY: Final = (
    "failed",
    "running",
    "retrying",
    "late",
    "killed",
    "warning",
    "paused",
    "queued",
    "created",
    "none",
    "skipped",
    "success",
)
"""Looks, from the one that a shared cell shows first."""

COUNTED: Final = ("running", "retrying", "failed", "warning", "killed", "paused", "queued", "skipped")
"""Looks that get a counter of their own, in this order; the rest is in `done/total`."""

DONE: Final = frozenset({"success", "warning"})


@dataclass(frozen=True)
class Strip:
    """The nodes of each layer, in the graph's order; made once for a graph."""

    layers: tuple[tuple[str, ...], ...]
    titles: tuple[str, ...]

    def cells(self, layer: int, room: int) -> tuple[tuple[str, ...], ...]:
        """The nodes behind each glyph: for a cursor that walks over them."""
        nodes = self.layers[layer]
        shared = max(1, -(-len(nodes) // max(1, room)))
        return tuple(nodes[first : first + shared] for first in range(0, len(nodes), shared))


def strip(graph: Graph, kinds: Mapping[str, str] | None = None) -> Strip:
    """`kinds` says what each node is (source, model, test ...): a layer is called after what most of its nodes are."""
    nodes = [node.id for node in graph.nodes if not graph.is_cluster(node.id)]
    known = set(nodes)
    rank = ranks(nodes, [edge for edge in graph.edges if known.issuperset(edge)])
    layers: list[list[str]] = [[] for _ in range(max(rank.values(), default=-1) + 1)]
    for node in nodes:
        layers[rank[node]].append(node)
    titles = (_title(number, layer, kinds or {}) for number, layer in enumerate(layers, 1))
    return Strip(tuple(map(tuple, layers)), tuple(titles))


def _title(number: int, layer: Sequence[str], kinds: Mapping[str, str]) -> str:
    common = Counter(kinds[node] for node in layer if node in kinds).most_common(1)
    return f"L{number} {common[0][0]}" if common else f"L{number}"


def paint(
    made: Strip, states: Mapping[str, str], cells: int, *, cursor: str | None = None, charset: str = "unicode"
) -> list[Row]:
    """A line for each layer, each exactly `cells` wide; a node without a state counts as CREATED."""
    titles = min(max(map(width, made.titles), default=0), cells // 4)
    looks = [[look(states.get(node, "CREATED")) for node in layer] for layer in made.layers]
    tallies = [_tally(layer, charset) for layer in looks]
    tail = max((sum(len(part.text) for part in tally) for tally in tallies), default=0)
    room = cells - titles - tail - 2
    rows = []
    for number, tally in enumerate(tallies):
        glyphs = _glyphs(made.cells(number, room), states, cursor, charset)
        used = sum(len(part.text) for part in glyphs)
        filled = Segment(" " * (room - used + 1))
        padding = Segment(" " * (tail - sum(len(part.text) for part in tally)))
        rows.append(
            _trimmed(
                [Segment(fit(made.titles[number], titles) + " ", "dim"), *glyphs, filled, *tally, padding],
                cells,
            )
        )
    return rows


def _glyph(seen: Look, charset: str) -> str:
    return seen.ascii if charset == "ascii" else seen.glyph


def _glyphs(
    cells: Sequence[Sequence[str]], states: Mapping[str, str], cursor: str | None, charset: str
) -> Row:
    """Neighbours of one look make one segment: a line of 60 finished nodes is one."""
    row: Row = []
    for nodes in cells:
        seen = min(
            (look(states.get(node, "CREATED")) for node in nodes), key=lambda seen: URGENCY.index(seen.style)
        )
        style = f"{seen.style} cursor" if cursor in nodes else seen.style
        text = _glyph(seen, charset)
        if row and row[-1].style == style:
            text = row.pop().text + text
        row.append(Segment(text, style))
    return row


def _tally(looks: Sequence[Look], charset: str) -> Row:
    """`12/26 ▶3 ✖1 ⊘4`."""
    counted = Counter(seen.style for seen in looks)
    glyphs = {seen.style: _glyph(seen, charset) for seen in looks}
    done = sum(counted[style] for style in DONE)
    row: Row = [Segment(f"{done:>3}/{len(looks):<3}")]
    row += [Segment(f" {glyphs[style]}{counted[style]}", style) for style in COUNTED if counted[style]]
    return row


def _trimmed(row: Row, cells: int) -> Row:
    """What a narrow terminal has no room for is cut at the end."""
    out: Row = []
    for text, style in row:
        if text and cells > 0:
            out.append(Segment(fit(text, min(width(text), cells), ""), style))
        cells -= width(text)
    return out
