"""Where the cursor goes next in a drawing: `]` and `[` walk over chosen nodes in the order in which they are read."""

from collections.abc import Collection

from console.render.drawing import Layout


def following(drawn: Layout, wanted: Collection[str], node_id: str | None, step: int = 1) -> str | None:
    """The next of the wanted nodes behind a node (before it, for -1), from left to right and top to bottom, and round again.

    None where there is none; from no node at all it is the first or the last.
    """
    order = sorted(drawn.nodes, key=lambda name: (drawn.nodes[name].x, drawn.nodes[name].y))
    if step < 0:
        order.reverse()
    start = order.index(node_id) + 1 if node_id in drawn.nodes else 0
    return next((name for name in order[start:] + order[:start] if name in wanted), None)
