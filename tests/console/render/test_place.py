"""No line may look joined to one that leads elsewhere: where two share a cell lengthwise, both lead to the same target."""

from collections import defaultdict

import pytest

from console.render.layers import layers
from console.render.place import Net, place
from tests.console.render.graphs import layered


def lengthwise(net: Net, columns: tuple[int, ...], gap: int) -> dict[tuple[int, int], str]:
    """(column, row) -> `exit`, `detour` or `entry`, for the level parts of a net within its gap."""
    first, last = columns[0], columns[-1]
    cells = {(column, row): "entry" for row in net.entries for column in range(last, gap)}
    if net.via is not None:
        cells |= {(column, net.via): "detour" for column in range(first, last + 1)}
    return cells if net.is_straight else cells | {(column, net.exit): "exit" for column in range(first)}


@pytest.mark.parametrize(("nodes", "layer_count"), [(8, 3), (12, 4), (30, 6), (60, 8), (200, 10), (200, 25)])
@pytest.mark.parametrize("seed", range(3))
def test_lines_share_cells_only_on_the_way_to_the_same_target(
    nodes: int, layer_count: int, seed: int
) -> None:
    graph = layered(nodes, layer_count, seed=seed)
    names = [node.id for node in graph.nodes]
    places = place(layers(names, graph.edges), dict.fromkeys(names, (8, 1)))
    for nets, tracks, gap in zip(places.nets, places.tracks, places.gaps, strict=True):
        parts: dict[tuple[int, int], list[str]] = defaultdict(list)
        for net in nets:
            for cell, part in lengthwise(net, tracks.get(net.source, (0,)), gap).items():
                parts[cell].append(part)
        assert all(set(found) == {"entry"} for found in parts.values() if len(found) > 1)
