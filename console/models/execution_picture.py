"""What the topology shows: the tasks of an execution, or the dbt nodes of one of its task runs. Laid out once for a shape, painted often."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from console.draw import graph_of
from console.models.execution_nodes import NodeGraph
from console.models.execution_state import ExecutionState
from console.models.execution_tasks import NOTE, Charset, failed_tasks, looks
from console.render import strip
from console.render.cells import Row, Segment, fit
from console.render.drawing import Layout, NodeLook, layout
from console.render.graph import Graph, focus
from runtime.model.views import Topology

MARK = 2  # cells of a state's glyph before a frame's title

HOPS = (2, 3, 4, 0)
"""How far from the cursor a crowded graph is drawn; 0 is all of it."""


@dataclass(frozen=True)
class Picture:
    """A drawing with the state of its nodes."""

    graph: Graph = field(default_factory=lambda: Graph(()))
    drawn: Layout = field(default_factory=Layout)
    looks: Mapping[str, NodeLook] = field(default_factory=dict)
    """Of nodes and of frames."""
    failed: Collection[str] = ()
    """The nodes that `[` and `]` walk over."""
    head: Sequence[Row] = ()
    """Rows that stand above and do not scroll."""
    places: Sequence[str] = ()
    """All nodes, where the drawing has only those around the cursor; empty where it has all."""


class Painter:
    """Makes pictures, and remembers the latest layouts."""

    def __init__(self, charset: Charset) -> None:
        self._charset: Charset = charset
        self._topology: Topology | None = None
        self._tasks: tuple[Graph, Layout] = (Graph(()), Layout())
        self._shape: object = None
        self._nodes: tuple[Graph, Layout] = (Graph(()), Layout())
        self._strip = strip.Strip((), ())

    def tasks(self, state: ExecutionState, now: datetime) -> Picture:
        if self._topology != state.topology:
            self._topology = state.topology
            graph = graph_of(state.topology, extra=NOTE)
            self._tasks = graph, _laid_out(graph, self._charset)
        graph, drawn = self._tasks
        return Picture(graph, drawn, looks(state, now, self._charset), failed_tasks(state))

    def nodes(
        self, made: NodeGraph, now: datetime, *, cursor: str | None, hops: int, width: int, title: str
    ) -> Picture:
        """The dbt nodes; of a crowded graph a strip of its layers, and below it what is near the cursor."""
        names, _ = made.shape
        crowded = len(names) > strip.CROWDED
        here = cursor if cursor in made.nodes else first(made)
        self._lay_out(made, here if crowded and hops else None, hops)
        graph, drawn = self._nodes
        head: list[Row] = [[Segment(fit(f" {title}", width), "heading")]]
        if crowded:
            head += strip.paint(self._strip, made.states(), width, cursor=here, charset=self._charset)
            head.append([Segment(fit(_caption(made, here, hops, self._charset), width), "dim")])
        places = names if crowded and hops else ()
        return Picture(graph, drawn, made.looks(now, self._charset), made.failed(), head, places)

    def _lay_out(self, made: NodeGraph, centre: str | None, hops: int) -> None:
        shape = (made.shape, centre, hops)
        if shape == self._shape:
            return
        graph = made.graph()
        kinds = {name: node.resource_type for name, node in made.nodes.items()}
        self._strip = strip.strip(graph, kinds)
        shown = graph if centre is None else focus(graph, centre, hops)
        self._shape, self._nodes = shape, (shown, layout(shown, charset=self._charset))


def _laid_out(graph: Graph, charset: Charset) -> Layout:
    """With room in each frame's title for the mark of its state, which a drawing that stands still does not have."""
    titles = {
        node.id: graph.titles.get(node.id, node.label) for node in graph.nodes if graph.is_cluster(node.id)
    }
    roomy = replace(graph, titles={name: title + " " * MARK for name, title in titles.items()})
    return replace(layout(roomy, charset=charset), titles=titles)


def first(made: NodeGraph) -> str | None:
    """The node that one wants to see first: one that failed, else one that runs, else the first."""
    failed = made.failed()
    running = [
        name for name, status in made.states().items() if status in {"started", "compiling", "executing"}
    ]
    return next(iter([*failed, *running, *made.nodes]), None)


def _caption(made: NodeGraph, cursor: str | None, hops: int, charset: Charset) -> str:
    rule = "-" if charset == "ascii" else "─"
    name = made.nodes[cursor].name if cursor else ""
    near = f"{name}, up to {hops} steps away (z: wider)" if hops else "all nodes (z: only what is near)"
    return f"{rule * 3} {near} {rule * 200}"
