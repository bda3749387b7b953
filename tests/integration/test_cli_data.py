"""What is kept, from the command line: values, files of namespaces, stored files."""

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from console.cli.entry import run as run_words

Flowdeck = Callable[..., tuple[int, str, str]]

FILE = """\
id: takes
namespace: company.data
inputs:
  - {id: rows, type: FILE}
  - {id: name, type: STRING}
tasks:
  - {id: told, type: log, message: "{{ inputs.name }} has {{ read(inputs.rows) }}"}
"""


@pytest.fixture
def flowdeck(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> Flowdeck:
    """Runs a command line; returns exit code, stdout and stderr."""

    def call(*words: str) -> tuple[int, str, str]:
        places = ["--data", str(tmp_path / "data"), "--flows", str(tmp_path / "flows")]
        with pytest.raises(SystemExit) as left:
            run_words([*places, *words])
        out, err = capfdbinary.readouterr()
        return int(left.value.code or 0), out.decode(), err.decode()

    return call


def test_values_are_set_listed_read_and_forgotten(flowdeck: Flowdeck) -> None:
    assert flowdeck("kv", "set", "company.data", "limit", "5")[2] == "company.data limit is the NUMBER 5\n"
    flowdeck("kv", "set", "company.data", "day", "2026-01-31", "--type", "date", "--ttl", "PT1H")
    assert flowdeck("kv", "get", "company.data", "day")[:2] == (0, "2026-01-31\n")
    found = json.loads(flowdeck("kv", "list", "company", "--json")[1])
    assert [(each["key"], each["type"], each["value"]) for each in found] == [
        ("day", "DATE", "2026-01-31"),
        ("limit", "NUMBER", 5),
    ]
    assert "NUMBER" in flowdeck("kv", "list")[1]
    assert flowdeck("kv", "delete", "company.data", "limit")[0] == 0
    code, _, said = flowdeck("kv", "get", "company.data", "limit")
    assert code == 2
    assert "there is no key `limit`" in said


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("set", "a", "k", "x", "--type", "NUMBER"), "the value is no NUMBER"),
        (("set", "a", "k", "x", "--type", "TEXT"), "no type of a value"),
        (("set", "a", "k", "x", "--ttl", "soon"), "--ttl soon"),
        (("set", "a", "k k", "x"), "is no key"),
        (("delete", "a", "k"), "there is no key"),
    ],
)
def test_what_is_wrong_with_a_value_is_told(flowdeck: Flowdeck, words: tuple[str, ...], reason: str) -> None:
    code, _, said = flowdeck("kv", *words)
    assert code == 2
    assert reason in said


def test_a_value_may_come_by_stdin_and_stay(flowdeck: Flowdeck, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO('{"a": [1]}\n'))
    flowdeck("kv", "set", "a", "k", "-")
    assert json.loads(flowdeck("kv", "get", "a", "k")[1]) == {"a": [1]}
    assert flowdeck("kv", "set", "a", "k", "2", "--no-overwrite")[0] == 2


def test_a_path_is_sent_for_a_file_and_stays_a_text_elsewhere(flowdeck: Flowdeck, tmp_path: Path) -> None:
    (tmp_path / "takes.yaml").write_text(FILE)
    rows = tmp_path / "rows.csv"
    rows.write_text("a,b")
    code, out, said = flowdeck(
        "run", str(tmp_path / "takes.yaml"), "-i", f"rows={rows}", "-i", f"name={rows}", "--json"
    )
    assert code == 0
    assert f"{rows} has a,b" in said
    uri = json.loads(out)["inputs"]["rows"]
    assert uri.endswith("/inputs/rows/rows.csv")
    assert [
        each["uri"] for each in json.loads(flowdeck("files", "list", json.loads(out)["id"], "--json")[1])
    ] == [uri]
    assert flowdeck("files", "get", uri)[:2] == (0, "a,b")
    flowdeck("files", "get", uri, "-o", str(tmp_path / "copy"))
    assert (tmp_path / "copy").read_text() == "a,b"
    assert flowdeck("files", "get", "kestra:///gone")[0] == 2


def test_a_directory_becomes_the_files_of_a_namespace(flowdeck: Flowdeck, tmp_path: Path) -> None:
    (tmp_path / "project" / "models").mkdir(parents=True)
    (tmp_path / "project" / ".git").mkdir()
    for name in ("dbt_project.yml", "models/a b.sql", ".git/config"):
        (tmp_path / "project" / name).write_text(name)
    assert flowdeck("namespace", "files", "put", "company.data", str(tmp_path / "project"))[0] == 0
    flowdeck(
        "namespace", "files", "put", "company.data", str(tmp_path / "project" / "dbt_project.yml"), "x/y.yml"
    )
    listed = json.loads(flowdeck("namespace", "files", "list", "company.data", "--json")[1])
    assert [each["name"] for each in listed] == ["dbt_project.yml", "models/a b.sql", "x/y.yml"]
    assert flowdeck("namespace", "files", "get", "company.data", "models/a b.sql")[1] == "models/a b.sql"
    assert flowdeck("namespace", "files", "delete", "company.data", "x/y.yml")[0] == 0
    code, _, said = flowdeck("namespace", "files", "delete", "company.data", "x/y.yml")
    assert code == 2
    assert "has no file `x/y.yml`" in said
    assert flowdeck("namespace", "files", "put", "company.data", str(tmp_path / "project"), "../up")[0] == 2
