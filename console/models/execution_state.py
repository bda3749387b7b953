"""One execution as it is known now, folded from what the runtime tells: everything that decides what is newer lives here.

A view and the changes may cross on their way. Histories only grow, so of two words on the same thing the one with the longer
history is the later one, whatever order they came in.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property

from runtime.model.execution import Execution, Node, TaskRun
from runtime.model.states import State
from runtime.model.views import ExecutionChanged, ExecutionView, Topology, TopologyNode

NodeKey = tuple[str, str]
"""(task run, dbt's unique id)."""


@dataclass(frozen=True)
class ExecutionState:
    """An execution, its task runs and its dbt nodes, with the questions that the screen asks."""

    execution: Execution
    task_runs: Mapping[str, TaskRun] = field(default_factory=dict)
    """By id, in the order in which they were created."""
    nodes: Mapping[NodeKey, Node] = field(default_factory=dict)
    topology: Topology = field(default_factory=Topology)
    typical: Mapping[str, float] = field(default_factory=dict)
    """Task id -> median seconds of its last runs."""

    @property
    def begun(self) -> datetime:
        """Second 0 of charts and relative times."""
        return self.execution.started or self.execution.created

    @property
    def is_over(self) -> bool:
        return self.execution.state.is_terminal

    @cached_property
    def tasks(self) -> Mapping[str, TopologyNode]:
        return {task.id: task for task in self.topology.nodes}

    @cached_property
    def by_task(self) -> Mapping[str, tuple[TaskRun, ...]]:
        """The runs of each task."""
        return _grouped((run.task_id, run) for run in self.task_runs.values())

    @cached_property
    def children(self) -> Mapping[str, tuple[TaskRun, ...]]:
        """The runs within each run; those at the top are under an empty id."""
        known = self.task_runs
        return _grouped(
            (run.parent_id if run.parent_id in known and run.parent_id else "", run) for run in known.values()
        )

    @cached_property
    def by_run(self) -> Mapping[str, tuple[Node, ...]]:
        """The dbt nodes of each task run."""
        found: dict[str, list[Node]] = {}
        for node in self.nodes.values():
            found.setdefault(node.task_run_id, []).append(node)
        return {run: tuple(nodes) for run, nodes in found.items()}

    def latest(self, task_id: str) -> TaskRun | None:
        """The run of a task that one wants to see: the one that failed, else one that waits or runs, else the last."""
        runs = self.by_task.get(task_id, ())
        for wanted in (State.FAILED, State.PAUSED, State.RUNNING, State.RETRYING):
            if found := [run for run in runs if run.state is wanted]:
                return found[-1]
        return runs[-1] if runs else None

    def dbt_run(self, task_id: str) -> TaskRun | None:
        """The latest run of a task that has dbt nodes."""
        runs = [run for run in self.by_task.get(task_id, ()) if run.id in self.by_run]
        return runs[-1] if runs else None


def opened(view: ExecutionView) -> ExecutionState:
    """What a view tells."""
    return ExecutionState(
        execution=view.execution,
        task_runs={run.id: run for run in view.task_runs},
        nodes={(node.task_run_id, node.unique_id): node for node in view.nodes},
        topology=view.topology or Topology(),
        typical=view.typical,
    )


def changed(state: ExecutionState, change: ExecutionChanged) -> ExecutionState:
    """The state with a change laid over it; the same object where there was nothing new in it."""
    runs = _merged_runs(state.task_runs, change)
    nodes = _merged_nodes(state.nodes, change)
    execution = change.execution if _is_news(state.execution, change.execution) else state.execution
    if execution is state.execution and runs is state.task_runs and nodes is state.nodes:
        return state
    return replace(state, execution=execution, task_runs=runs, nodes=nodes)


def _is_news(known: Execution | TaskRun | None, told: Execution | TaskRun) -> bool:
    if known is None:
        return True
    return len(told.history) >= len(known.history) and told != known


def _merged_runs(known: Mapping[str, TaskRun], change: ExecutionChanged) -> Mapping[str, TaskRun]:
    news = {run.id: run for run in change.task_runs if _is_news(known.get(run.id), run)}
    gone = {run_id for run_id in change.removed if run_id in known}
    if not news and not gone:
        return known
    return {run_id: run for run_id, run in known.items() if run_id not in gone} | news


def _merged_nodes(known: Mapping[NodeKey, Node], change: ExecutionChanged) -> Mapping[NodeKey, Node]:
    """Nodes have no history: the last word holds. Those of a run that was removed go with it."""
    news = {(node.task_run_id, node.unique_id): node for node in change.nodes}
    news = {key: node for key, node in news.items() if known.get(key) != node}
    gone = {key for key in known if key[0] in change.removed}
    if not news and not gone:
        return known
    return {key: node for key, node in known.items() if key not in gone} | news


def _grouped(pairs: Iterable[tuple[str, TaskRun]]) -> dict[str, tuple[TaskRun, ...]]:
    found: dict[str, list[TaskRun]] = {}
    for key, run in pairs:
        found.setdefault(key, []).append(run)
    return {key: tuple(runs) for key, runs in found.items()}
