"""The internal storage: addresses, what they lead to, and what they must not lead to."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.errors import FileNotFound, InvalidRequest, Rejected
from runtime.store import atomic
from runtime.store.files import FileStore, _recognisable


def put(
    files: FileStore, source: Path | bytes = b"text", name: str = "a.csv", execution_id: str = "e"
) -> str:
    return files.put(
        source,
        namespace="company.data",
        flow_id="nightly",
        execution_id=execution_id,
        task_id="load",
        task_run_id="e-1",
        name=name,
    )


@pytest.fixture
def files(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "storage")


def test_an_address_says_whose_the_file_is(files: FileStore) -> None:
    assert put(files) == "kestra:///company/data/nightly/executions/e/tasks/load/e-1/a.csv"


def test_the_file_behind_an_address_is_what_was_put_there(files: FileStore, tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(bytes(range(256)) * 10_000)
    uri = put(files, tmp_path / "source")
    (tmp_path / "source").write_bytes(b"changed afterwards")
    assert files.locate(uri).read_bytes() == bytes(range(256)) * 10_000


def test_a_file_of_the_same_name_is_replaced(files: FileStore) -> None:
    put(files, b"one")
    assert files.locate(put(files, b"two")).read_bytes() == b"two"


def test_nothing_half_written_stays_when_the_source_is_missing(files: FileStore, tmp_path: Path) -> None:
    put(files, b"old")
    with pytest.raises(FileNotFoundError):
        put(files, tmp_path / "missing")
    assert files.locate(put(files, b"old")).read_bytes() == b"old"
    assert [path.name for path in (tmp_path / "storage").rglob("*") if path.is_file()] == ["a.csv"]


def test_files_are_closed_to_others(files: FileStore) -> None:
    path = files.locate(put(files))
    assert (path.stat().st_mode & 0o077, path.parent.stat().st_mode & 0o077) == (0, 0)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("a.csv", "a.csv"),
        ("deep/er/a.csv", "deep/er/a.csv"),
        ("my report (1).csv", "my_report_1_.csv"),
        ("größe.csv", "größe.csv"),
        ("a?b#c%41.csv", "a_b_c_41.csv"),
        ("/etc/passwd", "etc/passwd"),
        ("../../x", "x"),
        ("a/../../b", "a/b"),
        ("", "file"),
        ("..", "file"),
        ("a\nb\x00c", "a_b_c"),
        ("\udcff.csv", "_.csv"),  # a name that is no UTF-8, as Python hands it on
    ],
)
def test_a_name_stays_recognisable(files: FileStore, name: str, kept: str) -> None:
    uri = put(files, name=name)
    assert uri == f"kestra:///company/data/nightly/executions/e/tasks/load/e-1/{kept}"
    assert files.locate(uri).read_bytes() == b"text"


@given(st.text(max_size=60))
def test_no_name_leads_out_of_its_directory(name: str) -> None:
    kept = _recognisable(name)
    assert not kept.is_absolute()
    assert ".." not in kept.parts
    assert os.path.normpath(kept) not in {".", ""}


@pytest.mark.parametrize(
    "uri",
    [
        "kestra:///../outside",
        "kestra:///a/../../outside",
        "kestra:///%2e%2e/outside",
        "kestra:///..%2Foutside",
        "kestra:////etc/passwd",
        "kestra://host/company/a.csv",
        "file:///etc/passwd",
        "https://example.org/a.csv",
        "/etc/passwd",
        "a.csv",
        "",
        "kestra:",
        "kestra:///",
        "kestra:///company",  # a directory
        "kestra:///company/data/nightly/executions/e/tasks/load/e-1/missing.csv",
        "kestra:///link/outside",
        "kestra:///link",
    ],
)
def test_an_address_that_is_none_of_ours_is_refused(files: FileStore, tmp_path: Path, uri: str) -> None:
    put(files)
    (tmp_path / "outside").write_text("secret")
    (tmp_path / "storage" / "link").symlink_to(tmp_path)
    with pytest.raises(Rejected):
        files.locate(uri)


@pytest.mark.parametrize("uri", ["kestra:///a%00b", "kestra://[", "kestra:///" + "a" * 300])
def test_an_address_that_no_file_can_have_is_refused(files: FileStore, uri: str) -> None:
    put(files)
    with pytest.raises(InvalidRequest):
        files.locate(uri)


def test_ids_that_lead_out_are_refused(files: FileStore) -> None:
    with pytest.raises(InvalidRequest):
        put(files, execution_id="../../../../../outside")


def test_a_deleted_execution_takes_its_files_along_and_no_others(files: FileStore) -> None:
    gone, kept = put(files), put(files, execution_id="f")
    files.delete_execution("company.data", "nightly", "e")
    files.delete_execution("company.data", "nightly", "never")
    assert files.locate(kept).is_file()
    with pytest.raises(FileNotFound):
        files.locate(gone)


@pytest.mark.parametrize("execution_id", ["", "..", "../../../.."])
def test_nothing_but_one_execution_is_ever_deleted(files: FileStore, execution_id: str) -> None:
    uri = put(files)
    with pytest.raises(InvalidRequest):
        files.delete_execution("company.data", "nightly", execution_id)
    assert files.locate(uri).is_file()


def test_what_a_crash_left_half_written_is_no_file(files: FileStore) -> None:
    whole = put(files)
    (files.locate(whole).parent / f"{atomic.PART}x").write_text("half")
    assert files.addresses("company.data", "nightly", "e") == [whole]
    files.namespaces.put("company.data", "a", b"")
    (files.namespaces.directory("company.data") / f"{atomic.PART}x").write_text("half")
    assert files.namespaces.list("company.data") == ["a"]
