"""What becomes of an input that is a file."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from runtime.errors import InvalidInputs
from runtime.executor.input_files import keep, wanted
from runtime.model.execution import Execution, Trigger
from runtime.model.flow import InputSpec
from runtime.store.files import FileStore

SPECS = (
    InputSpec(id="one", type="FILE"),
    InputSpec(id="group.many", type="ARRAY", checks={"itemType": "FILE"}),
    InputSpec(id="text", type="STRING"),
)
CREATED = datetime(2026, 1, 1, tzinfo=UTC)


def execution(trigger: Trigger | None = None) -> Execution:
    return Execution(
        id="e", namespace="company.data", flow_id="f", revision=1, created=CREATED, trigger=trigger
    )


def kept(store: FileStore, inputs: dict[str, Any], trigger: Trigger | None = None) -> dict[str, Any]:
    return keep(store, execution(trigger), SPECS, inputs)


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "storage")


def test_only_inputs_that_are_files_are_looked_at(store: FileStore) -> None:
    assert [spec.id for spec in wanted(SPECS)] == ["one", "group.many"]
    given = {"text": "/etc/hostname", "one": None, "group": {"other": "/etc/hostname"}}
    assert kept(store, given) == given


def test_each_file_of_a_list_is_kept(store: FileStore, tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text(name)
    found = kept(store, {"group": {"many": [str(tmp_path / "a.csv"), str(tmp_path / "b.csv")]}})
    assert [store.locate(uri).read_text() for uri in found["group"]["many"]] == ["a.csv", "b.csv"]


def test_all_that_is_wrong_is_told_at_once(store: FileStore) -> None:
    with pytest.raises(InvalidInputs) as wrong:
        kept(store, {"one": "/nowhere/a", "group": {"many": ["kestra:///gone"]}})
    assert set(wrong.value.details["inputs"]) == {"one", "group.many"}


@pytest.mark.parametrize("path", ["/etc/hostname", "file:///etc/hostname", "~/.bashrc", "etc/hostname"])
def test_a_webhook_reaches_stored_files_only(store: FileStore, tmp_path: Path, path: str) -> None:
    webhook = Trigger(id="w", type="io.kestra.plugin.core.trigger.Webhook")
    with pytest.raises(InvalidInputs, match="a webhook can't name files of this machine"):
        kept(store, {"one": path}, webhook)
    store.namespaces.put("company.data", "a", b"")
    assert kept(store, {"one": "nsfile:///a"}, webhook) == {"one": "nsfile:///a"}
