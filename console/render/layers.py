"""Which node stands in which layer, and in which order there: the longest-path layering with median sweeps.

An edge that spans several layers is carried by one chain of waypoints for each *source*, not for each edge: a model that
thirty others read draws one trunk, which is what keeps 200 nodes legible.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

SWEEPS = 12
PATIENCE = 4
"""Sweeps without a gain after which it is good enough."""

Item = str | tuple[str, int]
"""A node's id, or a waypoint: (the source whose chain it belongs to, its layer)."""


@dataclass
class Layers:
    """Items by layer, with their neighbours in the layers before and after."""

    order: list[list[Item]]
    before: dict[Item, list[Item]] = field(default_factory=dict)
    after: dict[Item, list[Item]] = field(default_factory=dict)


def ranks(nodes: Sequence[str], edges: Iterable[tuple[str, str]]) -> dict[str, int]:
    """The layer of each node: behind all its parents; one without parents stands just before its first child."""
    children: dict[str, list[str]] = {node: [] for node in nodes}
    left = dict.fromkeys(nodes, 0)
    for one, other in edges:
        children[one].append(other)
        left[other] += 1
    sources = [node for node, count in left.items() if count == 0]
    rank = dict.fromkeys(nodes, 0)
    queue = list(sources)
    for here in queue:
        for there in children[here]:
            rank[there] = max(rank[there], rank[here] + 1)
            left[there] -= 1
            if left[there] == 0:
                queue.append(there)
    for source in sources:
        if children[source]:
            rank[source] = min(rank[child] for child in children[source]) - 1
    return rank


def layers(nodes: Sequence[str], edges: Sequence[tuple[str, str]]) -> Layers:
    """Lay nodes into layers, chains of waypoints between them, and order each layer so that few lines cross."""
    made = _chained(nodes, edges, ranks(nodes, edges))
    _untangle(made)
    return made


def _chained(nodes: Sequence[str], edges: Iterable[tuple[str, str]], rank: Mapping[str, int]) -> Layers:
    made = Layers([[] for _ in range(max(rank.values(), default=-1) + 1)])
    for node in nodes:
        made.order[rank[node]].append(node)
        made.before[node], made.after[node] = [], []
    targets: dict[str, list[str]] = {}
    for one, other in edges:
        if rank[other] > rank[one]:
            targets.setdefault(one, []).append(other)
    for source, reached in targets.items():
        _chain(made, source, reached, rank)
    return made


def _chain(made: Layers, source: str, targets: Sequence[str], rank: Mapping[str, int]) -> None:
    last = max(rank[target] for target in targets)
    here: Item = source
    for layer in range(rank[source] + 1, last + 1):
        for target in targets:
            if rank[target] == layer:
                _join(made, here, target)
        if layer < last:
            waypoint: Item = (source, layer)
            made.order[layer].append(waypoint)
            made.before[waypoint], made.after[waypoint] = [], []
            _join(made, here, waypoint)
            here = waypoint


def _join(made: Layers, one: Item, other: Item) -> None:
    made.after[one].append(other)
    made.before[other].append(one)


# --- crossings


def _untangle(made: Layers) -> None:
    """Sort layers by the medians of their neighbours, to and fro, and keep the best order that was seen."""
    place = {item: index for layer in made.order for index, item in enumerate(layer)}
    best, kept, idle = crossings(made, place), [list(layer) for layer in made.order], 0
    for sweep in range(SWEEPS):
        if best == 0 or idle >= PATIENCE:
            break
        forward = sweep % 2 == 0
        _sweep(made, place, forward=forward)
        found = crossings(made, place)
        if found < best:
            best, kept, idle = found, [list(layer) for layer in made.order], 0
        else:
            idle += 1
    made.order = kept


def _sweep(made: Layers, place: dict[Item, int], *, forward: bool) -> None:
    neighbours = made.before if forward else made.after
    for layer in made.order[1:] if forward else made.order[-2::-1]:
        keys = {
            item: _median(sorted(place[other] for other in neighbours[item]), place[item]) for item in layer
        }
        layer.sort(key=keys.__getitem__)
        place.update({item: index for index, item in enumerate(layer)})
        _swap_neighbours(layer, place, neighbours)


def _median(places: Sequence[int], own: float) -> float:
    if not places:
        return own
    middle = len(places) // 2
    return places[middle] if len(places) % 2 else (places[middle - 1] + places[middle]) / 2


def _swap_neighbours(
    layer: list[Item], place: dict[Item, int], neighbours: Mapping[Item, Sequence[Item]]
) -> None:
    for index in range(len(layer) - 1):
        one, other = layer[index], layer[index + 1]
        ones, others = [place[item] for item in neighbours[one]], [place[item] for item in neighbours[other]]
        if _crossed(others, ones) < _crossed(ones, others):
            layer[index], layer[index + 1] = other, one
            place[one], place[other] = index + 1, index


def _crossed(upper: Iterable[int], lower: Sequence[int]) -> int:
    return sum(high > low for high in upper for low in lower)


def crossings(made: Layers, place: Mapping[Item, int]) -> int:
    """Pairs of lines that cross between adjacent layers, counted with a Fenwick tree."""
    total = 0
    for layer in made.order[:-1]:
        ends = [end for item in layer for end in sorted(place[other] for other in made.after[item])]
        total += _inversions(ends)
    return total


def _inversions(values: Sequence[int]) -> int:
    size = max(values, default=0) + 2
    tree = [0] * (size + 1)
    total = 0
    for seen, value in enumerate(values):
        index, below = value + 1, 0
        while index:
            below += tree[index]
            index -= index & -index
        total += seen - below
        index = value + 1
        while index <= size:
            tree[index] += 1
            index += index & -index
    return total
