"""An execution that was asked for a later date."""

from datetime import timedelta

from runtime.engine import unfinished
from runtime.engine.commands import BeginAt
from runtime.model.events import BeginDue, HoldRequested, KillRequested, SlotAnswered
from runtime.model.limits import Concurrency
from runtime.model.states import State
from tests.unit.engine.world import START, World, flow, task

DATE = START + timedelta(hours=1)


def scheduled(**keys: object) -> World:
    world = World(flow(task("a"), **keys), begins=DATE)
    world.take()
    assert world.state is State.CREATED
    assert not world.snapshot.task_runs
    return world


def test_it_begins_at_its_date() -> None:
    world = scheduled()
    assert unfinished.commands(world.snapshot) == (BeginAt(at=DATE),)
    world.run()
    world.check_promises()
    assert world.snapshot.execution.started == DATE


def test_its_flow_s_limit_counts_from_its_date() -> None:
    world = scheduled(concurrency=Concurrency(limit=1))
    world.run()
    world.check_promises()
    assert [change.state for change in world.snapshot.execution.history] == ["QUEUED", "RUNNING", "SUCCESS"]


def test_somebody_may_not_want_to_wait() -> None:
    world = scheduled(concurrency=Concurrency(limit=1))
    world.slots = [State.CANCELLED]
    world.feed(BeginDue(at=START, by="ada"))
    world.feed(SlotAnswered(at=START, state=State.RUNNING))
    world.run()
    world.check_promises()
    assert world.state is State.SUCCESS
    assert world.started == ["e-1/1"]


def test_a_kill_ends_the_wait() -> None:
    world = scheduled()
    world.feed(KillRequested(at=START))
    world.run()
    world.check_promises()
    assert world.state is State.KILLED


def test_what_has_not_begun_is_not_held() -> None:
    world = scheduled()
    world.feed(HoldRequested(at=START))
    assert world.state is State.CREATED
    assert world.snapshot.held is None
