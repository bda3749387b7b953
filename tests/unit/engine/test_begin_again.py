"""A retry with CREATE_NEW_EXECUTION: this execution ends RETRIED, and a new one takes its place."""

from datetime import timedelta

import msgspec

from runtime.engine import unfinished
from runtime.engine.commands import BeginAgain
from runtime.model.events import BegunAgain, ExecutionCreated, KillRequested
from runtime.model.flow import Flow, Rule
from runtime.model.retry import Retry
from runtime.model.states import State
from tests.unit.engine.world import START, World, execution, flow, task

ANEW = Retry(type="constant", interval=timedelta(seconds=1), max_attempts=2, behavior="CREATE_NEW_EXECUTION")


def tree() -> Flow:
    inner = task("s", Rule.SEQUENTIAL, tasks=[task("bad"), task("never")])
    return flow(
        task("p", Rule.PARALLEL, tasks=[inner, task("other")]),
        retry=ANEW,
        errors=(task("e"),),
        after_execution=(task("after"),),
    )


def failing(number: int = 1) -> World:
    """The world of the execution that is number so many of those that try the same."""
    world = World(tree(), lambda run, _: State.FAILED if run.task_id == "bad" else State.SUCCESS)
    created = msgspec.structs.replace(execution(), attempt_number=number, original_created=START)
    world.inbox[0] = ExecutionCreated(at=START, execution=created)
    world.snapshot = msgspec.structs.replace(world.snapshot, execution=created)
    return world


def test_what_failed_and_all_above_it_end_retried_without_handlers() -> None:
    world = failing()
    world.run()
    world.check_promises()
    assert world.state is State.RETRIED
    assert world.snapshot.execution.error == "`bad` failed: on purpose"
    assert world.states() == {
        "p": "RETRIED",
        "s": "RETRIED",
        "bad": "RETRIED",
        "other": "SUCCESS",
        "after": "SUCCESS",
    }


def test_the_last_one_fails() -> None:
    world = failing(number=2)
    world.run()
    world.check_promises()
    assert (world.state, world.states()["e"]) == (State.FAILED, "SUCCESS")


def test_the_new_one_is_asked_for_until_it_is_written_down() -> None:
    world = failing()
    while not isinstance(world.inbox[0], BegunAgain):
        world.take()
    world.inbox.clear()
    assert world.announced == [State.RETRIED]
    assert unfinished.commands(world.snapshot) == (BeginAgain(),)


def test_a_kill_during_the_wait_makes_no_new_one() -> None:
    world = failing()
    while world.state is not State.RETRYING:
        world.take()
    world.feed(KillRequested(at=START))
    world.run()
    world.check_promises()
    assert world.state is State.KILLED
