"""A flow's drawing."""

from console.draw import drawing, graph_of
from runtime.model.views import Topology, TopologyNode
from tests.console.facts import TOPOLOGY


def test_a_flow_is_drawn_with_its_frames() -> None:
    assert drawing(TOPOLOGY, ascii_only=False).splitlines() == [
        "╭╌ work: one directory ╌╮",
        "╎ · clone──▸· build     ╎──▸· report",
        "╰╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╯",
        "",
        "╭╌ errors ╌╮",
        "╎ · alert  ╎",
        "╰╌╌╌╌╌╌╌╌╌╌╯",
    ]


def test_the_same_without_symbols() -> None:
    drawn = drawing(TOPOLOGY, ascii_only=True)
    assert drawn.isascii()
    assert ". clone-->. build" in drawn


def test_an_empty_flow_is_an_empty_drawing() -> None:
    assert drawing(Topology(), ascii_only=False) == ""


def test_branches_of_a_task_become_frames_in_it() -> None:
    nodes = (
        TopologyNode(id="choose", type="if", is_cluster=True, rule="if"),
        TopologyNode(id="yes", type="log", parent="choose", branch="then"),
        TopologyNode(id="no", type="log", parent="choose", branch="else"),
    )
    graph = graph_of(Topology(nodes=nodes))
    assert [(node.label, node.parent) for node in graph.nodes] == [
        ("choose", None),
        ("then", "choose"),
        ("yes", "choose/then"),
        ("else", "choose"),
        ("no", "choose/else"),
    ]


def test_what_is_disabled_or_missing_shows() -> None:
    nodes = (
        TopologyNode(id="off", type="log", disabled=True),
        TopologyNode(id="lost", type="airbyte", unavailable="no such plugin"),
    )
    assert drawing(Topology(nodes=nodes), ascii_only=False).split() == ["⊘", "off", "!", "lost"]
