"""A loop runs its tasks again until its condition holds, or a limit is reached."""

from datetime import timedelta
from typing import Any

import pytest

from runtime.engine import unfinished
from runtime.engine.commands import CheckCondition, WakeAt
from runtime.engine.snapshot import Phase
from runtime.model.events import ConditionChecked, KillRequested, Restarted
from runtime.model.flow import Flow, Rule, TaskSpec
from runtime.model.states import State
from tests.unit.engine.world import START, World, flow, task

S, F, W = State.SUCCESS, State.FAILED, State.WARNING


def loop(*tasks: TaskSpec, frequency: dict[str, Any] | None = None, **keys: Any) -> TaskSpec:
    properties = {"checkFrequency": {"interval": 10.0, **(frequency or {})}, **keys.pop("properties", {})}
    return task("loop", Rule.LOOP_UNTIL, tasks=tasks or (task("a"),), properties=properties, **keys)


def world(tree: Flow, *, holds_at: int = 3, fails: tuple[str, ...] = ()) -> World:
    made = World(tree, lambda run, number: F if f"{run.task_id}{run.iteration}" in fails else S)
    made.holds = lambda iteration: iteration >= holds_at
    return made


def run(*args: Any, **keys: Any) -> World:
    made = world(*args, **keys)
    made.run()
    made.check_promises()
    return made


def count(made: World) -> int:
    return made.snapshot.outputs["loop"]["iterationCount"]


def test_it_ends_when_its_condition_holds_and_shows_the_last_iteration() -> None:
    made = run(flow(loop(task("a"), task("s", Rule.SEQUENTIAL, tasks=[task("b")])), task("c")))
    assert made.states() == {"loop": S, "a": S, "s": S, "b": S, "c": S}
    assert [each.iteration for each in made.snapshot.ordered()] == [None, 2, 2, None, None]
    assert count(made) == 3
    assert len(made.started) == 7  # a and b three times, c once


def test_it_rests_between_iterations() -> None:
    made = world(flow(loop()))
    while made.snapshot.execution.state is not State.SUCCESS:
        made.take()
        resting = [key for key, scope in made.snapshot.scopes.items() if scope.phase is Phase.RESTING]
        if resting:
            (again,) = unfinished.commands(made.snapshot)
            assert isinstance(again, WakeAt)
            assert (
                again.at
                == made.snapshot.task_runs[resting[0]].next_attempt
                == made.log[-1].at + timedelta(seconds=10)
            )
    assert made.snapshot.ordered()[0].next_attempt is None


@pytest.mark.parametrize(("fails", "state"), [(False, S), (True, F)])
def test_a_limit_of_iterations_ends_it(fails: bool, state: State) -> None:
    tree = flow(loop(frequency={"maxIterations": 2}, properties={"failOnMaxReached": fails}))
    made = run(tree, holds_at=99)
    assert (made.state, count(made)) == (state, 2)
    assert (made.snapshot.execution.error or "").endswith("within 2 iterations") is fails


def test_a_limit_of_time_ends_it() -> None:
    tree = flow(loop(frequency={"maxDuration": 25.0}, properties={"failOnMaxReached": True}))
    made = world(tree, holds_at=99)
    made.run_by_the_clock()
    assert (made.state, count(made)) == (F, 4)  # after 0, 10, 20 and 30 seconds
    assert made.snapshot.execution.error == "`loop` failed: the condition did not hold within 25 seconds"


def test_a_condition_that_holds_at_the_limit_is_no_failure() -> None:
    tree = flow(loop(frequency={"maxIterations": 3}, properties={"failOnMaxReached": True}))
    assert run(tree, holds_at=3).state is S


def test_a_failed_task_ends_it_at_once_and_its_handlers_run() -> None:
    tree = flow(loop(task("a"), task("b"), errors=[task("e")], **{"finally": [task("z")]}))
    made = run(tree, fails=("a1",))
    assert made.states() == {"loop": F, "a": F, "e": S, "z": S}
    assert count(made) == 2


def test_a_warning_goes_on_and_only_the_last_iteration_counts() -> None:
    made = run(flow(loop(task("a", allow_failure=True))), fails=("a0",))
    assert (made.state, count(made)) == (S, 3)
    assert run(flow(loop(task("a", allow_failure=True))), fails=("a2",)).state is W


def test_a_condition_that_cannot_be_rendered_fails_it() -> None:
    made = world(flow(loop(errors=[task("e")])))
    while not made.inbox or not isinstance(made.inbox[0], ConditionChecked):
        made.take()
    (check,) = unfinished.commands(made.snapshot)
    assert check == CheckCondition(task_run_id="e-1", iteration=1)
    made.inbox.clear()
    made.inbox.append(ConditionChecked(at=START, task_run_id="e-1", iteration=1, error="no such output"))
    made.run()
    made.check_promises()
    assert made.states() == {"loop": F, "a": S, "e": S}
    assert made.snapshot.execution.error == "`loop` failed: no such output"


def test_a_kill_ends_its_rest() -> None:
    made = world(flow(loop()))
    while not any(scope.phase is Phase.RESTING for scope in made.snapshot.scopes.values()):
        made.take()
    made.feed(KillRequested(at=START))
    assert made.snapshot.finished
    assert made.states() == {"loop": State.KILLED, "a": S}


def test_a_loop_beside_others_takes_out_its_own_only() -> None:
    loops = [
        task(f"loop{n}", Rule.LOOP_UNTIL, tasks=[task(f"s{n}", Rule.SEQUENTIAL, tasks=[task(f"x{n}")])])
        for n in range(3)
    ]
    made = run(flow(task("p", Rule.PARALLEL, tasks=[*loops, task("other")])))
    assert set(made.states()) == {
        "p",
        "other",
        *(f"{kind}{n}" for kind in ("loop", "s", "x") for n in range(3)),
    }


def test_a_restart_goes_on_in_the_iteration_that_failed() -> None:
    fails = ["b1"]
    made = World(
        flow(loop(task("a"), task("b"))),
        lambda run, number: F if f"{run.task_id}{run.iteration}" in fails else S,
    )
    made.holds = lambda iteration: iteration >= 3
    made.run()
    assert (made.state, count(made)) == (F, 2)
    fails.clear()
    made.announced.clear()
    made.forgotten = 0
    made.inbox.append(Restarted(at=START))
    made.run()
    made.check_promises()
    assert (made.state, count(made), len(made.started)) == (S, 3, 7)


def test_a_restart_of_a_loop_at_its_limit_begins_anew() -> None:
    made = world(
        flow(loop(frequency={"maxIterations": 2}, properties={"failOnMaxReached": True})), holds_at=99
    )
    made.run()
    made.announced.clear()
    made.forgotten = 0
    made.inbox.append(Restarted(at=START))
    made.run()
    made.check_promises()
    assert (made.state, count(made), len(made.started)) == (F, 2, 4)
