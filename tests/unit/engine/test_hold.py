"""A held execution begins nothing, loses nothing, and goes on where it stood."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.engine import unfinished
from runtime.engine.commands import Evaluate, StartAttempt
from runtime.model.events import HoldEnded, HoldRequested, KillRequested
from runtime.model.flow import Rule
from runtime.model.retry import Retry
from runtime.model.states import State
from tests.unit.engine.test_promises import world as random_world
from tests.unit.engine.world import START, World, flow, task


def held(world: World) -> World:
    """Held before its first task has ended, and all that ran has ended since."""
    world.take()
    world.feed(HoldRequested(at=START, by="ada"))
    world.run()
    return world


def test_what_runs_comes_to_its_end_and_nothing_follows() -> None:
    world = held(World(flow(task("a"), task("b"))))
    assert world.states() == {"a": "SUCCESS", "b": "CREATED"}
    assert (world.state, world.started) == (State.PAUSED, ["e-1/1"])


def test_it_goes_on_where_it_stood() -> None:
    world = held(World(flow(task("a"), task("i", Rule.IF, then=[task("b")], properties={"condition": True}))))
    assert world.states() == {"a": "SUCCESS", "i": "CREATED"}
    world.feed(HoldEnded(at=START))
    world.run()
    world.check_promises()
    assert world.states() == {"a": "SUCCESS", "i": "SUCCESS", "b": "SUCCESS"}


def test_after_a_crash_nothing_is_begun_that_was_held() -> None:
    world = held(World(flow(task("a"), task("b"))))
    assert unfinished.commands(world.snapshot) == ()


def test_a_kill_ends_what_was_held() -> None:
    world = held(World(flow(task("a"), task("s", Rule.SEQUENTIAL, tasks=[task("b")]))))
    world.feed(KillRequested(at=START))
    world.run()
    world.check_promises()
    assert world.states() == {"a": "SUCCESS", "s": "KILLED", "b": "KILLED"}


def test_a_retry_waits_for_the_end_of_the_hold() -> None:
    retry = Retry(type="constant", interval=timedelta(seconds=1), max_attempts=2)
    failing = {"e-1/1"}
    world = held(
        World(
            flow(task("a", retry=retry)),
            lambda run, number: State.FAILED if f"{run.id}/{number}" in failing else State.SUCCESS,
        )
    )
    assert (world.state, world.started) == (State.PAUSED, ["e-1/1"])
    world.feed(HoldEnded(at=START))
    world.run()
    assert (world.state, world.started) == (State.SUCCESS, ["e-1/1", "e-1/2"])


def test_an_execution_that_has_ended_cannot_be_held() -> None:
    world = World(flow(task("a"), after_execution=(task("z"),)))
    while not world.state.is_terminal:
        world.take()
    world.feed(HoldRequested(at=START))
    world.run()
    world.check_promises()


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 40), st.booleans())
def test_held_at_any_point_nothing_begins_and_everything_ends(seed: int, when: int, kill: bool) -> None:
    made = random_world(seed)
    for _ in range(when):
        if made.inbox:
            made.take()
    made.feed(HoldRequested(at=START))
    is_held = made.snapshot.held is not None
    started = len(made.started)
    while made.inbox and made.snapshot.held is not None:
        made.take()
    if is_held and made.snapshot.held is not None:
        assert len(made.started) == started
        assert not [
            each for each in unfinished.commands(made.snapshot) if isinstance(each, StartAttempt | Evaluate)
        ]
    made.feed(KillRequested(at=START) if kill else HoldEnded(at=START))
    made.run()
    made.check_promises()
