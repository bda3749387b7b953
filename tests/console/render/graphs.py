"""Graphs for the tests of renderers: seeded, layered, and with clusters in clusters."""

import random

from console.render.graph import Graph, Node


def layered(nodes: int, layers: int, *, seed: int = 7) -> Graph:
    """Each node has one to three parents, mostly in the layer before its own, as the models of a dbt project have."""
    pick = random.Random(seed)
    made: list[list[str]] = [[] for _ in range(layers)]
    for number in range(nodes):
        made[number * layers // nodes].append(f"m{number:03}")
    edges: dict[tuple[str, str], None] = {}
    for layer in range(1, layers):
        for node in made[layer]:
            for _ in range(pick.choice([1, 1, 2, 2, 3])):
                above = made[layer - 1 if layer == 1 or pick.random() < 0.8 else layer - 2]
                edges[pick.choice(above), node] = None
    return Graph(tuple(Node(name, name) for layer in made for name in layer), tuple(edges))


def nested() -> Graph:
    """Parallel in a WorkingDirectory, with a task behind it, and what errors do."""
    nodes = (
        Node("extract", "extract", extra=5),
        Node("dbt", "dbt"),
        Node("clone", "clone", "dbt"),
        Node("models", "models", "dbt"),
        Node("orders", "orders", "models", extra=5),
        Node("customers", "customers_feed", "models", extra=5),
        Node("docs", "docs", "dbt"),
        Node("notify", "notify"),
        Node("errors", "errors"),
        Node("slack", "slack_alert", "errors"),
    )
    edges = (
        ("extract", "clone"),
        ("clone", "orders"),
        ("clone", "customers"),
        ("orders", "docs"),
        ("customers", "docs"),
        ("docs", "notify"),
    )
    return Graph(nodes, edges)
