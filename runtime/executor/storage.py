"""The internal storage as one attempt sees it: what it puts there stands under its own address."""

from pathlib import Path

from runtime.runners.base import Labels
from runtime.store.files import FileStore


class AttemptFiles:
    """Files under `kestra:///NAMESPACE/FLOW/executions/ID/tasks/TASK/TASK_RUN/`."""

    def __init__(self, store: FileStore, labels: Labels) -> None:
        self._store = store
        self._labels = labels

    def put(self, path: Path, name: str) -> str:
        labels = self._labels
        return self._store.put(
            path,
            namespace=labels.namespace,
            flow_id=labels.flow_id,
            execution_id=labels.execution_id,
            task_id=labels.task_id,
            task_run_id=labels.task_run_id,
            name=name,
        )

    def locate(self, uri: str) -> Path:
        return self._store.locate(uri)
