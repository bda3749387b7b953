"""A Pause waits for a person or for its time, and only its own lane waits with it."""

from datetime import timedelta
from typing import Any

import pytest

from runtime.engine import unfinished
from runtime.engine.commands import WakeAt
from runtime.model.events import HoldEnded, HoldRequested, KillRequested, PauseEnded, Restarted, RetryDue
from runtime.model.flow import InputSpec, Rule, TaskSpec
from runtime.model.states import State
from tests.unit.engine.world import START, World, flow, task


def gate(**keys: Any) -> TaskSpec:
    properties = {name: keys.pop(name) for name in ("pauseDuration", "timeout", "behavior") if name in keys}
    return task("gate", Rule.PAUSE, properties=properties, **keys)


def paused(world: World) -> World:
    """All that can happen without a person, and before any time is over, has happened."""
    world.is_resuming = False
    waiting = []
    while world.inbox:
        if isinstance(world.inbox[0], RetryDue):
            waiting.append(world.inbox.popleft())
        else:
            world.take()
    world.inbox += waiting
    assert world.state is State.PAUSED
    return world


def resume(world: World, **keys: Any) -> World:
    [run] = [run for run in world.snapshot.ordered() if run.state is State.PAUSED]
    world.inbox.clear()
    world.feed(PauseEnded(at=START, task_run_id=run.id, **keys))
    world.run()
    world.check_promises()
    return world


def test_a_person_lets_it_go_on() -> None:
    world = paused(World(flow(task("a"), gate(), task("b"))))
    assert world.states() == {"a": "SUCCESS", "gate": "PAUSED"}
    assert unfinished.commands(world.snapshot) == ()
    resume(world, by="ada")
    assert world.states() == {"a": "SUCCESS", "gate": "SUCCESS", "b": "SUCCESS"}
    assert [change.state for change in world.snapshot.ordered()[1].history] == [
        "CREATED",
        "RUNNING",
        "PAUSED",
        "RUNNING",
        "SUCCESS",
    ]
    assert [change.state for change in world.snapshot.execution.history] == [
        "RUNNING",
        "PAUSED",
        "RUNNING",
        "SUCCESS",
    ]


def test_what_it_asked_for_becomes_its_outputs() -> None:
    world = paused(World(flow(gate(inputs=(InputSpec(id="reason", type="STRING"),)))))
    resume(world, by="ada", inputs={"reason": "checked"})
    outputs = world.snapshot.outputs["gate"]
    assert outputs["onResume"] == {"reason": "checked"}
    assert outputs["resumed"] == {"by": "ada", "on": START.isoformat(), "to": "RUNNING"}


@pytest.mark.parametrize(
    ("behavior", "state", "states"),
    [
        ("RESUME", "SUCCESS", {"gate": "SUCCESS", "b": "SUCCESS"}),
        ("WARN", "WARNING", {"gate": "WARNING", "b": "SUCCESS"}),
        ("FAIL", "FAILED", {"gate": "FAILED"}),
        ("CANCEL", "CANCELLED", {"gate": "CANCELLED"}),
    ],
)
def test_when_its_time_is_over_it_does_as_it_was_told(
    behavior: str, state: str, states: dict[str, str]
) -> None:
    world = World(flow(gate(pauseDuration=3.0, behavior=behavior), task("b")))
    world.is_resuming = False
    world.run()
    world.check_promises()
    assert (world.state, world.states()) == (state, states)


def test_a_timeout_is_a_failure_that_its_handlers_handle() -> None:
    world = World(flow(gate(timeout=3.0, errors=[task("e")], **{"finally": [task("f")]}), task("b")))
    world.is_resuming = False
    world.run()
    world.check_promises()
    assert world.states() == {"gate": "FAILED", "e": "SUCCESS", "f": "SUCCESS"}
    assert world.snapshot.execution.error == "`gate` failed: nobody resumed it within 3 seconds"


def test_its_own_time_comes_before_the_timeout() -> None:
    world = World(flow(gate(pauseDuration=3.0, timeout=1.0), task("b")))
    world.is_resuming = False
    world.run()
    assert world.state is State.SUCCESS


def test_a_timeout_may_be_allowed_to_fail() -> None:
    world = World(flow(gate(timeout=3.0, allow_failure=True), task("b")))
    world.is_resuming = False
    world.run()
    assert world.states() == {"gate": "WARNING", "b": "SUCCESS"}


def test_a_time_that_is_over_after_a_person_was_there_changes_nothing() -> None:
    world = paused(World(flow(gate(pauseDuration=3.0, behavior="FAIL"))))
    [late] = world.inbox
    resume(world)
    world.feed(late)
    assert world.state is State.SUCCESS


def test_it_is_waited_for_again_after_a_crash() -> None:
    world = paused(World(flow(gate(pauseDuration=3.0))))
    [run] = world.snapshot.ordered()
    assert run.next_attempt is not None
    assert unfinished.commands(world.snapshot) == (
        WakeAt(task_run_id=run.id, number=len(run.history), at=run.next_attempt),
    )


def test_the_task_that_tells_somebody_runs_while_it_waits() -> None:
    world = paused(World(flow(gate(onPause=[task("tell")]), task("b"))))
    assert world.states() == {"gate": "PAUSED", "tell": "SUCCESS"}
    resume(world)
    assert world.states() == {"gate": "SUCCESS", "tell": "SUCCESS", "b": "SUCCESS"}


def test_a_failure_to_tell_changes_nothing() -> None:
    failing = World(
        flow(gate(onPause=[task("tell")]), task("b")),
        lambda run, number: State.FAILED if run.task_id == "tell" else State.SUCCESS,
    )
    resume(paused(failing))
    assert failing.states() == {"gate": "SUCCESS", "tell": "FAILED", "b": "SUCCESS"}
    assert failing.state is State.SUCCESS


def test_what_tells_somebody_comes_to_its_end_before_it_goes_on() -> None:
    world = World(flow(gate(onPause=[task("tell")]), task("b")))
    world.is_resuming = False
    for _ in range(2):
        world.take()
    ends = list(world.inbox)
    world.inbox.clear()
    world.feed(PauseEnded(at=START, task_run_id="e-1"))
    assert world.states()["gate"] == "RUNNING"
    assert "b" not in world.states()
    world.inbox += ends
    world.run()
    world.check_promises()
    assert world.states() == {"gate": "SUCCESS", "tell": "SUCCESS", "b": "SUCCESS"}


def test_its_tasks_run_when_it_goes_on() -> None:
    world = paused(World(flow(gate(tasks=[task("inside")]), task("b"))))
    assert world.states() == {"gate": "PAUSED"}
    resume(world)
    assert world.states() == {"gate": "SUCCESS", "inside": "SUCCESS", "b": "SUCCESS"}


def test_its_neighbours_go_on_and_the_execution_is_paused_until_the_last_goes_on() -> None:
    lanes = [
        task("s", Rule.SEQUENTIAL, tasks=[task("a"), task("b")]),
        task("one", Rule.PAUSE),
        task("two", Rule.PAUSE),
    ]
    world = paused(World(flow(task("p", Rule.PARALLEL, tasks=lanes))))
    assert world.states()["b"] == "SUCCESS"
    one, two = [run.id for run in world.snapshot.ordered() if run.state is State.PAUSED]
    world.feed(PauseEnded(at=START, task_run_id=one))
    assert world.state is State.PAUSED
    world.feed(PauseEnded(at=START, task_run_id=two))
    world.run()
    world.check_promises()
    assert world.state is State.SUCCESS


def test_a_cancelled_pause_stops_its_neighbours() -> None:
    lanes = [gate(pauseDuration=0.0, behavior="CANCEL"), task("long")]
    world = World(flow(task("p", Rule.PARALLEL, tasks=lanes), task("b")))
    world.is_resuming = False
    world.run()
    world.check_promises()
    assert world.state is State.CANCELLED
    assert world.snapshot.execution.error == "`gate`: nobody resumed it within 0 seconds"


def test_a_kill_ends_what_waits() -> None:
    world = paused(World(flow(gate(onPause=[task("tell")]), task("b"))))
    world.feed(KillRequested(at=START))
    world.run()
    world.check_promises()
    assert world.states() == {"gate": "KILLED", "tell": "SUCCESS"}


def test_a_held_execution_stays_paused_when_its_pause_is_over() -> None:
    world = World(flow(task("p", Rule.PARALLEL, tasks=[gate(), task("a")]), task("b")))
    world.is_resuming = False
    world.take()
    world.feed(HoldRequested(at=START))
    world.run()
    world.feed(HoldEnded(at=START))
    world.run()
    assert world.state is State.PAUSED
    assert world.states()["gate"] == "PAUSED"
    resume(world)
    assert world.state is State.SUCCESS


def test_one_that_nobody_resumed_waits_anew_after_a_restart() -> None:
    world = World(flow(task("a"), gate(timeout=3.0, onPause=[task("tell")]), task("b")))
    world.is_resuming = False
    world.run()
    assert world.state is State.FAILED
    world.announced.clear()
    world.forgotten = 0
    world.feed(Restarted(at=START))
    paused(world)
    assert world.states() == {"a": "SUCCESS", "gate": "PAUSED", "tell": "SUCCESS"}
    resume(world)
    assert world.state is State.SUCCESS


def test_a_retry_beside_it_does_not_hide_that_it_waits() -> None:
    from runtime.model.retry import Retry

    retry = Retry(type="constant", interval=timedelta(seconds=1), max_attempts=2)
    world = World(
        flow(task("p", Rule.PARALLEL, tasks=[gate(), task("a", retry=retry)])),
        lambda run, number: State.FAILED if number == 1 else State.SUCCESS,
    )
    world.is_resuming = False
    world.run()
    assert world.states()["a"] == "SUCCESS"
    assert world.state is State.PAUSED
    resume(world)
