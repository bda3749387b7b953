"""The built-in tasks that deal with what is stored: files, keys and values, states. Each row is what the registry makes a plugin of."""

import re
from collections.abc import Iterator
from typing import Literal, TypeAlias

from runtime.tasks.names import KESTRA, OLD_TASKS

Row: TypeAlias = tuple[str, str, str, Literal["task"], tuple[str, ...]]
"""The class's name behind `io.kestra.plugin.`, where it is, its short name, its kind, its further names."""


def _rows(package: str, module: str, names: str, old: str = "") -> Iterator[Row]:
    """The classes of one package; `old` is the package that they were in once."""
    for name in names.split():
        aliases = (f"{OLD_TASKS}{old}.{name}",) if old else ()
        yield f"{package}.{name}", f"{module}:{name}", _short(package, name), "task", aliases


def _short(package: str, name: str) -> str:
    """`storage.dedup_items` for core.storage.DedupItems."""
    return f"{package.rpartition('.')[2]}.{re.sub(r'(?<=[a-z])(?=[A-Z])', '_', name).lower()}"


STORED_DATA: tuple[Row, ...] = (
    ("core.http.Download", "http_download:Download", "http.download", "task", (f"{KESTRA}fs.http.Download",)),
    *_rows("core.state", "state", "Set Get Delete", "states"),
    *_rows("core.log", "logs", "Fetch", "log"),
    *_rows("core.log", "logs", "PurgeLogs"),
    *_rows("core.metric", "publish", "Publish"),
    *_rows("core.templating", "templating", "TemplatedTask", "templating"),
    *_rows("core.debug", "core", "Echo", "debugs"),
    *_rows("core.namespace", "namespace", "UploadFiles DownloadFiles DeleteFiles PurgeFiles"),
    *_rows("core.kv", "kv", "Set Put Get GetKeys Delete PurgeKV"),
    *_rows("core.storage", "storage", "Write"),
    *_rows("core.storage", "storage_purge", "PurgeStorage"),
    *_rows("core.storage", "storage_items", "DeduplicateItems FilterItems", "storages"),
    *_rows("core.storage", "storage", "Concat Split Reverse Size Delete LocalFiles", "storages"),
    (
        "core.storage.PurgeCurrentExecutionFiles",
        "storage:PurgeCurrentExecutionFiles",
        "storage.purge_current_execution_files",
        "task",
        (f"{OLD_TASKS}storages.PurgeExecution", f"{KESTRA}core.storage.PurgeExecution"),
    ),
)
