"""A flow's topology as the graph that is drawn: the branches of a task that has several become frames of their own."""

from collections.abc import Collection, Mapping, Sequence

from console.render.cells import Row, plain
from console.render.drawing import Layout, NodeLook, layout, paint
from console.render.graph import Graph, Node
from runtime.model.views import Topology, TopologyNode

RULES: Mapping[str, str] = {
    "sequential": "one by one",
    "parallel": "side by side",
    "dag": "by need",
    "for_each": "for each",
    "each_parallel": "for each, side by side",
    "loop": "for each",
    "loop_until": "until",
    "if": "if",
    "switch": "switch",
    "allow_failure": "may fail",
    "working_directory": "one directory",
}
"""What a frame says beside its task's id."""

PLAIN, DISABLED, MISSING = ("·", "."), ("⊘", "-"), ("!", "!")


def graph_of(topology: Topology, *, extra: int = 0) -> Graph:
    """The graph; `extra` cells are kept free behind each label, for what comes while it runs."""
    nodes: dict[str, Node] = {}
    titles: dict[str, str] = {}
    clusters = {task.id for task in topology.nodes if task.is_cluster}
    for task in topology.nodes:
        parent = _frame_of(task, nodes, clusters)
        nodes[task.id] = Node(task.id, task.id, parent, 0 if task.is_cluster else extra)
        if task.is_cluster:
            titles[task.id] = f"{task.id}: {RULES.get(task.rule, task.rule)}"
    return Graph(tuple(nodes.values()), topology.edges, titles)


def _frame_of(task: TopologyNode, nodes: dict[str, Node], clusters: Collection[str]) -> str | None:
    """What a task stands in: its parent, or the frame of a branch that is not its parent's only one."""
    if task.branch == "tasks":
        return task.parent
    name, label = f"{task.parent or ''}/{task.branch}", task.branch.removeprefix("cases.")
    owner = nodes.get(task.parent or "")
    if (
        owner is not None and owner.id not in clusters
    ):  # it holds nothing else and stays a node: this stands beside it
        nodes.setdefault(name, Node(name, f"{owner.id}: {label}", owner.parent))
    else:
        nodes.setdefault(name, Node(name, label, task.parent))
    return name


def looks_of(topology: Topology, *, ascii_only: bool) -> dict[str, NodeLook]:
    """How the tasks of a flow look that does not run."""
    column = int(ascii_only)
    return {
        task.id: NodeLook(DISABLED[column], "skipped")
        if task.disabled
        else NodeLook(MISSING[column], "warning")
        if task.unavailable
        else NodeLook(PLAIN[column], "created")
        for task in topology.nodes
    }


def rows(topology: Topology, *, ascii_only: bool) -> Sequence[Row]:
    """The drawing of a flow that does not run, as styled rows."""
    drawn = laid_out(topology, ascii_only=ascii_only)
    looks = looks_of(topology, ascii_only=ascii_only)
    return [paint(drawn, looks, row, frames={}) for row in range(drawn.height)]


def laid_out(topology: Topology, *, ascii_only: bool, extra: int = 0) -> Layout:
    return layout(graph_of(topology, extra=extra), charset="ascii" if ascii_only else "unicode")


def drawing(topology: Topology, *, ascii_only: bool) -> str:
    """The same as text, for the command line."""
    return "\n".join(plain(row).rstrip() for row in rows(topology, ascii_only=ascii_only))
