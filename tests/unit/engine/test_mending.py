"""Where a retry stands at a task that holds others, its `errors` run before each new try, and are taken out when that begins."""

from typing import Any

from runtime.model.events import AttemptEnded, KillRequested, RetryDue
from runtime.model.execution import TaskRun
from runtime.model.flow import Rule, TaskSpec
from runtime.model.states import State
from tests.unit.engine.test_flowables import three_times
from tests.unit.engine.world import START, World, flow, task


def block(*tasks: TaskSpec, rule: Rule = Rule.SEQUENTIAL, **keys: Any) -> TaskSpec:
    return task("block", rule, tasks=list(tasks), errors=[task("mend")], retry=three_times(), **keys)


def well_at(number: int) -> Any:
    """`try` goes well with that attempt."""

    def outcome(run: TaskRun, attempt: int) -> State:
        return State.FAILED if run.task_id == "try" and attempt < number else State.SUCCESS

    return outcome


def test_they_run_before_each_new_try_and_leave_nothing_behind() -> None:
    world = World(flow(block(task("try"), task("next"))), well_at(3))
    world.run()
    world.check_promises()
    assert world.states() == {"block": "SUCCESS", "try": "SUCCESS", "next": "SUCCESS"}
    assert len([command for command in world.started if command.endswith("/1")]) == 4  # try, twice mend, next
    assert [len(run.attempts) for run in world.snapshot.ordered() if run.task_id == "try"] == [3]


def test_they_run_once_more_when_no_try_is_left() -> None:
    world = World(flow(block(task("try"), task("next"))), well_at(9))
    world.run()
    world.check_promises()
    assert world.states() == {"block": "FAILED", "try": "FAILED", "mend": "SUCCESS"}


def test_a_task_with_a_retry_of_its_own_waits_without_them() -> None:
    world = World(flow(block(task("try", retry=three_times()), task("next"))), well_at(2))
    world.run()
    assert sum(command.endswith("/1") for command in world.started) == 2


def test_they_wait_while_neighbours_run() -> None:
    world = World(flow(block(task("try"), task("next"), rule=Rule.PARALLEL)), well_at(2))
    world.run()
    world.check_promises()
    assert world.states() == {"block": "SUCCESS", "try": "SUCCESS", "next": "SUCCESS"}


def test_a_time_that_comes_while_they_run_is_heeded_when_they_are_through() -> None:
    world = World(flow(block(task("try"))), well_at(2))
    held: list[Any] = []
    while world.inbox:
        event = world.inbox[0]
        if isinstance(event, AttemptEnded) and event.task_run_id == "e-3" and not held:
            held.append(world.inbox.popleft())
        else:
            world.take()
    assert world.states()["mend"] == "RUNNING"
    world.feed(RetryDue(at=START, task_run_id="e-2", number=1))
    assert world.states()["try"] == "RETRYING"
    world.feed(held[0])
    world.run()
    world.check_promises()
    assert world.states() == {"block": "SUCCESS", "try": "SUCCESS"}


def test_a_kill_while_they_run_ends_both() -> None:
    world = World(flow(block(task("try")), task("after")), well_at(9))
    while not any(run.task_id == "mend" for run in world.snapshot.ordered()):
        world.take()
    world.inbox.clear()
    world.feed(KillRequested(at=START))
    world.run()
    world.check_promises()
    assert world.states() == {"block": "KILLED", "try": "KILLED", "mend": "KILLED"}


def test_a_holder_s_retry_makes_no_warning() -> None:
    policy = three_times()
    warned = type(policy)(type="constant", interval=policy.interval, max_attempts=3, warning_on_retry=True)
    world = World(flow(task("block", Rule.SEQUENTIAL, tasks=[task("try")], retry=warned)), well_at(2))
    world.run()
    assert world.state is State.SUCCESS
