"""docs/data.md names what a reader needs, with the numbers of the code."""

from datetime import timedelta
from pathlib import Path

import msgspec

from runtime.config import Settings
from runtime.executor.retention import UNUSED_UPLOADS
from runtime.expressions.limits import MAX_OUTPUT
from runtime.store.key_values import Type
from runtime.tasks.registry import default_registry

TEXT = (Path(__file__).parents[3] / "docs" / "data.md").read_text()


def test_every_type_setting_and_task_is_there() -> None:
    assert all(kind.value in TEXT for kind in Type)
    settings = {field.name for field in msgspec.structs.fields(Settings)}
    assert {"keep_executions", "keep_files", "namespace_files"} <= settings
    for name in (
        "core.namespace.UploadFiles",
        "core.kv.Set",
        "core.kv.Get",
        "core.storage.PurgeStorage",
        "core.storage.PurgeCurrentExecutionFiles",
        "core.execution.PurgeExecutions",
        "git.SyncNamespaceFiles",
    ):
        assert name in TEXT
        assert default_registry().find(f"io.kestra.plugin.{name}") is not None


def test_the_numbers_are_those_of_the_code() -> None:
    assert f"at most {MAX_OUTPUT // 1_000_000} MB" in TEXT
    assert timedelta(days=1) == UNUSED_UPLOADS
