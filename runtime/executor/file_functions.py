"""The functions of templates that look into files: stored ones, those of a namespace, and those of this machine."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from runtime.errors import ExpressionFailed, FileNotFound
from runtime.executor.storage import locate_named
from runtime.expressions.limits import MAX_OUTPUT
from runtime.expressions.text import kind
from runtime.store.files import FileStore


class FileFunctions:
    """`read`, `fileSize` ... as one flow's templates call them: a name without a scheme is a file of the flow's namespace."""

    def __init__(self, store: FileStore, namespace: str) -> None:
        self._store = store
        self._namespace = namespace

    def by_name(self) -> Mapping[str, Callable[..., Any]]:
        return {
            "read": self.read,
            "fileURI": self.address,
            "fileSize": self.size,
            "fileExists": self.exists,
            "isFileEmpty": self.is_empty,
        }

    def read(self, path: Any, namespace: str | None = None, version: Any = None, revision: Any = None) -> str:
        """The text of a file. Of a namespace's file there is one version, the latest."""
        file = self._locate("read", path, namespace)
        size = file.stat().st_size
        if size > MAX_OUTPUT:
            raise ExpressionFailed(
                f"`read` takes at most {MAX_OUTPUT // 1_000_000} MB, and the file has {size / 1_000_000:.1f}",
                hint="hand it to a script as one of its `inputFiles`",
            )
        return file.read_text(encoding="utf-8", errors="replace")

    def address(self, path: Any, namespace: str | None = None, version: Any = None) -> str:
        """The `kestra:///` address of a namespace's file."""
        owner, name = namespace or self._namespace, str(path)
        self._store.namespaces.locate(owner, name)
        return self._store.namespaces.address(owner, name)

    def size(self, path: Any, namespace: str | None = None) -> int:
        return self._locate("fileSize", path, namespace).stat().st_size

    def exists(self, path: Any, namespace: str | None = None) -> bool:
        try:
            return self._locate("fileExists", path, namespace).is_file()
        except FileNotFound:
            return False

    def is_empty(self, path: Any, namespace: str | None = None) -> bool:
        return self._locate("isFileEmpty", path, namespace).stat().st_size == 0

    def _locate(self, function: str, path: Any, namespace: str | None) -> Path:
        if not isinstance(path, str):
            raise ExpressionFailed(f"`{function}` needs the address or the name of a file, not {kind(path)}")
        return locate_named(self._store, path, namespace or self._namespace)
