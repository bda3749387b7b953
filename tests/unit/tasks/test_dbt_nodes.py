"""How nodes stand, from lines that dbt 1.11.16 with dbt-duckdb wrote."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.model.execution import Node
from runtime.tasks.dbt_artifacts import (
    Manifest,
    ManifestNode,
    Metadata,
    NodeResult,
    Parents,
    Results,
    numbered,
)
from runtime.tasks.dbt_events import Event, parse
from runtime.tasks.dbt_nodes import NodeTracker, name_of
from runtime.tasks.dbt_report import concise, failed_nodes

RECORDINGS = Path(__file__).parent / "dbt_recordings"


MICROBATCH = (
    '2 of 5 nodes failed: batches (Parser Error: syntax error at or near ","), '
    'fct_broken (Binder Error: Referenced column "nme" not found in FROM clause! Candidate bindings: "name")'
)


def lines(recording: str) -> list[str]:
    return (RECORDINGS / f"{recording}.jsonl").read_text().splitlines()


def replay(*recordings: str) -> tuple[NodeTracker, list[Node]]:
    """A tracker that has seen the recordings, and every change that it told, in order."""
    tracker = NodeTracker("taskrun")
    told = [
        node for recording in recordings for line in lines(recording) for node in tracker.feed(event(line))
    ]
    return tracker, told


def event(line: str) -> Event:
    parsed = parse(line)
    assert parsed is not None
    return parsed


def statuses(tracker: NodeTracker) -> dict[str, str]:
    return {node.name: node.status for node in tracker.nodes.values()}


def life(told: Sequence[Node], name: str) -> list[str]:
    return [node.status for node in told if node.name == name]


def test_a_build_ends_with_each_node_as_dbt_left_it() -> None:
    tracker, _ = replay("build")
    assert statuses(tracker) == {
        "ships": "success",
        "stg_ships": "success",
        "accepted_values_stg_ships_id__1": "warn",
        "not_null_stg_ships_id": "pass",
        "not_null_stg_ships_name": "pass",
        "unique_stg_ships_id": "fail",
        "batches": "skipped",
        "fct_broken": "skipped",
        "inc": "skipped",
        "fct_after": "skipped",
        "harbour-on-run-end-0": "success",
    }


def test_a_node_is_told_at_each_step_of_its_life() -> None:
    tracker, told = replay("build")
    assert life(told, "stg_ships") == ["started", "compiling", "executing", "success", "success"]
    node = tracker.nodes["model.harbour.stg_ships"]
    assert node.started == datetime(2026, 11, 23, 9, 0, 34, 17160, tzinfo=UTC)
    assert node.ended == datetime(2026, 11, 23, 9, 0, 34, 63180, tzinfo=UTC)
    assert node.execution_s == pytest.approx(0.045, abs=0.001)
    assert (node.resource_type, node.relation) == ("model", '"harbour"."main"."stg_ships"')
    assert node.thread == "Thread-2 (worker)"


def test_a_test_names_its_model_and_its_failures() -> None:
    tracker, _ = replay("build")
    failed = tracker.nodes["test.harbour.unique_stg_ships_id.ddecf9d8aa"]
    assert (failed.failures, failed.attached_node) == (1, "model.harbour.stg_ships")
    assert tracker.nodes["model.harbour.stg_ships"].failures is None


def test_a_skipped_node_says_what_it_is_skipped_for() -> None:
    tracker, _ = replay("build")
    assert tracker.nodes["model.harbour.inc"].message == "unique_stg_ships_id failed"


def test_a_microbatch_model_ends_once_after_all_its_batches() -> None:
    tracker, told = replay("microbatch")
    assert life(told, "batches") == [
        "started",
        "compiling",
        "executing",
        *["executing"] * 4,
        "error",
        "error",
    ]
    assert [node.message for node in told if node.name == "batches"][3:7] == [
        "batch 1 of 3",
        "batch 1 of 3",
        "batch 2 of 3",
        "batch 3 of 3",
    ]
    assert "Parser Error" in tracker.nodes["model.harbour.batches"].message


def test_the_info_level_alone_tells_how_nodes_end() -> None:
    tracker, told = replay("info_level")
    assert statuses(tracker) == {
        "stg_ships": "success",
        "fct_broken": "error",
        "harbour-on-run-end-0": "success",
    }
    assert life(told, "stg_ships") == ["started", "success"]
    assert "Binder Error" in tracker.nodes["model.harbour.fct_broken"].message


def test_freshness_is_a_node_too() -> None:
    tracker, _ = replay("freshness")
    source = tracker.nodes["source.harbour.raw.ships"]
    assert (source.name, source.resource_type, source.status) == ("raw.ships", "source", "warn")


def test_a_second_command_begins_a_nodes_life_anew() -> None:
    tracker, told = replay("info_level", "microbatch")
    assert (
        life(told, "stg_ships")
        == ["started", "success", "started", "compiling", "executing"] + ["success"] * 2
    )
    assert tracker.node_count == 5
    assert len(tracker.current) == 5


@pytest.mark.parametrize(
    ("recording", "message"),
    [
        ("build", "1 of 10 nodes failed: unique_stg_ships_id (1 failure)"),
        ("microbatch", MICROBATCH),
        ("freshness", ""),
        ("broken", ""),
    ],
)
def test_a_failure_in_one_line(recording: str, message: str) -> None:
    assert failed_nodes(replay(recording)[0]) == message


def test_many_failed_nodes_are_not_all_named() -> None:
    tracker = NodeTracker("taskrun")
    tracker.complete(
        Results(
            results=tuple(
                NodeResult(unique_id=f"model.p.m{n}", status="error", message="no") for n in range(5)
            )
        )
    )
    assert failed_nodes(tracker) == "5 of 5 nodes failed: m0 (no), m1 (no), m2 (no) and 2 more"


def test_a_compile_error_in_one_line() -> None:
    stopped = next(found for found in map(event, lines("broken")) if found.name == "MainEncounteredError")
    assert stopped.data is not None
    assert concise(stopped.data.exc, 400) == (
        "Compilation Error: Model 'model.bad.a' (models/a.sql) depends on a node named 'nope' which was not found"
    )


def test_run_results_complete_what_events_told() -> None:
    tracker, _ = replay("microbatch")
    edges = {
        "model.harbour.fct_after": ManifestNode(depends_on=Parents(nodes=("model.harbour.fct_broken",))),
    }
    learned = tracker.learn(Manifest(nodes=edges))
    assert [node.depends_on for node in learned] == [("model.harbour.fct_broken",)]
    command = Metadata(invocation_id=tracker.invocation)
    results = (
        NodeResult(
            unique_id="model.harbour.stg_ships",
            status="success",
            message="INSERT 7",
            adapter_response={"rows_affected": "7"},
        ),
        NodeResult(unique_id="model.harbour.fct_after", status="skipped"),
    )
    tracker.complete(Results(metadata=command, results=results))
    assert tracker.nodes["model.harbour.stg_ships"].rows == 7
    assert tracker.nodes["model.harbour.fct_after"].message == "fct_broken failed"


def test_results_of_an_earlier_command_do_not_undo_a_later_one() -> None:
    tracker, _ = replay("info_level", "microbatch")
    earlier = Metadata(invocation_id=event(lines("info_level")[0]).invocation_id)
    results = (NodeResult(unique_id="model.harbour.stg_ships", status="error"),)
    assert tracker.complete(Results(metadata=earlier, results=results)) == []
    assert statuses(tracker)["stg_ships"] == "success"


@given(st.integers(0, 60))
def test_nothing_stays_running_when_dbt_is_gone(cut: int) -> None:
    tracker = NodeTracker("taskrun")
    for line in lines("microbatch")[:cut]:
        tracker.feed(event(line))
    tracker.close(datetime.now(UTC))
    assert not {"started", "compiling", "executing"} & {node.status for node in tracker.nodes.values()}


@given(st.permutations(lines("microbatch")))
def test_no_order_of_events_breaks_the_tracker(shuffled: list[str]) -> None:
    tracker = NodeTracker("taskrun")
    for line in shuffled:
        tracker.feed(event(line))
    assert statuses(tracker)["fct_broken"] == "error"


@pytest.mark.parametrize(
    "line",
    [
        "",
        "Traceback (most recent call last):",
        "{",
        '{"rows": 3}',
        "[1]",
        '{"info": 3, "data": {}}',
        "{not json}",
    ],
)
def test_what_is_no_event_is_none(line: str) -> None:
    assert parse(line) is None


@pytest.mark.parametrize(
    ("line", "level", "message"),
    [
        (
            '{"info": {"name": "X", "level": "warn", "msg": "\\u001b[33mcareful\\u001b[0m"}, "data": {}}',
            "WARN",
            "careful",
        ),
        (
            '{"info": {"name": "LogModelResult", "level": "error", "msg": "m"}, "data": {"status": {}}}',
            "ERROR",
            "m",
        ),
        ('{"level": "info", "msg": "before 1.4", "code": "A001", "data": {}}', "INFO", "before 1.4"),
        ('{"info": {"name": "Later", "level": "trace", "msg": "new"}}', "INFO", "new"),
    ],
)
def test_events_of_other_versions_are_understood_as_far_as_they_go(
    line: str, level: str, message: str
) -> None:
    parsed = event(line)
    assert (parsed.level, parsed.message) == (level, message)
    assert NodeTracker("taskrun").feed(parsed) == []


@pytest.mark.parametrize(
    ("unique_id", "name"),
    [
        ("model.p.orders", "orders"),
        ("model.p.orders.v2", "orders.v2"),
        ("test.p.not_null_orders_id.9b6df8c342", "not_null_orders_id"),
        ("test.p.my_singular_test", "my_singular_test"),
        ("source.p.raw.ships", "raw.ships"),
        ("operation.p.p-on-run-end-0", "p-on-run-end-0"),
        ("odd", "odd"),
    ],
)
def test_a_nodes_name_is_in_its_id(unique_id: str, name: str) -> None:
    assert name_of(unique_id) == name


def test_results_of_several_commands_get_names_and_foreign_ones_are_left_out(tmp_path: Path) -> None:
    def write(name: str, writer: str) -> Path:
        path = tmp_path / name
        path.write_bytes(msgspec.json.encode({"metadata": {"invocation_id": writer}}))
        return path

    stale, seed, deps = write("0", "old"), write("1", "seed"), write("2", "seed")
    build, absent = write("3", "build"), tmp_path / "4"
    assert numbered([stale, seed, deps, build, absent], "old") == {
        "run_results_1.json": seed,
        "run_results.json": build,
    }
    assert numbered([stale, absent], "old") == {}
