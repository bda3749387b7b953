"""dbt nodes on their way to the store and the screens: a build tells thousands of changes, ten times a second is enough."""

import asyncio
from collections.abc import Collection, Sequence
from functools import partial

from runtime.engine.snapshot import Snapshot
from runtime.executor.news import News
from runtime.executor.supervisor import Supervisor
from runtime.model.execution import Node
from runtime.model.views import ExecutionChanged
from runtime.store import Store

INTERVAL = 0.1  # seconds

Changes = dict[tuple[str, str], Node]


class NodeBook:
    """Collects changes of nodes, and hands them on in batches."""

    def __init__(self, store: Store, supervisor: Supervisor, news: News) -> None:
        self._store = store
        self._supervisor = supervisor
        self._news = news
        self._pending: dict[str, Changes] = {}
        self._changed = asyncio.Event()

    def of(self, execution_id: str) -> "partial[None]":
        """What a task context calls."""
        return partial(self.put, execution_id)

    def put(self, execution_id: str, nodes: Sequence[Node]) -> None:
        changes = self._pending.setdefault(execution_id, {})
        for node in nodes:
            changes[node.task_run_id, node.unique_id] = node
        self._changed.set()

    async def known(self, execution_id: str, task_run_ids: Collection[str]) -> list[Node]:
        """The nodes of task runs as they were last told, whatever became of those who told it."""
        await self.flush()
        return [node for node in await self._store.nodes.of(execution_id) if node.task_run_id in task_run_ids]

    async def run(self) -> None:
        """Hand changes on until cancelled."""
        while True:
            await self._changed.wait()
            await asyncio.sleep(INTERVAL)
            await self.flush()

    async def flush(self) -> None:
        self._changed.clear()
        pending, self._pending = self._pending, {}
        for execution_id, changes in pending.items():
            await self._store.nodes.upsert(execution_id, tuple(changes.values()))
            self._tell(self._supervisor.snapshot(execution_id), tuple(changes.values()))

    def _tell(self, snapshot: Snapshot | None, nodes: tuple[Node, ...]) -> None:
        if snapshot is not None:
            self._news.publish(ExecutionChanged(sequence=0, execution=snapshot.execution, nodes=nodes))
