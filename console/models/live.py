"""News of the runtime, folded: many changes of one execution become one."""

from dataclasses import dataclass, field

import msgspec

from runtime.client.requests import News
from runtime.model.views import ExecutionChanged, FlowsChanged, TriggersChanged

PERIOD = 0.15
"""Seconds over which news are gathered before the screens hear of them."""


def merged(older: ExecutionChanged, newer: ExecutionChanged) -> ExecutionChanged:
    """Both as one change: the later word on each task run and node, what was removed in either."""
    runs = {run.id: run for run in (*older.task_runs, *newer.task_runs)}
    nodes = {(node.task_run_id, node.unique_id): node for node in (*older.nodes, *newer.nodes)}
    removed = dict.fromkeys((*older.removed, *newer.removed))
    back = {run.id for run in newer.task_runs}
    return msgspec.structs.replace(
        newer,
        task_runs=tuple(run for key, run in runs.items() if key not in newer.removed or key in back),
        removed=tuple(key for key in removed if key not in back),
        nodes=tuple(nodes.values()),
    )


@dataclass(frozen=True)
class Batch:
    """What happened within one period."""

    executions: tuple[ExecutionChanged, ...] = ()
    flows: tuple[str, ...] | None = None
    """Names of the flows that were read again; None where none was."""
    triggers: bool = False


@dataclass
class Gathering:
    """Collects news until they are taken."""

    _executions: dict[str, ExecutionChanged] = field(default_factory=dict)
    _flows: dict[str, None] | None = None
    _triggers: bool = False

    def add(self, news: News) -> None:
        match news:
            case ExecutionChanged():
                older = self._executions.get(news.execution.id)
                self._executions[news.execution.id] = merged(older, news) if older else news
            case FlowsChanged():
                self._flows = (self._flows or {}) | dict.fromkeys(news.names)
            case TriggersChanged():
                self._triggers = True

    @property
    def is_empty(self) -> bool:
        return not (self._executions or self._triggers or self._flows is not None)

    def take(self) -> Batch:
        """Everything gathered; nothing is left."""
        flows = None if self._flows is None else tuple(self._flows)
        batch = Batch(tuple(self._executions.values()), flows, self._triggers)
        self._executions, self._flows, self._triggers = {}, None, False
        return batch
