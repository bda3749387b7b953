"""An execution of a flow with a limit begins when it has a slot, and ends without one where it is refused."""

from runtime.engine import unfinished
from runtime.engine.commands import RequestSlot
from runtime.model.events import KillRequested, Restarted, SlotAnswered
from runtime.model.execution import Execution
from runtime.model.flow import Flow, TaskSpec
from runtime.model.limits import Concurrency
from runtime.model.states import State
from tests.unit.engine.world import START, World, flow, task


def limited(*tasks: TaskSpec) -> Flow:
    return flow(*(tasks or (task("a"),)), concurrency=Concurrency(limit=1), after_execution=(task("after"),))


def states(execution: Execution) -> list[str]:
    return [change.state.value for change in execution.history]


def test_it_waits_until_it_may_run() -> None:
    world = World(limited())
    world.slots = [State.QUEUED]
    world.run()
    assert world.state is State.QUEUED
    assert world.states() == {}
    assert unfinished.commands(world.snapshot) == (RequestSlot(),)
    world.feed(SlotAnswered(at=START, state=State.RUNNING))
    world.run()
    world.check_promises()
    assert states(world.snapshot.execution) == ["QUEUED", "RUNNING", "SUCCESS"]


def test_a_free_slot_lets_it_run_at_once() -> None:
    world = World(limited())
    world.slots = [State.RUNNING]
    world.run()
    world.check_promises()
    assert states(world.snapshot.execution) == ["RUNNING", "SUCCESS"]


def test_one_that_is_refused_ends_without_a_task_but_those_behind_its_end() -> None:
    world = World(limited())
    world.slots = []
    world.run()
    world.feed(SlotAnswered(at=START, state=State.CANCELLED, reason="one at once"))
    world.run()
    world.check_promises()
    assert (world.state, world.snapshot.execution.error) == (State.CANCELLED, "one at once")
    assert world.states() == {"after": "SUCCESS"}


def test_one_that_waits_can_be_killed_and_a_late_answer_means_nothing() -> None:
    world = World(limited())
    world.slots = [State.QUEUED]
    world.run()
    world.feed(KillRequested(at=START))
    world.feed(SlotAnswered(at=START, state=State.RUNNING))
    world.run()
    world.check_promises()
    assert (world.state, world.states()) == (State.KILLED, {"after": "SUCCESS"})


def test_a_restart_waits_for_a_slot_again() -> None:
    world = World(
        limited(task("a"), task("b")),
        lambda run, number: State.FAILED if run.task_id == "b" else State.SUCCESS,
    )
    world.run()
    world.outcome = lambda run, number: State.SUCCESS
    world.announced.clear()
    world.forgotten = 0
    world.feed(Restarted(at=START))
    world.run()
    world.check_promises()
    history = ["QUEUED", "RUNNING", "FAILED", "RESTARTED", "QUEUED", "RUNNING", "SUCCESS"]
    assert states(world.snapshot.execution) == history
    assert world.started.count("e-1/1") == 1
