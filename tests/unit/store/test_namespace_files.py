"""Namespace files: whose they are, where they lie, and that no name leads elsewhere."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.errors import FileNotFound, InvalidRequest, Rejected
from runtime.store.files import FileStore
from runtime.store.namespace_files import NamespaceFiles

SPACE = "company.data"


@pytest.fixture
def files(tmp_path: Path) -> NamespaceFiles:
    return NamespaceFiles(tmp_path / "storage", {"company.own": tmp_path / "checkout"})


def test_a_file_is_found_by_name_and_by_address(files: NamespaceFiles, tmp_path: Path) -> None:
    address = files.put(SPACE, "sql/größe 1.sql", b"select 1")
    assert address == "kestra:///company/data/_files/sql/gr%C3%B6%C3%9Fe%201.sql"
    assert files.locate(SPACE, "/sql/größe 1.sql").read_bytes() == b"select 1"
    assert FileStore(tmp_path / "storage", files).locate(address).read_bytes() == b"select 1"
    with pytest.raises(FileNotFound, match=r"flowdeck namespace files list company\.data"):
        files.locate(SPACE, "sql/other.sql")


def test_namespaces_do_not_see_each_other(files: NamespaceFiles) -> None:
    files.put("company", "a", b"above")
    files.put("company.data.deep", "a", b"below")
    files.put(SPACE, "b", b"own")
    assert files.list(SPACE) == ["b"]
    assert files.namespaces() == ["company", "company.data", "company.data.deep", "company.own"]


def test_a_checkout_is_the_namespaces_directory_without_its_history(
    files: NamespaceFiles, tmp_path: Path
) -> None:
    checkout = tmp_path / "checkout"
    (checkout / ".git").mkdir(parents=True)
    (checkout / ".git" / "config").write_text("[core]")
    (checkout / "models").mkdir()
    (checkout / "models" / "a.sql").write_text("select 1")
    (checkout / "outside").symlink_to("/etc")
    assert files.list("company.own") == ["models/a.sql"]
    address = files.address("company.own", "models/a.sql")
    assert FileStore(tmp_path / "storage", files).locate(address) == checkout / "models" / "a.sql"
    for name in (".git/config", "outside/passwd"):
        with pytest.raises(InvalidRequest):
            files.locate("company.own", name)


def test_a_deleted_file_takes_the_folders_along_that_it_empties(files: NamespaceFiles) -> None:
    for name in ("a/b/c", "a/d"):
        files.put(SPACE, name, b"")
    assert files.delete(SPACE, "a/b/c")
    assert not files.delete(SPACE, "a/b/c")
    assert sorted(path.name for path in files.directory(SPACE).rglob("*")) == ["a", "d"]
    files.delete(SPACE, "a/d")
    assert files.list(SPACE) == []


def test_a_file_takes_no_directorys_place_and_none_a_files(files: NamespaceFiles) -> None:
    files.put(SPACE, "a/b", b"")
    for name in ("a", "a/b/c"):
        with pytest.raises(InvalidRequest, match="directory"):
            files.put(SPACE, name, b"")


@pytest.mark.parametrize("name", ["", "/", "..", "a/../../b", "../a", "a\nb", "a\0b", "/..", "~/../.."])
def test_a_name_that_is_none_is_refused(files: NamespaceFiles, name: str) -> None:
    with pytest.raises(InvalidRequest):
        files.put(SPACE, name, b"")


@pytest.mark.parametrize("namespace", ["", "..", "a..b", "a/b", ".", "a.\0"])
def test_a_namespace_that_is_none_is_refused(files: NamespaceFiles, namespace: str) -> None:
    with pytest.raises(InvalidRequest):
        files.put(namespace, "a", b"")


@given(st.text(max_size=40))
def test_no_name_leads_out(name: str) -> None:
    base = Path("/nonexistent/storage")
    try:
        place = NamespaceFiles(base).place(SPACE, name)
    except Rejected:
        return
    assert Path(os.path.normpath(place)).is_relative_to(base / "company/data/_files")


def test_a_stored_file_may_lie_in_a_folder_of_the_same_name(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    owner = {"namespace": SPACE, "flow_id": "f", "execution_id": "e", "task_id": "t", "task_run_id": "e-1"}
    uri = store.put(b"text", name="_files/a", **owner)
    assert store.locate(uri).read_bytes() == b"text"
    store.namespaces.put(SPACE, "executions/x/tasks/a", b"")
    assert store.executions() == [(SPACE, "f", "e")]
    assert store.executions("company") == [(SPACE, "f", "e")]
    assert store.executions("company.other") == store.executions(SPACE, "g") == []
    assert store.addresses(SPACE, "f", "e") == [uri]
