"""How each flowable goes through its children, and what it becomes."""

from datetime import timedelta

import pytest

from runtime.model.flow import Flow, Rule, TaskSpec
from runtime.model.retry import Retry
from runtime.model.states import State
from tests.unit.engine.world import World, flow, task

S, F, K, W = "SUCCESS", "FAILED", "KILLED", "WARNING"


def failing(*ids: str):
    return lambda run, number: State.FAILED if run.task_id in ids else State.SUCCESS


def run(flow: Flow, *fail: str, **values: dict) -> World:
    world = World(flow, failing(*fail))
    world.values = values
    world.run()
    world.check_promises()
    return world


CASES = {
    "a sequence runs in order": (flow(task("a"), task("b")), (), S, {"a": S, "b": S}),
    "a failure stops the sequence": (flow(task("a"), task("b")), ("a",), F, {"a": F}),
    "allowFailure makes a warning and goes on": (
        flow(task("a", allow_failure=True), task("b")),
        ("a",),
        W,
        {"a": W, "b": S},
    ),
    "allowFailure with allowWarning is a success": (
        flow(task("a", allow_failure=True, allow_warning=True)),
        ("a",),
        S,
        {"a": S},
    ),
    "disabled tasks leave no trace": (flow(task("a", disabled=True), task("b")), (), S, {"b": S}),
    "a flow of disabled tasks succeeds": (flow(task("a", disabled=True)), (), S, {}),
    "errors run after a failure, and it stays failed": (
        flow(task("a"), errors=(task("e"),)),
        ("a",),
        F,
        {"a": F, "e": S},
    ),
    "errors do not run without a failure": (flow(task("a"), errors=(task("e"),)), (), S, {"a": S}),
    "finally runs either way": (
        flow(task("a"), errors=(task("e"),), finally_=(task("z"),)),
        ("a",),
        F,
        {"a": F, "e": S, "z": S},
    ),
    "a failing finally does not fail the flow": (
        flow(task("a"), finally_=(task("z"),)),
        ("z",),
        S,
        {"a": S, "z": F},
    ),
    "afterExecution comes last and changes nothing": (
        flow(task("a"), after_execution=(task("x"), task("y"))),
        ("x",),
        S,
        {"a": S, "x": F},
    ),
    "errors of the nearest flowable run first, then the flow's": (
        flow(
            task("s", Rule.SEQUENTIAL, tasks=[task("a"), task("b")], errors=[task("e")]),
            task("c"),
            errors=(task("g"),),
        ),
        ("a",),
        F,
        {"s": F, "a": F, "e": S, "g": S},
    ),
    "AllowFailure turns the failure into a warning": (
        flow(task("s", Rule.ALLOW_FAILURE, tasks=[task("a"), task("b")]), task("c")),
        ("a",),
        W,
        {"s": W, "a": F, "c": S},
    ),
    "all branches of a Parallel come to their end": (
        flow(task("p", Rule.PARALLEL, tasks=[task("a"), task("b")]), task("c")),
        ("a",),
        F,
        {"p": F, "a": F, "b": S},
    ),
    "an empty flowable succeeds": (
        flow(task("s", Rule.SEQUENTIAL, tasks=[]), task("b")),
        (),
        S,
        {"s": S, "b": S},
    ),
    "a Dag runs by its dependencies": (
        flow(
            task("d", Rule.DAG, tasks=[task("c"), task("a"), task("b")], needs={"c": ("a", "b"), "b": ("a",)})
        ),
        (),
        S,
        {"d": S, "a": S, "b": S, "c": S},
    ),
    "a Dag stops below the failure": (
        flow(task("d", Rule.DAG, tasks=[task("a"), task("b"), task("c")], needs={"b": ("a",)})),
        ("a",),
        F,
        {"d": F, "a": F, "c": S},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_flow_ends_as_told(name: str) -> None:
    tree, fail, state, states = CASES[name]
    world = run(tree, *fail)
    assert (world.state, world.states()) == (state, states)


def test_foreach_runs_each_distinct_value_in_order() -> None:
    each = task("each", Rule.FOR_EACH, tasks=[task("a"), task("b")])
    world = run(flow(each), each={"values": {"values": ["x", "y", "x"]}})
    assert list(world.states()) == ["each", "a[x]", "b[x]", "a[y]", "b[y]"]
    assert world.snapshot.outputs["a"]["y"] == {"n": 1}


def test_each_parallel_starts_every_task_for_every_value() -> None:
    each = task("each", Rule.EACH_PARALLEL, tasks=[task("a"), task("b")], errors=[task("e")])
    world = run(flow(each), "a", each={"values": {"value": ["x", "y", "x"]}})
    assert world.states() == {"each": F, "a[x]": F, "b[x]": S, "a[y]": F, "b[y]": S, "e": S}
    assert world.snapshot.outputs["b"]["y"] == {"n": 1}


def test_foreach_keeps_to_its_limit() -> None:
    each = task("each", Rule.FOR_EACH, tasks=[task("a")], properties={"concurrencyLimit": 2})
    world = World(flow(each))
    world.values = {"each": {"values": {"values": [str(number) for number in range(9)]}}}
    most = 0
    while world.inbox:
        world.take()
        most = max(
            most, len([run for run in world.snapshot.live if world.snapshot.task_runs[run].task_id == "a"])
        )
    assert most == 2
    world.check_promises()


def test_foreach_over_a_thousand_empty_groups_needs_no_stack() -> None:
    each = task(
        "each",
        Rule.FOR_EACH,
        tasks=[task("s", Rule.SEQUENTIAL, tasks=[])],
        properties={"concurrencyLimit": 0},
    )
    world = run(flow(each), each={"values": {"values": [str(number) for number in range(1000)]}})
    assert len(world.states()) == 1001


@pytest.mark.parametrize(("condition", "branch"), [(True, "yes"), (False, "no")])
def test_if_takes_one_branch(condition: bool, branch: str) -> None:
    tree = flow(task("i", Rule.IF, **{"then": [task("yes")], "else": [task("no")]}), task("b"))
    world = run(tree, i={"values": {"condition": condition}})
    assert world.states() == {"i": S, branch: S, "b": S}
    assert world.snapshot.outputs["i"] == {"evaluationResult": condition}


@pytest.mark.parametrize(
    ("value", "state", "states"),
    [("one", S, {"s": S, "a": S}), ("else", S, {"s": S, "d": S})],
)
def test_switch_takes_the_case_or_the_defaults(value: str, state: str, states: dict) -> None:
    tree = flow(task("s", Rule.SWITCH, cases={"cases.one": (task("a"),)}, defaults=[task("d")]))
    world = run(tree, s={"values": {"value": value}})
    assert (world.state, world.states()) == (state, states)


def test_switch_without_a_case_fails() -> None:
    world = run(
        flow(task("s", Rule.SWITCH, cases={"cases.one": (task("a"),)})), s={"values": {"value": "two"}}
    )
    assert world.state == F
    assert "no case for `two`" in world.snapshot.execution.error


def test_skipped_flowable_has_one_attempt_and_no_children() -> None:
    tree = flow(task("s", Rule.SEQUENTIAL, tasks=[task("a")], run_if="{{ false }}"), task("b"))
    world = run(tree, s={"skipped": True})
    assert world.states() == {"s": "SKIPPED", "b": S}
    assert [attempt.state for attempt in world.snapshot.ordered()[0].attempts] == [State.SKIPPED]


def test_expression_error_fails_the_flowable_and_runs_its_errors() -> None:
    tree = flow(task("i", Rule.IF, then=[task("a")], errors=[task("e")]))
    world = run(tree, i={"error": "no such input"})
    assert world.states() == {"i": F, "e": S}
    assert "no such input" in world.snapshot.execution.error


# --- retries


def until(third: int):
    return lambda run, number: State.SUCCESS if number >= third else State.FAILED


def three_times() -> Retry:
    return Retry(type="constant", interval=timedelta(seconds=5), max_attempts=3)


@pytest.mark.parametrize(("succeeds_at", "state", "attempts"), [(1, S, 1), (3, S, 3), (4, F, 3)])
@pytest.mark.parametrize("where", ["task", "parent", "flow"])
def test_retry_counts_the_first_run(where: str, succeeds_at: int, state: str, attempts: int) -> None:
    inner = task("a", retry=three_times() if where == "task" else None)
    outer = task("s", Rule.SEQUENTIAL, tasks=[inner], retry=three_times() if where == "parent" else None)
    world = World(flow(outer, retry=three_times() if where == "flow" else None), until(succeeds_at))
    world.run()
    world.check_promises()
    assert world.state == state
    assert len(world.snapshot.ordered()[1].attempts) == attempts


def test_warning_on_retry() -> None:
    retry = Retry(type="constant", interval=timedelta(seconds=5), max_attempts=3, warning_on_retry=True)
    world = World(flow(task("a", retry=retry)), until(2))
    world.run()
    assert world.state == W


def test_execution_is_retrying_while_it_waits() -> None:
    world = World(flow(task("a", retry=three_times())), until(2))
    seen = []
    while world.inbox:
        world.take()
        seen.append(world.state)
    assert State.RETRYING in seen
    assert [change.state for change in world.snapshot.execution.history][-3:] == [
        "RETRYING",
        "RUNNING",
        "SUCCESS",
    ]


# --- outputs, exit, unknown plugins


def test_flow_outputs_are_rendered_at_the_end() -> None:
    from runtime.model.flow import OutputSpec

    world = run(flow(task("a"), outputs=(OutputSpec(id="answer", type="INT", value="{{ 42 }}"),)))
    assert world.snapshot.execution.outputs == {"answer": 42}


def deep(levels: int) -> TaskSpec:
    return task("leaf") if levels == 0 else task(f"s{levels}", Rule.SEQUENTIAL, tasks=[deep(levels - 1)])


def test_fifty_levels_deep() -> None:
    assert run(flow(deep(50))).state == S


def test_the_history_of_an_execution_with_thousands_of_retries_has_an_end() -> None:
    retry = Retry(type="constant", interval=timedelta(), max_attempts=2)
    tasks = [task("x", retry=retry)]
    each = task("each", Rule.FOR_EACH, tasks=tasks, properties={"concurrencyLimit": 1})
    world = World(flow(each), until(2))
    world.values = {"each": {"values": {"values": [str(number) for number in range(600)]}}}
    world.run()
    world.check_promises()
    history = world.snapshot.execution.history
    assert world.state == S
    assert len(history) == 501
    assert history[-1].state == S
