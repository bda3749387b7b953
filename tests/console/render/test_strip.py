import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.render.cells import Segment, plain, width
from console.render.graph import Graph, Node
from console.render.states import LOOKS
from console.render.strip import URGENCY, paint, strip
from tests.console.render.graphs import layered, nested

EDGES = (("src_a", "stg_a"), ("src_b", "stg_a"), ("src_b", "stg_b"), ("stg_a", "mart"), ("stg_b", "mart"))
GRAPH = Graph(tuple(Node(name, name) for name in ("src_a", "src_b", "stg_a", "stg_b", "mart")), EDGES)
KINDS = {"src_a": "source", "src_b": "source", "stg_a": "staging", "stg_b": "staging", "mart": "mart"}
STATES = {"src_a": "pass", "src_b": "success", "stg_a": "executing", "stg_b": "error"}


def test_a_line_for_each_layer_with_counters() -> None:
    assert [plain(row) for row in paint(strip(GRAPH, KINDS), STATES, 40)] == [
        "L1 source  ✔✔                2/2        ",
        "L2 staging ▶✖                0/2   ▶1 ✖1",
        "L3 mart    ·                 0/1        ",
    ]


def test_the_strip_in_ascii() -> None:
    assert [plain(row) for row in paint(strip(GRAPH), STATES, 30, charset="ascii")] == [
        "L1 ++              2/2        ",
        "L2 >X              0/2   >1 X1",
        "L3 .               0/1        ",
    ]


def test_a_crowded_layer_shows_the_most_urgent_of_those_that_share_a_cell() -> None:
    crowd = Graph(tuple(Node(f"n{number:03}", "") for number in range(100)))
    states = {f"n{number:03}": "success" for number in range(100)} | {"n013": "fail", "n050": "started"}
    made = strip(crowd)
    [line] = paint(made, states, 40)
    assert plain(line) == "L1 ✔✔✖✔✔✔✔✔✔✔▶✔✔✔✔✔✔✔✔✔     98/100 ▶1 ✖1"
    assert made.cells(0, 20)[2] == ("n010", "n011", "n012", "n013", "n014")


def test_the_cursor_stands_on_the_cell_of_its_node() -> None:
    row = paint(strip(GRAPH), STATES, 30, cursor="stg_b")[1]
    assert Segment("✖", "failed cursor") in row
    assert Segment("▶", "running") in row


def test_clusters_are_no_nodes_of_the_strip() -> None:
    assert {node for layer in strip(nested()).layers for node in layer}.isdisjoint(
        {"dbt", "models", "errors"}
    )


def test_an_empty_graph_has_no_line() -> None:
    assert paint(strip(Graph(())), {}, 80) == []


@pytest.mark.parametrize("state", [*LOOKS, "never heard of"])
def test_every_state_has_its_place_among_the_urgent(state: str) -> None:
    looks = {look.style for look in LOOKS.values()} | {"none"}
    assert looks == set(URGENCY)
    assert paint(strip(GRAPH), {"mart": state}, 40)


@settings(deadline=None)
@given(
    st.integers(1, 120), st.integers(1, 150), st.lists(st.sampled_from(sorted(LOOKS)), min_size=1, max_size=7)
)
def test_a_strip_is_exactly_as_wide_as_asked(cells: int, nodes: int, states: list[str]) -> None:
    graph = layered(nodes, min(nodes, 4))
    known = {node.id: states[number % len(states)] for number, node in enumerate(graph.nodes)}
    made = strip(graph, dict.fromkeys(known, "中間層"))
    assert {width(plain(row)) for row in paint(made, known, cells)} == {cells}


@pytest.mark.parametrize("room", [-3, 0, 1, 7, 1000])
def test_every_node_is_behind_exactly_one_cell(room: int) -> None:
    made = strip(layered(200, 6))
    for number, layer in enumerate(made.layers):
        cells = made.cells(number, room)
        assert tuple(node for cell in cells for node in cell) == layer
        assert len(cells) <= max(1, room)
