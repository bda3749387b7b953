from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.render.cells import plain, width
from console.render.drawing import Box, Layout, NodeLook, layout, nearest, paint, viewport
from console.render.graph import Graph, Node
from console.render.navigate import following
from console.render.route import BOX, DOWN, HEAD, LEFT, RIGHT, UP
from tests.console.render.graphs import layered, nested

WAYS = {character: bits for bits, character in BOX.items() if bits not in {UP, DOWN, LEFT, RIGHT}} | {
    HEAD: LEFT | RIGHT
}
STEPS = ((UP, DOWN, 0, -1), (DOWN, UP, 0, 1), (LEFT, RIGHT, -1, 0), (RIGHT, LEFT, 1, 0))

SIZES = pytest.mark.parametrize(("nodes", "layers"), [(5, 3), (30, 6), (200, 10), (200, 25)])


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Any directed graph without cycles: edges go from a lower number to a higher."""
    count = draw(st.integers(1, 12))
    pairs = [(f"n{one}", f"n{other}") for one, other in combinations(range(count), 2)]
    edges = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=24)) if pairs else []
    return Graph(
        tuple(Node(f"n{number}", "x" * draw(st.integers(1, 9))) for number in range(count)), tuple(edges)
    )


def text(drawn: Layout) -> list[str]:
    return [plain(paint(drawn, {}, row)).rstrip() for row in range(drawn.height)]


def overlap(one: Box, other: Box) -> bool:
    return (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )


def reached(drawn: Layout, source: str) -> set[tuple[int, int]]:
    """The cells that a finger gets to that starts behind a node and follows the characters, on that node's own lines."""
    box = drawn.nodes[source]
    todo, seen = [(box.x + box.width, box.y)], set()
    while todo:
        x, y = todo.pop()
        ways = WAYS.get(drawn.cells.get(y, {}).get(x, ""), 0)
        if (x, y) in seen or source not in drawn.owners.get((x, y), ()):
            continue
        seen.add((x, y))
        for way, back, right, down in STEPS:
            there = drawn.cells.get(y + down, {}).get(x + right, "")
            if ways & way and WAYS.get(there, 0) & back:
                todo.append((x + right, y + down))
    return seen


def check_connected(graph: Graph, drawn: Layout) -> None:
    for source in graph.children:
        cells = reached(drawn, source)
        for target in graph.children[source]:
            box = drawn.nodes[target]
            assert (box.x - 1, box.y) in cells, f"{source} -> {target}"


def test_five_nodes() -> None:
    edges = (
        ("extract", "deps"),
        ("extract", "seed"),
        ("deps", "build"),
        ("seed", "build"),
        ("build", "notify"),
    )
    graph = Graph(tuple(Node(name, name) for name in ("extract", "deps", "seed", "build", "notify")), edges)
    assert text(layout(graph)) == [
        "          ╭─▸· deps─┬─▸· build──▸· notify",
        "· extract─┴─▸· seed─╯",
    ]


def test_clusters_are_frames_in_frames() -> None:
    assert text(layout(nested())) == [
        "                    ╭╌ dbt ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╮",
        "                    ╎           ╭╌ models ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╮          ╎",
        "· extract ─────────▸╎ · clone──▸╎ · orders               ╎──▸· docs ╎──▸· notify",
        "                    ╎           ╎ · customers_feed       ╎          ╎",
        "╭╌ errors ╌╌╌╌╌╌╮   ╎           ╰╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╯          ╎",
        "╎ · slack_alert ╎   ╰╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╯",
        "╰╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╯",
    ]


def test_a_drawing_in_ascii() -> None:
    drawn = layout(nested(), charset="ascii")
    rows = [plain(paint(drawn, {}, row)).replace("·", ".") for row in range(drawn.height)]
    assert "".join(rows).isascii()


@SIZES
def test_no_node_stands_on_another(nodes: int, layers: int) -> None:
    drawn = layout(layered(nodes, layers))
    assert len(drawn.nodes) == nodes
    assert not any(overlap(one, other) for one, other in combinations(drawn.nodes.values(), 2))


@SIZES
def test_every_edge_leads_from_its_source_to_its_target(nodes: int, layers: int) -> None:
    graph = layered(nodes, layers)
    check_connected(graph, layout(graph))


@settings(deadline=None)
@given(graphs())
def test_any_graph_is_drawn_without_overlap_and_with_all_edges(graph: Graph) -> None:
    drawn = layout(graph)
    assert not any(overlap(one, other) for one, other in combinations(drawn.nodes.values(), 2))
    check_connected(graph, drawn)


@SIZES
def test_no_line_runs_through_a_node(nodes: int, layers: int) -> None:
    drawn = layout(layered(nodes, layers))
    for box in drawn.nodes.values():
        assert not any(box.x <= x < box.x + box.width for x in drawn.cells.get(box.y, ()))


def test_a_frame_holds_what_belongs_to_it_and_nothing_else() -> None:
    graph = nested()
    drawn = layout(graph)
    for cluster, frame in drawn.frames.items():
        inside = {
            name
            for name, box in {**drawn.nodes, **drawn.frames}.items()
            if name != cluster and overlap(frame, box)
        }
        members = {node.id for node in graph.nodes if cluster in ancestors(graph, node.id)}
        outside = set(ancestors(graph, cluster))
        assert inside == members | outside


def ancestors(graph: Graph, node_id: str) -> list[str]:
    parent = graph.by_id[node_id].parent
    return [parent, *ancestors(graph, parent)] if parent else []


def test_states_change_what_is_painted_and_never_where() -> None:
    drawn = layout(nested())
    before = [plain(paint(drawn, {}, row)) for row in range(drawn.height)]
    after = [plain(paint(drawn, {"orders": NodeLook("✖", "failed")}, row)) for row in range(drawn.height)]
    changed = [
        (x, y) for y, row in enumerate(before) for x, letter in enumerate(row) if after[y][x] != letter
    ]
    assert changed == [(drawn.nodes["orders"].x, drawn.nodes["orders"].y)]


def test_the_same_graph_is_laid_out_the_same() -> None:
    one, other = layout(layered(200, 10)), layout(layered(200, 10))
    assert (one.nodes, one.cells) == (other.nodes, other.cells)


@pytest.mark.parametrize("label", ["漢字のテーブル", "a" * 80, "é", "🙂 smile"])
def test_a_row_is_as_wide_as_its_drawing_whatever_the_label(label: str) -> None:
    drawn = layout(Graph((Node("a", label), Node("b", "b")), (("a", "b"),)))
    assert width(plain(paint(drawn, {"a": NodeLook("✔", "success", "a very long note")}, 0))) <= drawn.width


@settings(deadline=None)
@given(st.integers(-10, 120), st.integers(-5, 30), st.integers(1, 90), st.integers(1, 20))
def test_a_viewport_is_exactly_as_large_as_asked(x: int, y: int, columns: int, rows: int) -> None:
    shown = viewport(layout(nested()), {}, Box(x, y, columns, rows))
    assert [width(plain(row)) for row in shown] == [columns] * rows


def test_a_viewport_shows_its_part_of_the_drawing() -> None:
    drawn = layout(nested())
    whole = [plain(paint(drawn, {}, row)).ljust(drawn.width) for row in range(drawn.height)]
    shown = viewport(drawn, {}, Box(10, 1, 30, 4))
    assert [plain(row) for row in shown] == [row[10:40] for row in whole[1:5]]


def test_the_cursor_walks_to_the_neighbour_in_each_direction() -> None:
    drawn = layout(nested())
    walked = ["extract"]
    for direction in "lljlh":
        walked.append(nearest(drawn, walked[-1], direction))
    assert walked == ["extract", "clone", "orders", "customers", "docs", "orders"]


def test_the_cursor_stays_where_there_is_nothing_further() -> None:
    assert nearest(layout(nested()), "notify", "l") == "notify"


def test_the_next_failed_node_is_found_in_reading_order_and_round_again() -> None:
    drawn = layout(nested())
    failed = {"customers", "clone"}
    assert following(drawn, failed, "extract") == "clone"
    assert following(drawn, failed, "clone") == "customers"
    assert following(drawn, failed, "customers") == "clone"
    assert following(drawn, failed, "clone", -1) == "customers"
    assert following(drawn, failed, None) == "clone"
    assert following(drawn, set(), "clone") is None
