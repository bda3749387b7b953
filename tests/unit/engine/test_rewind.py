"""Going back: a task run gets another state, or runs anew with all that came after it."""

from collections.abc import Set
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.engine import restart
from runtime.model.events import AnyEvent, LabelsChanged, RunAnew, StateChanged
from runtime.model.flow import Rule
from runtime.model.states import State
from tests.unit.engine.test_promises import world as random_world
from tests.unit.engine.world import START, World, flow, task


def failing(*ids: str) -> World:
    tree = flow(
        task("a"),
        task("p", Rule.PARALLEL, tasks=[task("b"), task("s", Rule.SEQUENTIAL, tasks=[task("c"), task("d")])]),
        task("e"),
        errors=(task("alarm"),),
        finally_=(task("tidy"),),
    )
    world = World(tree, lambda run, number: State.FAILED if run.task_id in ids else State.SUCCESS)
    world.run()
    return world


def run_of(world: World, task_id: str) -> str:
    return next(run.id for run in world.snapshot.ordered() if run.task_id == task_id)


def go_on(world: World, event: AnyEvent) -> World:
    """What is done after an end comes to an end of its own."""
    world.outcome = lambda run, number: State.SUCCESS
    world.announced.clear()
    world.started.clear()
    world.forgotten = 0
    world.feed(event)
    world.run()
    world.check_promises()
    return world


def names(world: World) -> list[str]:
    """The tasks that were started, in order."""
    return [world.snapshot.task_runs[each.partition("/")[0]].task_id for each in world.started]


@pytest.mark.parametrize("state", [State.SUCCESS, State.WARNING, State.SKIPPED])
def test_a_failure_that_is_forgiven_lets_go_on(state: State) -> None:
    world = failing("c")
    assert world.states() | {"d": "-", "e": "-"} == {
        "a": "SUCCESS", "p": "FAILED", "b": "SUCCESS", "s": "FAILED", "c": "FAILED",
        "alarm": "SUCCESS", "tidy": "SUCCESS", "d": "-", "e": "-",
    }  # fmt: skip
    go_on(world, StateChanged(at=START, task_run_id=run_of(world, "c"), state=state))
    assert world.states()["c"] == state
    assert names(world) == ["d", "e", "tidy"]
    assert world.state is (State.WARNING if state is State.WARNING else State.SUCCESS)


def test_a_success_that_was_none_runs_the_handlers() -> None:
    world = failing()
    go_on(world, StateChanged(at=START, task_run_id=run_of(world, "e"), state=State.FAILED))
    assert world.state is State.FAILED
    assert names(world) == ["alarm", "tidy"]


def test_a_task_runs_anew_with_what_came_after_it() -> None:
    world = failing()
    go_on(world, RunAnew(at=START, task_run_id=run_of(world, "c")))
    assert names(world) == ["c", "d", "e", "tidy"]
    assert world.state is State.SUCCESS


def test_what_failed_beside_it_runs_anew_too() -> None:
    world = failing("b")
    go_on(world, RunAnew(at=START, task_run_id=run_of(world, "c")))
    assert sorted(names(world)) == ["b", "c", "d", "e", "tidy"]
    assert world.state is State.SUCCESS


def test_a_flowable_runs_anew_as_a_whole() -> None:
    world = failing()
    go_on(world, RunAnew(at=START, task_run_id=run_of(world, "s")))
    assert names(world) == ["c", "d", "e", "tidy"]


def test_in_a_dag_only_what_depends_on_it_runs_anew() -> None:
    tree = flow(
        task(
            "g",
            Rule.DAG,
            tasks=[task("a"), task("b"), task("c"), task("d")],
            needs={"b": ("a",), "c": ("b",)},
        )
    )
    world = World(tree)
    world.run()
    go_on(world, RunAnew(at=START, task_run_id=run_of(world, "b")))
    assert names(world) == ["b", "c"]


def test_labels_change_at_any_time() -> None:
    world = failing()
    world.feed(LabelsChanged(at=START, labels={"team": "data"}))
    assert world.snapshot.execution.labels == {"team": "data"}


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**32), st.booleans())
def test_from_any_task_run_of_any_flow_an_end_is_reached(seed: int, anew: bool) -> None:
    world = random_world(seed)
    world.run()
    main = [run for run in world.snapshot.ordered() if not is_below(world, run.id, restart.HANDLERS)]
    if not main or world.state is State.RETRIED:
        return
    run = Random(seed).choice(main)
    event: AnyEvent = (
        RunAnew(at=START, task_run_id=run.id)
        if anew
        else StateChanged(at=START, task_run_id=run.id, state=State.FAILED)
    )
    if not anew and run.state is State.FAILED:
        return
    go_on(world, event)


def is_below(world: World, run_id: str, branches: Set[str]) -> bool:
    run = world.snapshot.task_runs[run_id]
    return run.branch in branches or any(each.branch in branches for each in world.snapshot.ancestors(run))
