from console.render.graph import Graph, Node, critical_path, focus

CHAIN = Graph(
    tuple(Node(name, name) for name in "abcdex"),
    (("a", "b"), ("b", "c"), ("c", "d"), ("a", "x"), ("x", "d"), ("d", "e")),
)


def ids(graph: Graph) -> str:
    return "".join(node.id for node in graph.nodes)


def test_focus_keeps_what_is_near_in_both_directions() -> None:
    assert ids(focus(CHAIN, "c", 1)) == "bcd"
    assert ids(focus(CHAIN, "c", 2)) == "abcde"
    assert ids(focus(CHAIN, "c", 0)) == "c"


def test_focus_keeps_the_edges_between_what_it_keeps() -> None:
    assert focus(CHAIN, "c", 1).edges == (("b", "c"), ("c", "d"))


def test_a_node_knows_what_comes_before_and_after_it() -> None:
    assert CHAIN.downstream("b") == {"c", "d", "e"}
    assert CHAIN.upstream("d") == {"a", "b", "c", "x"}


def test_the_critical_path_is_the_chain_that_took_longest() -> None:
    assert critical_path(CHAIN, {"a": 1, "b": 1, "c": 1, "d": 1, "e": 1, "x": 9}) == ["a", "x", "d", "e"]
    assert critical_path(CHAIN, {"b": 5, "c": 5, "x": 9, "e": 1}) == ["a", "b", "c", "d", "e"]


def test_an_empty_graph_has_no_critical_path() -> None:
    assert critical_path(Graph(()), {}) == []
