"""`taskCache`: a task that is given what it was given before does not run, and has the outputs of then."""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from runtime.clock import Clock
from runtime.errors import FileNotFound
from runtime.model.execution import TaskRun
from runtime.model.flow import Flow, TaskSpec
from runtime.store.files import PREFIX, FileStore
from runtime.store.task_cache import Cached
from runtime.store.task_cache import TaskCache as Rows
from runtime.tasks.base import Result


class TaskCache:
    """One runtime's."""

    def __init__(self, rows: Rows, files: FileStore, clock: Clock) -> None:
        self._rows = rows
        self._files = files
        self._clock = clock

    async def recall(self, key: str) -> Cached | None:
        """The outputs of an earlier run; None where there are none, or where their files are gone."""
        found = await self._rows.get(key, self._clock.now())
        if found is None or all(map(self._is_there, _addresses(found.outputs))):
            return found
        await self._rows.delete(key)
        return None

    def _is_there(self, uri: str) -> bool:
        try:
            self._files.locate(uri)
        except FileNotFound:
            return False
        return True

    async def keep(self, key: str, spec: TaskSpec, result: Result, outputs: Mapping[str, Any]) -> None:
        """`outputs` are as they are kept with the task run. What does more than give outputs has to run each time."""
        assert spec.cache is not None
        if not (result.labels or result.variables or result.exit_state):
            await self._rows.put(key, outputs, self._clock.now(), spec.cache.ttl)


def key_of(flow: Flow, spec: TaskSpec, run: TaskRun, rendered: Mapping[str, Any]) -> str:
    """Stands for the task, and for all that it is given; a secret among that is not to be read from it."""
    given = [flow.namespace, flow.id, spec.id, spec.type, run.value, dict(rendered)]
    return hashlib.sha256(msgspec.json.encode(given, order="deterministic")).hexdigest()


def _addresses(value: Any) -> Iterator[str]:
    """Every stored file that outputs name."""
    if isinstance(value, str):
        if value.startswith(PREFIX):
            yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _addresses(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _addresses(item)
