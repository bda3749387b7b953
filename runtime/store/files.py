"""The internal storage: files on disk behind `kestra:///` addresses, as flows know them."""

import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from runtime.errors import FileNotFound, InvalidRequest
from runtime.store import atomic
from runtime.store.namespace_files import FOLDER, NamespaceFiles
from runtime.store.uploads import Uploads

SCHEME = "kestra"
PREFIX = f"{SCHEME}:///"
EXECUTIONS = "executions"
KINDS = frozenset({"tasks", "inputs"})
"""What an execution's directory has below it."""

_ODD = re.compile(r"[^\w./=@+-]+")


class FileStore:
    """Files below one root: NAMESPACE/FLOW/executions/ID/tasks/TASK/TASK_RUN/NAME, and `inputs` beside `tasks`.

    Namespace files stand at NAMESPACE/_files/NAME.
    """

    def __init__(self, root: Path, namespaces: NamespaceFiles | None = None) -> None:
        self._root = root
        self.namespaces = namespaces or NamespaceFiles(root)
        self.uploads = Uploads(root)

    def put(
        self,
        source: Path | bytes | Iterable[bytes],
        *,
        namespace: str,
        flow_id: str,
        execution_id: str,
        task_id: str,
        task_run_id: str,
        name: str,
    ) -> str:
        """Keep a copy; returns its address. A file of the same name is replaced, at once and whole."""
        execution = self._execution(namespace, flow_id, execution_id)
        return self._keep(source, execution / "tasks" / task_id / task_run_id / _recognisable(name))

    def put_input(
        self,
        source: Path | bytes | Iterable[bytes],
        *,
        namespace: str,
        flow_id: str,
        execution_id: str,
        input_id: str,
        name: str,
    ) -> str:
        """Keep a copy of a file that was given as an input; returns its address."""
        execution = self._execution(namespace, flow_id, execution_id)
        return self._keep(source, execution / "inputs" / _recognisable(input_id) / _recognisable(name))

    def _keep(self, source: Path | bytes | Iterable[bytes], relative: PurePosixPath) -> str:
        atomic.write(source, self._below(relative))
        return f"{PREFIX}{relative}"

    def locate(self, uri: str) -> Path:
        """The file behind an address, for reading. Raises InvalidRequest for one that is none of ours, FileNotFound for one that is gone."""
        path = self._path(uri)
        if not path.is_file():
            raise FileNotFound(
                f"there is no stored file `{uri}`",
                hint="it was deleted, or its execution was: files live as long as their execution, or `keep_files`",
            )
        return path

    def delete(self, uri: str) -> bool:
        """Whether there was such a file."""
        path = self._path(uri)
        there = path.is_file()
        path.unlink(missing_ok=True)
        return there

    def addresses(self, namespace: str, flow_id: str, execution_id: str) -> list[str]:
        """All that an execution has stored."""
        execution = self._root / self._execution(namespace, flow_id, execution_id)
        files = (
            path for path in execution.rglob("*") if path.is_file() and not path.name.startswith(atomic.PART)
        )
        return sorted(f"{PREFIX}{path.relative_to(self._root).as_posix()}" for path in files)

    def executions(self, namespace: str = "", flow_id: str = "") -> list[tuple[str, str, str]]:
        """Namespace, flow and id of all executions with stored files: in one namespace and those below it, of one flow, or all."""
        above = self._root.joinpath(*filter(None, namespace.split(".")))
        found = (path.relative_to(self._root).parts for path in _executions(above))
        names = [(".".join(parts[:-3]), parts[-3], parts[-1]) for parts in found if len(parts) > 3]
        return sorted(name for name in names if not flow_id or name[1] == flow_id)

    def delete_execution(self, namespace: str, flow_id: str, execution_id: str) -> None:
        shutil.rmtree(self._root / self._execution(namespace, flow_id, execution_id), ignore_errors=True)

    @staticmethod
    def _execution(namespace: str, flow_id: str, execution_id: str) -> PurePosixPath:
        if execution_id in {"", ".", ".."} or "/" in execution_id:
            raise InvalidRequest(f"`{execution_id}` is no id of an execution")
        return PurePosixPath(*namespace.split("."), flow_id, EXECUTIONS, execution_id)

    def _path(self, uri: str) -> Path:
        hint = f"such an address begins with {PREFIX}"
        try:
            parts = urlsplit(uri)
            relative = PurePosixPath(unquote(parts.path).lstrip("/"))
            path = self._place(relative)
            path.is_file()
        except (ValueError, OSError):  # a NUL in it, or a name that is too long for any file
            raise InvalidRequest(f"`{uri}` is no address of a stored file", hint=hint) from None
        if parts.scheme != SCHEME or parts.netloc or not relative.parts:
            raise InvalidRequest(f"`{uri}` is no address of a stored file", hint=hint)
        return path

    def _place(self, relative: PurePosixPath) -> Path:
        at = relative.parts.index(FOLDER) if FOLDER in relative.parts else 0
        if at == 0 or _is_within_execution(relative.parts[:at]):
            return self._below(relative)
        return self.namespaces.place(".".join(relative.parts[:at]), "/".join(relative.parts[at + 1 :]))

    def _below(self, relative: PurePosixPath) -> Path:
        path = self._root / relative
        if not path.resolve().is_relative_to(self._root.resolve()):
            raise InvalidRequest(f"`{relative}` leads out of the storage")
        return path


def _is_within_execution(parts: tuple[str, ...]) -> bool:
    """Whether a path has come below `NAMESPACE/FLOW/executions/ID/tasks`: a file there may have any name."""
    return any(
        parts[at] == EXECUTIONS and parts[at + 2] in KINDS and at > 1 for at in range(max(0, len(parts) - 2))
    )


def _executions(directory: Path) -> Iterator[Path]:
    """The directories of executions below; what is inside them is not gone through."""
    if not directory.is_dir():
        return
    for path in directory.iterdir():
        if directory.name == EXECUTIONS and any((path / kind).is_dir() for kind in KINDS):
            yield path
        elif path.is_dir() and not path.is_symlink() and path.name != FOLDER:
            yield from _executions(path)


def _recognisable(name: str) -> PurePosixPath:
    """A relative name that is safe in an address and on a disk, and still tells what it is."""
    parts = [_ODD.sub("_", part) for part in PurePosixPath(name).parts if part not in {"/", "..", "."}]
    return PurePosixPath(*parts) if parts else PurePosixPath("file")
