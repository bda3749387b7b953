"""What the screen of an execution knows: folding changes, how far it is, what went wrong, the rows of the chart."""

from itertools import permutations

import msgspec
import pytest

from console.models import (
    execution_failure,
    execution_gantt,
    execution_head,
    execution_nodes,
    execution_state,
    execution_tasks,
)
from console.models.execution_gantt import Order
from console.models.execution_nodes import NodeGraph
from console.models.filter import Filter
from console.render.cells import plain
from console.render.gantt import Kind
from runtime.model.execution import Attempt, Change, TaskRun
from runtime.model.states import State
from runtime.model.views import ExecutionView, Topology
from tests.console import runs
from tests.console.runs import BUILD, CLONE, NODES, RUNNING, WORK, at, change, failed, failed_build, node, run

STATE = execution_state.opened(RUNNING)


def rounds(*states: State) -> tuple[TaskRun, ...]:
    each = run(4, "each", State.RUNNING, 80)
    return (
        each,
        *(
            run(
                5 + index,
                "report",
                state,
                81 + index,
                82 + index if state.is_terminal else None,
                parent_id=each.id,
                value=f"v{index}",
                iteration=index,
            )
            for index, state in enumerate(states)
        ),
    )


# --- folding


def test_a_change_that_says_nothing_new_is_the_same_state() -> None:
    assert execution_state.changed(STATE, change(*runs.RUNS, nodes=NODES)) is STATE


def test_changes_in_any_order_end_in_the_same_state() -> None:
    done = failed_build()
    retrying = msgspec.structs.replace(
        BUILD, state=State.RETRYING, history=(*BUILD.history, Change(State.RETRYING, at(70)))
    )
    last = msgspec.structs.replace(done, history=(*retrying.history, *done.history[-1:]))
    ended = failed().execution
    news = [change(retrying), change(last), change(execution=ended)]
    states = set()
    for order in permutations(news):
        state = STATE
        for each in order:
            state = execution_state.changed(state, each)
        states.add((state.task_runs[BUILD.id].state, state.execution.state))
    assert states == {(State.FAILED, State.FAILED)}


def test_what_a_restart_removes_is_gone_with_its_nodes() -> None:
    state = execution_state.changed(STATE, change(removed=(BUILD.id,)))
    assert BUILD.id not in state.task_runs
    assert not state.nodes
    assert state.by_task.get("build") is None


def test_a_node_is_what_was_told_of_it_last() -> None:
    done = node("fct_ports", "success", "seed.ferry.raw_ports", start=63)
    state = execution_state.changed(STATE, change(nodes=(done,)))
    assert state.nodes[BUILD.id, done.unique_id].status == "success"
    assert len(state.nodes) == len(NODES)


def test_the_run_that_one_wants_to_see_is_the_one_that_failed() -> None:
    state = execution_state.changed(STATE, change(*rounds(State.SUCCESS, State.FAILED, State.RUNNING)))
    shown = state.latest("report")
    assert shown is not None
    assert shown.value == "v1"
    assert state.latest("publish") is None


# --- how far it is


def test_a_task_that_may_still_run_counts_and_a_handler_does_not() -> None:
    assert execution_tasks.progress(STATE) == (1, 4)  # clone of clone, build, report, publish


def test_rounds_of_a_loop_count_each() -> None:
    state = execution_state.changed(STATE, change(*rounds(State.SUCCESS, State.SUCCESS, State.RUNNING)))
    assert execution_tasks.progress(state) == (3, 6)


def test_a_branch_that_was_not_taken_does_not_count() -> None:
    each = msgspec.structs.replace(rounds()[0], state=State.SUCCESS)
    state = execution_state.changed(STATE, change(each))
    assert execution_tasks.progress(state) == (1, 3)
    assert execution_tasks.looks(state, at(90), "unicode")["report"].mark == "⊘"


NOTES = [
    (CLONE, "7.7s"),
    (BUILD, "#2 1m21"),
    (msgspec.structs.replace(BUILD, state=State.RETRYING, next_attempt=at(95)), "#3 -5.0s"),
    (msgspec.structs.replace(CLONE, started=None), ""),
]


@pytest.mark.parametrize(("shown", "said"), NOTES)
def test_a_note_says_how_long_or_which_attempt(shown: TaskRun, said: str) -> None:
    assert execution_tasks.note([shown], at(90)) == said


def test_many_runs_of_a_task_are_one_node_with_a_count_and_the_worst_state() -> None:
    state = execution_state.changed(STATE, change(*rounds(State.SUCCESS, State.FAILED, State.RUNNING)))
    look = execution_tasks.looks(state, at(90), "unicode")["report"]
    assert (look.mark, look.style, look.note) == ("✖", "failed", "2/3")


def test_a_terminal_with_ascii_only_gets_ascii_only() -> None:
    looks = execution_tasks.looks(STATE, at(90), "ascii").values()
    assert all(look.mark.isascii() and look.note.isascii() for look in looks)


# --- what went wrong


def test_nothing_failed_while_it_is_tried_again() -> None:
    assert execution_failure.failure(STATE) is None


def test_a_failure_names_what_why_and_what_it_holds_up() -> None:
    found = execution_failure.failure(execution_state.opened(failed()))
    assert found is not None
    assert found.run.task_id == "build"  # not `work`, which failed with it
    assert found.what == "build failed, attempt 2, exit code 2"
    assert found.why == "Binder Error: no such column"
    assert found.blocked == ("report", "publish")


# --- the chart


def test_runs_stand_below_what_holds_them() -> None:
    state = execution_state.changed(STATE, change(*rounds(State.SUCCESS, State.RUNNING)))
    rows = execution_gantt.rows(state, at(100))
    assert [(row.label, row.depth) for row in rows] == [
        ("work", 0),
        ("clone", 1),
        ("build", 1),
        ("each", 0),
        ("report [v0]", 1),
        ("report [v1]", 1),
    ]


def test_attempts_are_segments_with_what_was_waited_between() -> None:
    spans = list(execution_gantt.spans(BUILD, STATE.begun))
    assert [(span.kind, span.state, span.mark) for span in spans] == [
        (Kind.QUEUED, "RUNNING", ""),
        (Kind.RUN, "FAILED", "1"),
        (Kind.WAIT, "RUNNING", ""),
        (Kind.RUN, "RUNNING", "2"),
    ]
    assert spans[-1].end is None


def test_a_run_that_waits_for_its_next_attempt_has_an_open_wait() -> None:
    waiting = msgspec.structs.replace(BUILD, state=State.RETRYING, attempts=BUILD.attempts[:1])
    assert list(execution_gantt.spans(waiting, STATE.begun))[-1].kind is Kind.WAIT


def test_attempts_can_have_rows_of_their_own() -> None:
    rows = execution_gantt.rows(STATE, at(90), attempts=True)
    assert [row.label for row in rows] == ["work", "clone", "build", "attempt 1", "attempt 2"]
    assert execution_gantt.Row.of(rows[-1].id) == (BUILD.id, 2, "")


def test_dbt_nodes_can_have_rows_within_their_task() -> None:
    rows = execution_gantt.rows(STATE, at(90), nodes=True)
    assert [row.label for row in rows[3:]] == [
        "raw_bookings",
        "raw_ports",
        "stg_bookings",
        "unique_stg_bookings_id",
        "fct_bookings",
        "fct_ports",
    ]
    assert execution_gantt.Row.of(rows[3].id) == (BUILD.id, 0, "seed.ferry.raw_bookings")
    assert rows[-1].spans[0].end is None


@pytest.mark.parametrize(
    ("order", "first"), [(Order.START, "clone"), (Order.DURATION, "build"), (Order.TOPOLOGY, "clone")]
)
def test_rows_beside_each_other_are_sorted(order: Order, first: str) -> None:
    assert execution_gantt.rows(STATE, at(90), order=order)[1].label == first


def test_the_chart_has_what_it_usually_takes() -> None:
    assert {row.label: row.typical for row in execution_gantt.rows(STATE, at(90))}["build"] == 90.0


def test_an_attempt_without_a_beginning_of_its_run_is_no_queue() -> None:
    early = msgspec.structs.replace(
        CLONE, attempts=(Attempt(number=1, state=State.SUCCESS, started=CLONE.created, ended=at(1)),)
    )
    assert [span.kind for span in execution_gantt.spans(early, STATE.begun)] == [Kind.RUN]


# --- dbt


def test_nodes_that_run_come_first_then_those_that_failed() -> None:
    names = [each.name for each in execution_nodes.ordered(NODES)]
    assert names == [
        "fct_ports",
        "unique_stg_bookings_id",
        "fct_bookings",
        "raw_bookings",
        "raw_ports",
        "stg_bookings",
        "mart_sales",
    ]


@pytest.mark.parametrize(
    ("wanted", "count"), [("", 7), ("state:error", 1), ("type:test", 1), ("stg", 2), ("!raw type:seed", 0)]
)
def test_nodes_are_filtered(wanted: str, count: int) -> None:
    assert len(execution_nodes.shown(NODES, Filter(wanted, execution_nodes.FIELDS))) == count


def test_tests_stand_beside_what_they_test() -> None:
    made = NodeGraph.of(NODES)
    assert "test.ferry.unique_stg_bookings_id" not in made.nodes
    look = made.looks(at(90), "unicode")["model.ferry.stg_bookings"]
    assert (look.style, look.note) == ("failed", "0.4s ✖1")
    assert set(made.failed()) == {"model.ferry.stg_bookings", "model.ferry.fct_bookings"}


def test_an_execution_without_a_topology_is_an_empty_one() -> None:
    state = execution_state.opened(ExecutionView(execution=RUNNING.execution))
    assert state.topology == Topology()
    assert execution_tasks.progress(state) == (0, 0)
    assert execution_gantt.rows(state, at(1)) == []
    assert WORK.id not in state.task_runs


# --- the lines above


def said(view: ExecutionView, width: int) -> list[str]:
    state = execution_state.opened(view)
    return [plain(list(line)) for line in execution_head.trouble(state, "unicode", width)]


def test_what_went_well_needs_no_words() -> None:
    assert said(RUNNING, 80) == []


def test_a_long_reason_takes_two_lines_and_no_more() -> None:
    build = msgspec.structs.replace(failed_build(), error="one of very many reasons " * 20)
    view = msgspec.structs.replace(failed(), task_runs=(*failed().task_runs[:2], build))
    lines = said(view, 80)
    assert len(lines) == 3
    assert all(len(line) <= 80 for line in lines)
    assert lines[0].startswith(" ✖ build failed, attempt 2, exit code 2: one of")
    assert lines[1].endswith("...")


def test_an_execution_that_failed_without_a_task_says_why() -> None:
    view = ExecutionView(execution=runs.ended(RUNNING, State.FAILED, 1, "the input `days` is missing"))
    assert said(view, 80) == [" the input `days` is missing"]
