"""The internal storage: files on disk behind `kestra:///` addresses, as flows know them."""

import os
import re
import shutil
import tempfile
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from runtime.errors import InvalidRequest

SCHEME = "kestra"
_ODD = re.compile(r"[^\w./=@+-]+")


class FileStore:
    """Files below one root: NAMESPACE/FLOW/executions/ID/tasks/TASK/TASK_RUN/NAME."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(
        self,
        source: Path | bytes,
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
        relative = execution / "tasks" / task_id / task_run_id / _recognisable(name)
        target = self._below(relative)
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write(source, target)
        return f"{SCHEME}:///{relative}"

    def locate(self, uri: str) -> Path:
        """The file behind an address. Raises InvalidRequest for one that is none of ours, or is gone."""
        hint = "such an address begins with kestra:///"
        try:
            parts = urlsplit(uri)
            path = self._below(PurePosixPath(unquote(parts.path).lstrip("/")))
            there = path.is_file()
        except (ValueError, OSError):  # a NUL in it, or a name that is too long for any file
            raise InvalidRequest(f"`{uri}` is no address of a stored file", hint=hint) from None
        if parts.scheme != SCHEME or parts.netloc:
            raise InvalidRequest(f"`{uri}` is no address of a stored file", hint=hint)
        if not there:
            raise InvalidRequest(f"there is no stored file `{uri}`")
        return path

    def delete_execution(self, namespace: str, flow_id: str, execution_id: str) -> None:
        shutil.rmtree(self._root / self._execution(namespace, flow_id, execution_id), ignore_errors=True)

    @staticmethod
    def _execution(namespace: str, flow_id: str, execution_id: str) -> PurePosixPath:
        if execution_id in {"", ".", ".."} or "/" in execution_id:
            raise InvalidRequest(f"`{execution_id}` is no id of an execution")
        return PurePosixPath(*namespace.split("."), flow_id, "executions", execution_id)

    def _below(self, relative: PurePosixPath) -> Path:
        path = self._root / relative
        if not path.resolve().is_relative_to(self._root.resolve()):
            raise InvalidRequest(f"`{relative}` leads out of the storage")
        return path


def _recognisable(name: str) -> PurePosixPath:
    """A relative name that is safe in an address and on a disk, and still tells what it is."""
    parts = [_ODD.sub("_", part) for part in PurePosixPath(name).parts if part not in {"/", "..", "."}]
    return PurePosixPath(*parts) if parts else PurePosixPath("file")


def _write(source: Path | bytes, target: Path) -> None:
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=".")
    part = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            if isinstance(source, bytes):
                file.write(source)
            else:
                with source.open("rb") as original:
                    shutil.copyfileobj(original, file, 1 << 20)
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
