"""The internal storage as one attempt sees it: what it puts there stands under its own address, what it names is found."""

from collections.abc import Iterable
from pathlib import Path
from urllib.parse import unquote, urlsplit

from runtime.engine.snapshot import Snapshot
from runtime.errors import FileNotFound, InvalidRequest
from runtime.model.execution import TaskRun
from runtime.runners.base import Labels
from runtime.store.files import FileStore


class AttemptFiles:
    """Files under `kestra:///NAMESPACE/FLOW/executions/ID/tasks/TASK/TASK_RUN/`."""

    def __init__(self, store: FileStore, labels: Labels) -> None:
        self.store = store
        self._labels = labels

    @classmethod
    def of(cls, store: FileStore, snapshot: Snapshot, run: TaskRun) -> "AttemptFiles":
        """Of a flowable, which has no attempts of its own."""
        labels = Labels(
            namespace=snapshot.flow.namespace,
            flow_id=snapshot.flow.id,
            execution_id=run.execution_id,
            task_id=run.task_id,
            task_run_id=run.id,
            attempt=1,
        )
        return cls(store, labels)

    @property
    def namespace(self) -> str:
        """The flow's own."""
        return self._labels.namespace

    def put(self, source: Path | bytes | Iterable[bytes], name: str) -> str:
        labels = self._labels
        return self.store.put(
            source,
            namespace=labels.namespace,
            flow_id=labels.flow_id,
            execution_id=labels.execution_id,
            task_id=labels.task_id,
            task_run_id=labels.task_run_id,
            name=name,
        )

    def locate(self, uri: str) -> Path:
        return locate(self.store, uri, self._labels.namespace)

    def delete(self, uri: str) -> bool:
        return self.store.delete(uri)

    def purge(self) -> list[str]:
        labels = self._labels
        owner = labels.namespace, labels.flow_id, labels.execution_id
        addresses = self.store.addresses(*owner)
        self.store.delete_execution(*owner)
        return addresses


def locate(store: FileStore, address: str, namespace: str) -> Path:
    """The file behind `kestra:///...`, `nsfile:///NAME` (of the flow's namespace), `nsfile://NAMESPACE/NAME` or `file:///PATH`."""
    scheme = address.partition(":")[0]
    if scheme == "nsfile":
        other, name = _namespace_file(address)
        return store.namespaces.locate(other or namespace, name)
    if scheme == "file":
        return _local(address)
    return store.locate(address)


def locate_named(store: FileStore, written: str, namespace: str) -> Path:
    """The same, where a name without a scheme is that of a namespace file."""
    if ":/" in written:
        return locate(store, written, namespace)
    return store.namespaces.locate(namespace, written)


def _namespace_file(address: str) -> tuple[str, str]:
    try:
        parts = urlsplit(address)
    except ValueError:
        raise InvalidRequest(f"`{address}` is no address of a file of a namespace") from None
    return parts.netloc, unquote(parts.path)


def _local(address: str) -> Path:
    path = Path(unquote(address.removeprefix("file://")))
    if not address.startswith("file:///") or not path.is_file():
        raise FileNotFound(f"{address}: this machine has no such file")
    return path
