"""A loop runs its tasks again until its condition holds, or a limit is reached."""

from datetime import timedelta
from typing import Any

import pytest

from runtime.engine import unfinished
from runtime.engine.commands import CheckCondition, WakeAt
from runtime.engine.snapshot import Phase
from runtime.model.events import Collected, ConditionChecked, KillRequested, Restarted
from runtime.model.execution import TaskRun
from runtime.model.flow import Flow, Rule, TaskSpec
from runtime.model.retry import Retry
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


def test_errors_before_a_new_try_do_not_outlive_their_iteration() -> None:
    """What handled the failure of the first iteration is taken out with what it handled."""
    retry = Retry(type="constant", interval=timedelta(seconds=1), max_attempts=2)
    tree = flow(loop(task("a"), task("b"), errors=[task("e")], retry=retry))
    made = World(tree, lambda run, number: F if (run.task_id, run.iteration, number) == ("b", 0, 1) else S)
    made.holds = lambda iteration: iteration >= 2
    made.run()
    made.check_promises()
    assert (made.state, made.states()) == (S, {"loop": S, "a": S, "b": S})
    assert [each.task_id for each in made.snapshot.ordered()] == ["loop", "a", "b"]


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


# --- Loop: a turn for each value


def turns(*tasks: TaskSpec, values: str = "abc", fails: str = "", **keys: Any) -> World:
    handlers = {name: keys.pop(name) for name in ("errors", "finally") if name in keys}
    turn = task(
        "turn", Rule.ITERATION, tasks=tasks or (task("t"),), properties=keys.pop("turn", {}), **handlers
    )
    each = task("each", Rule.LOOP, tasks=[turn], properties={"values": list(values), **keys})

    def outcome(run: TaskRun, number: int) -> State:
        above = made.snapshot.task_runs.get(run.parent_id or "")
        return F if run.task_id == "t" and above is not None and (above.value or "-") in fails else S

    made = World(flow(each, task("after")), outcome)
    return made


def through(made: World) -> World:
    made.run()
    made.check_promises()
    return made


def test_each_turn_sees_its_own_outputs_only() -> None:
    made = through(turns(task("t"), task("s", Rule.SEQUENTIAL, tasks=[task("u")]), values="aab"))
    assert [run.value for run in made.snapshot.ordered() if run.task_id == "turn"] == ["a", "a", "b"]
    assert set(made.snapshot.outputs) == {"each", "after"}
    assert made.snapshot.outputs["each"] == {"iterationCount": 3}
    assert [set(inner) for inner in made.snapshot.inner.values()] == [{"t", "u"}] * 3


def test_a_turn_that_fails_runs_its_own_handlers_and_fails_the_loop() -> None:
    made = through(turns(fails="b", concurrencyLimit=1, errors=[task("e")], **{"finally": [task("z")]}))
    assert (made.state, made.states()) == (
        F,
        {"each": F, "turn[a]": S, "t": F, "z": S, "turn[b]": F, "e": S},
    )


def test_a_loop_may_take_no_notice_of_a_failure() -> None:
    made = through(turns(fails="b", concurrencyLimit=1, transmitFailed=False))
    states = made.states()
    assert (made.state, states["turn[b]"], states["turn[c]"], states["each"]) == (S, F, S, S)


def test_no_turn_begins_after_one_that_breaks_off() -> None:
    made = turns(turn={"breakWhen": "x"}, concurrencyLimit=1)
    while not any(isinstance(event, Collected) for event in made.inbox):
        made.take()
    made.inbox[0] = Collected(at=START, task_run_id=made.inbox[0].task_run_id, breaks=True)
    through(made)
    assert (made.state, made.states()) == (S, {"each": S, "turn[a]": S, "t": S, "after": S})


def test_what_a_turn_gives_is_asked_for_when_it_is_over() -> None:
    made = through(turns(turn={"outputs": ["x"]}, outputs=["x"]))
    asked = [event.task_run_id for event in made.log if isinstance(event, Collected)]
    collected = [made.snapshot.task_runs[run_id].task_id for run_id in asked]
    assert collected == ["turn", "turn", "turn", "each"]


def test_a_restart_runs_the_turn_again_that_failed() -> None:
    made = turns(fails="b", concurrencyLimit=1)
    made.run()
    assert made.state is F
    made.outcome = lambda run, number: S
    made.announced.clear()
    made.forgotten = 0
    made.inbox.append(Restarted(at=START))
    through(made)
    assert made.state is S
    assert [run.state for run in made.snapshot.ordered() if run.task_id == "turn"] == [S, S, S]
    assert len(made.started) == 5  # one each, one once more, and the one behind
