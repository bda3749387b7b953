"""Going on where dbt was stopped: which commands are understood, and what is left of them."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from runtime.model.execution import Node
from runtime.tasks import dbt_database
from runtime.tasks.dbt_nodes import INTERRUPTED
from runtime.tasks.dbt_resume import Command, parse, plan

UNDERSTOOD = [
    ("dbt build", Command(which="build")),
    (
        "dbt run -s +orders tag:daily --exclude 'a b' --target prod --full-refresh",
        Command(
            which="run",
            selection=("--select", "+orders", "--select", "tag:daily", "--exclude", "a b"),
            shared=("--target", "prod"),
            retried=("--full-refresh",),
        ),
    ),
    (
        "dbt build --select=state:modified+ --state prod --defer --threads 4 --vars '{a: 1}'",
        Command(
            which="build",
            selection=("--select", "state:modified+", "--state", "prod"),
            shared=("--vars", "{a: 1}"),
            retried=("--threads", "4"),
            kept={"defer_state": "prod", "defer": True},
        ),
    ),
    ("dbt test --no-defer", Command(which="test", kept={"defer": False})),
]


@pytest.mark.parametrize(("text", "command"), UNDERSTOOD, ids=lambda each: str(each)[:30])
def test_a_command_is_taken_apart(text: str, command: Command) -> None:
    assert parse(text) == command


@pytest.mark.parametrize(
    "text",
    [
        "dbt build && echo done",
        "dbt build | tee log",
        "dbt build --select $NODES",
        "dbt build --some-option-of-the-future x",
        "dbt build stray",
        "dbt --debug build",
        "dbt deps",
        "cd project; dbt run",
        "dbt run --select 'unclosed",
    ],
)
def test_what_is_not_wholly_understood_is_left_alone(text: str) -> None:
    assert parse(text) is None


def node(name: str, status: str, message: str = "") -> Node:
    kind = name.partition(".")[0]
    return Node(task_run_id="e-1", unique_id=name, resource_type=kind, status=status, message=message)


NODES = (
    node("model.p.a", "success"),
    node("test.p.t", "warn"),
    node("model.p.b", "executing"),
    node("model.p.c", "error", INTERRUPTED),
    node("model.p.d", "error", "Binder Error"),
    node("model.p.e", "skipped"),
)


def test_what_is_done_cut_off_and_failed_is_told_apart() -> None:
    found = plan(NODES, ["dbt deps", "dbt build"])
    assert found is not None
    assert found.done == {"model.p.a", "test.p.t"}
    assert found.cut_off == ("model.p.b", "model.p.c")
    assert found.failed == ("model.p.d", "model.p.e")
    assert found.preview == (
        "goes on where it was stopped: 2 nodes are done, 2 cut off (b, c), 2 failed or skipped (d, e); "
        "runs what is not done"
    )


@pytest.mark.parametrize(
    ("nodes", "commands"),
    [
        (NODES[2:], ["dbt build"]),
        ((), ["dbt build"]),
        (NODES, ["dbt run", "dbt build"]),
        (NODES, ["dbt run", "dbt build | cat"]),
        (NODES, ["dbt docs generate"]),
    ],
)
def test_where_it_is_in_doubt_all_is_run(nodes: Sequence[Node], commands: list[str]) -> None:
    assert plan(nodes, commands) is None


def test_commands_that_build_different_kinds_go_on_each_by_itself() -> None:
    found = plan(NODES, ["dbt seed", "dbt run", "dbt test"])
    assert found is not None
    assert [each and each.which for each in found.commands] == ["seed", "run", "test"]


def resumed(directory: Path, selected: list[str]) -> tuple[str, dict[str, object] | None]:
    """Run the lines with a dbt that lists `selected`, and keeps what it is asked to retry."""
    listed = "\n".join(f'{{"unique_id": "{name}"}}' for name in selected)
    (directory / "dbt").write_text(
        f"#!/bin/sh\ncase $1 in ls) cat <<'X'\n{listed}\nX\n;; retry) echo retried \"$@\";; esac\n"
    )
    (directory / "dbt").chmod(0o755)
    found = plan(NODES, ["dbt build --threads 2"])
    assert found is not None
    script = "set -e\n" + "\n".join(found.lines(0, "dbt build --threads 2", "kept"))
    done = subprocess.run(
        ["/bin/sh", "-c", script],
        cwd=directory,
        env={"PATH": f"{directory}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )
    results = directory / "kept" / "0" / "run_results.json"
    return done.stdout, json.loads(results.read_text()) if results.exists() else None


def test_dbt_is_told_exactly_what_is_left(tmp_path: Path) -> None:
    said, results = resumed(tmp_path, ["model.p.a", "model.p.b", "model.p.d", "model.p.new", "test.p.t"])
    assert said == "left: 3 nodes\nretried retry --threads 2 --state kept/0\n"
    assert results is not None
    assert [each["unique_id"] for each in results["results"]] == [  # type: ignore[attr-defined]
        "model.p.b",
        "model.p.d",
        "model.p.new",
    ]
    assert results["args"] == {"which": "build"}


def test_where_nothing_is_left_dbt_is_not_asked(tmp_path: Path) -> None:
    said, results = resumed(tmp_path, ["model.p.a"])
    assert (said, results) == ("nothing is left of: dbt build --threads 2\n", None)


@pytest.mark.parametrize(
    ("profile", "gone"),
    [
        ("x: {outputs: {dev: {type: duckdb, path: here.duckdb}}}", ""),
        ("x: {outputs: {dev: {type: duckdb, path: absent.duckdb}}}", "absent.duckdb"),
        ("x: {outputs: {dev: {type: duckdb, path: ':memory:'}}}", ":memory:"),
        ("x: {outputs: {dev: {type: duckdb, path: 'md:team'}}}", ""),
        ("x: {outputs: {dev: {type: postgres, host: h}}}", ""),
        ("x:\n  outputs:\n    dev:\n      type: duckdb\n      path: absent.duckdb\n", "absent.duckdb"),
    ],
)
def test_a_database_that_is_a_file_may_be_gone(tmp_path: Path, profile: str, gone: str) -> None:
    (tmp_path / "here.duckdb").touch()
    assert dbt_database.missing([profile], tmp_path, tmp_path) == gone
