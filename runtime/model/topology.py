"""A flow as a graph: what stands in what, and what follows what. Pure, and the same for the editor, the console and the command line."""

from collections.abc import Iterator, Sequence

import msgspec

from runtime.model.flow import Flow, Rule, TaskSpec
from runtime.model.views import Topology, TopologyNode

SIDE_BY_SIDE = frozenset({Rule.PARALLEL, Rule.DAG, Rule.EACH_PARALLEL})


SIDE = ("errors", "finally", "onPause")
"""Lists that stand beside the tasks, and hang together among themselves only."""


class Ends(msgspec.Struct, frozen=True):
    """The tasks at which a part of the graph begins and ends; empty where it has none."""

    first: tuple[str, ...] = ()
    last: tuple[str, ...] = ()


def topology(flow: Flow) -> Topology:
    """The flow's graph. What stands in errors, finally, a listener or afterExecution hangs together among itself only."""
    graph = _Graph()
    graph.chain(flow.tasks, None, "tasks")
    graph.chain(flow.errors, None, "errors")
    graph.chain(flow.finally_, None, "finally")
    for listener in flow.listeners:
        graph.chain(listener.tasks, None, "listeners")
    graph.chain(flow.after_execution, None, "afterExecution")
    return Topology(nodes=tuple(graph.nodes), edges=tuple(dict.fromkeys(graph.edges)))


class _Graph:
    """Collects nodes and edges on a walk through the flow."""

    def __init__(self) -> None:
        self.nodes: list[TopologyNode] = []
        self.edges: list[tuple[str, str]] = []

    def chain(self, tasks: Sequence[TaskSpec], parent: str | None, branch: str) -> Ends:
        """Tasks that follow each other."""
        ends = Ends()
        for spec in tasks:
            here = self.task(spec, parent, branch)
            if not here.first:
                continue
            self._join(ends.last, here.first)
            ends = Ends(ends.first or here.first, here.last)
        return ends

    def _join(self, before: Sequence[str], after: Sequence[str]) -> None:
        self.edges += [(one, other) for one in before for other in after]

    def task(self, spec: TaskSpec, parent: str | None, branch: str) -> Ends:
        if spec.rule is Rule.ITERATION:
            return self._turn(spec, parent)
        self.nodes.append(_node(spec, parent, branch))
        if spec.rule is Rule.NONE or not any(spec.branches.values()):
            return Ends((spec.id,), (spec.id,))
        inside = [self._branch(spec, name, tasks) for name, tasks in _branches(spec)]
        for name in SIDE:
            self.chain(spec.branches.get(name, ()), spec.id, name)
        return _merged(inside) or Ends((spec.id,), (spec.id,))

    def _turn(self, spec: TaskSpec, parent: str | None) -> Ends:
        """A Loop's turn has no frame beside the Loop's own."""
        for name in SIDE:
            self.chain(spec.branches.get(name, ()), parent, name)
        return self.chain(spec.branches.get("tasks", ()), parent, "tasks")

    def _branch(self, spec: TaskSpec, name: str, tasks: Sequence[TaskSpec]) -> Ends:
        if spec.rule is Rule.DAG:
            return self._dag(spec, tasks)
        if spec.rule in SIDE_BY_SIDE:
            return _merged([self.task(task, spec.id, name) for task in tasks]) or Ends()
        return self.chain(tasks, spec.id, name)

    def _dag(self, spec: TaskSpec, tasks: Sequence[TaskSpec]) -> Ends:
        ends = {task.id: self.task(task, spec.id, "tasks") for task in tasks}
        needed = {need for needs in spec.needs.values() for need in needs}
        for task in tasks:
            for need in spec.needs.get(task.id, ()):
                self._join(ends[need].last, ends[task.id].first)
        first = [ends[task.id].first for task in tasks if not spec.needs.get(task.id)]
        last = [ends[task.id].last for task in tasks if task.id not in needed]
        return Ends(
            tuple(name for names in first for name in names), tuple(name for names in last for name in names)
        )


def _branches(spec: TaskSpec) -> Iterator[tuple[str, tuple[TaskSpec, ...]]]:
    return ((name, tasks) for name, tasks in spec.branches.items() if name not in SIDE and tasks)


def _merged(ends: Sequence[Ends]) -> Ends | None:
    first = tuple(name for end in ends for name in end.first)
    last = tuple(name for end in ends for name in end.last)
    return Ends(first, last) if first else None


def _node(spec: TaskSpec, parent: str | None, branch: str) -> TopologyNode:
    return TopologyNode(
        id=spec.id,
        type=spec.written_type or spec.type,
        parent=parent,
        branch=branch,
        is_cluster=spec.rule is not Rule.NONE and any(_branches(spec)),
        rule=spec.rule.value,
        description=spec.description,
        disabled=spec.disabled,
        unavailable=spec.unavailable,
        line=spec.line,
    )
