"""How long the console takes to lay out, paint and walk over graphs, and to draw a Gantt chart. Nothing but our own renderers."""

import random
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from statistics import median
from typing import Any

from console.render import strip as strips
from console.render.axis import Window
from console.render.drawing import Box, NodeLook, layout, viewport
from console.render.gantt import Chart, GanttRow, Kind, Span
from console.render.graph import Graph, Node

ROUNDS = 7
GRAPH_TARGET = 50  # ms: 200 nodes laid out, and a screen of them painted
BARS_TARGET = 2  # ms: 200 rows of 120 cells
SCREEN = Box(0, 0, 200, 60)


def layered(nodes: int, layers: int, *, seed: int = 7) -> Graph:
    """Like the models of a dbt project: one to three parents each, mostly in the layer before."""
    pick = random.Random(seed)
    made: list[list[str]] = [[] for _ in range(layers)]
    for number in range(nodes):
        made[number * layers // nodes].append(f"model_{number:04}")
    edges: dict[tuple[str, str], None] = {}
    for layer in range(1, layers):
        for node in made[layer]:
            for _ in range(pick.choice([1, 1, 2, 2, 3])):
                above = made[layer - 1 if layer == 1 or pick.random() < 0.8 else layer - 2]
                edges[pick.choice(above), node] = None
    return Graph(tuple(Node(name, name) for layer in made for name in layer), tuple(edges))


def spent(work: Callable[[], Any]) -> float:
    """Median over some rounds, in milliseconds."""
    taken = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        taken.append((time.perf_counter() - start) * 1000)
    return median(taken)


def tasks(count: int) -> list[GanttRow]:
    """Each waits, fails, waits again and succeeds."""
    pick = random.Random(1)
    rows = []
    for number in range(count):
        start, failed = pick.random() * 500, pick.random() * 60
        spans = (
            Span(start, start + 3, Kind.QUEUED),
            Span(start + 3, start + 3 + failed, Kind.RUN, "FAILED", "1"),
            Span(start + 3 + failed, start + 13 + failed, Kind.WAIT),
            Span(start + 13 + failed, start + 33 + failed, Kind.RUN, "SUCCESS", "2"),
        )
        rows.append(GanttRow(f"task_{number}", f"task_{number}", "SUCCESS", spans))
    return rows


TITLES = (
    "nodes",
    "layers",
    "edges",
    "cells",
    "layout",
    "paint all",
    "paint 200x60",
    "strip",
    "layout + 200x60",
)


def measured(nodes: int, layers: int) -> Iterator[str]:
    """One line of the table; times in milliseconds."""
    graph = layered(nodes, layers)
    states = {node.id: "success" for node in graph.nodes}
    looks = dict.fromkeys(states, NodeLook("✔", "success"))
    drawn, strip = layout(graph), strips.strip(graph)
    whole = Box(0, 0, drawn.width, drawn.height)
    laid, screen = spent(partial(layout, graph)), spent(partial(viewport, drawn, looks, SCREEN))
    yield from (
        str(nodes),
        str(layers),
        str(len(graph.edges)),
        f"{drawn.width}x{drawn.height}",
        f"{laid:.2f}",
    )
    yield f"{spent(partial(viewport, drawn, looks, whole)):.2f}"
    yield f"{screen:.2f}"
    yield f"{spent(partial(strips.paint, strip, states, 120)):.2f}"
    yield f"{laid + screen:.2f}"


def each(draw: Callable[[GanttRow], Any], rows: Iterable[GanttRow]) -> None:
    for row in rows:
        draw(row)


def show(line: Iterable[str]) -> None:
    print("".join(text.rjust(max(len(title), 6) + 2) for text, title in zip(line, TITLES, strict=True)))


def main() -> None:
    show(TITLES)
    for nodes, layers in ((5, 3), (30, 6), (200, 10), (200, 25), (1000, 20)):
        show(measured(nodes, layers))
    print(f"milliseconds; target for 200 nodes: {GRAPH_TARGET} for layout + 200x60\n")
    rows = tasks(200)
    chart = Chart(Window(0, 600), 120 + 28, 599)
    for name, draw in (("bars of 120 cells", chart.bar), ("with label and duration", chart.line)):
        print(f"Gantt, 200 rows, {name}: {spent(partial(each, draw, rows)):.2f} ms")
    print(f"target: {BARS_TARGET} ms for the bars")


if __name__ == "__main__":
    main()
