"""A graph to be drawn, and questions about it that need no drawing."""

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property


@dataclass(frozen=True)
class Node:
    """One node. A cluster is a node that others name as their parent; it is drawn as a frame around them."""

    id: str
    label: str
    parent: str | None = None
    extra: int = 0
    """Cells kept free behind the label, for a duration or a count that comes later."""


@dataclass(frozen=True)
class Graph:
    """Nodes, and edges between nodes that are no clusters."""

    nodes: tuple[Node, ...]
    edges: tuple[tuple[str, str], ...] = ()
    titles: Mapping[str, str] = field(default_factory=dict)
    """What stands in a cluster's frame; the cluster's label where it is left out."""

    @cached_property
    def by_id(self) -> dict[str, Node]:
        return {node.id: node for node in self.nodes}

    @cached_property
    def members(self) -> dict[str | None, tuple[Node, ...]]:
        """The nodes that stand directly in a cluster; None is the top."""
        found: dict[str | None, list[Node]] = {}
        for node in self.nodes:
            found.setdefault(node.parent, []).append(node)
        return {parent: tuple(nodes) for parent, nodes in found.items()}

    @cached_property
    def children(self) -> dict[str, tuple[str, ...]]:
        return _grouped(self.edges)

    @cached_property
    def parents(self) -> dict[str, tuple[str, ...]]:
        return _grouped((after, before) for before, after in self.edges)

    def is_cluster(self, node_id: str) -> bool:
        return node_id in self.members

    def downstream(self, node_id: str) -> frozenset[str]:
        """All that comes after a node."""
        return _reached(self.children, node_id)

    def upstream(self, node_id: str) -> frozenset[str]:
        return _reached(self.parents, node_id)


def _grouped(edges: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for one, other in edges:
        found.setdefault(one, []).append(other)
    return {one: tuple(others) for one, others in found.items()}


def _reached(
    neighbours: Mapping[str, tuple[str, ...]], start: str, hops: int | None = None
) -> frozenset[str]:
    seen, queue = {start: 0}, deque([start])
    while queue:
        here = queue.popleft()
        if hops is not None and seen[here] >= hops:
            continue
        for there in neighbours.get(here, ()):
            if there not in seen:
                seen[there] = seen[here] + 1
                queue.append(there)
    return frozenset(seen) - {start}


def focus(graph: Graph, node_id: str, hops: int) -> Graph:
    """A node with what lies within `hops` before and behind it; clusters are left out."""
    near = {node_id} | _reached(graph.children, node_id, hops) | _reached(graph.parents, node_id, hops)
    nodes = tuple(Node(node.id, node.label, None, node.extra) for node in graph.nodes if node.id in near)
    return Graph(nodes, tuple(edge for edge in graph.edges if edge[0] in near and edge[1] in near))


def critical_path(graph: Graph, seconds: Mapping[str, float]) -> list[str]:
    """The chain of nodes that took the longest in all; what is not in `seconds` took none."""
    best: dict[str, tuple[float, str | None]] = {}
    for node_id in _in_order(graph):
        before = max(
            ((best[parent][0], parent) for parent in graph.parents.get(node_id, ()) if parent in best),
            default=(0.0, None),
        )
        best[node_id] = before[0] + seconds.get(node_id, 0.0), before[1]
    here: str | None = max(best, key=lambda node_id: best[node_id][0], default=None)
    path = []
    while here is not None:
        path.append(here)
        here = best[here][1]
    return path[::-1]


def _in_order(graph: Graph) -> list[str]:
    """Each node behind all that it comes after; nodes on a cycle are left out."""
    left = {node.id: len(graph.parents.get(node.id, ())) for node in graph.nodes}
    ready = deque(node_id for node_id, count in left.items() if count == 0)
    found = []
    while ready:
        found.append(here := ready.popleft())
        for there in graph.children.get(here, ()):
            if there in left:
                left[there] -= 1
                if left[there] == 0:
                    ready.append(there)
    return found
