"""A promise about an execution that is missed acts once, and at once."""

from datetime import timedelta
from typing import Any

from runtime.engine import unfinished
from runtime.engine.commands import CheckSla, KillAttempt, WakeSla
from runtime.model.events import Restarted, SlaChecked
from runtime.model.flow import Flow, Rule, TaskSpec
from runtime.model.limits import Sla
from runtime.model.states import State
from tests.unit.engine.test_kill_and_restart import stalled
from tests.unit.engine.world import START, World, flow, task

MINUTE = timedelta(minutes=1)


def promising(*tasks: TaskSpec, **keys: Any) -> Flow:
    promise = Sla(**{"id": "promise", "behavior": "FAIL", "labels": {"late": "yes"}, **keys})
    return flow(*tasks, sla=(promise,), errors=(task("e"),), after_execution=(task("after"),))


def test_what_still_runs_takes_the_state_and_no_handler_runs() -> None:
    tree = promising(
        task("p", Rule.PARALLEL, tasks=[task("a"), task("b")]), behavior="CANCEL", duration=MINUTE
    )
    world = stalled(World(tree))
    assert world.alarms[0] - START < MINUTE + timedelta(seconds=1)
    world.feed(SlaChecked(at=START, missed=(0,)))
    world.run()
    world.check_promises()
    assert world.states() == {"p": "CANCELLED", "a": "CANCELLED", "b": "CANCELLED", "after": "SUCCESS"}
    assert world.state is State.CANCELLED
    assert world.snapshot.execution.labels == {"late": "yes"}
    assert world.snapshot.execution.error == "the SLA `promise` was missed: it ran longer than PT60S"


def test_one_without_consequence_only_gives_its_labels_once() -> None:
    world = stalled(World(promising(task("a"), behavior="NONE", duration=MINUTE)))
    world.feed(SlaChecked(at=START, missed=(0,)))
    before = world.snapshot
    world.feed(SlaChecked(at=START, missed=(0,)))
    assert world.snapshot is not None
    assert world.snapshot.execution is before.execution
    assert world.snapshot.execution.labels == {"late": "yes"}
    assert not [command for command in unfinished.commands(world.snapshot) if isinstance(command, WakeSla)]


def test_an_assertion_has_a_last_look_before_the_end() -> None:
    world = World(promising(task("a"), assertion="{{ x }}"))
    world.run()
    world.check_promises()
    assert world.state is State.SUCCESS
    world = World(promising(task("a"), assertion="{{ x }}"))
    for _ in range(3):
        world.take()
    assert unfinished.commands(world.snapshot) == (CheckSla(final=True),)
    world.missed = (0,)
    world.inbox.clear()
    world.perform(CheckSla(final=True))
    world.run()
    assert (world.state, world.states()) == (State.FAILED, {"a": "SUCCESS", "after": "SUCCESS"})
    assert world.snapshot.execution.error == "the SLA `promise` was missed: `{{ x }}` does not hold"


def test_it_means_nothing_once_the_execution_has_its_state() -> None:
    world = World(promising(task("a"), duration=MINUTE))
    world.run()
    before = world.snapshot
    world.feed(SlaChecked(at=START, missed=(0,)))
    assert world.snapshot.execution is before.execution


def test_the_alarm_is_set_again_after_a_crash_and_a_restart() -> None:
    world = stalled(World(promising(task("a"), duration=MINUTE)))
    first = world.alarms[0]
    assert WakeSla(number=0, at=first) in unfinished.commands(world.snapshot)
    world.feed(SlaChecked(at=START, missed=(0,)))
    assert KillAttempt(task_run_id="e-1", number=1) in unfinished.commands(world.snapshot)
    world.run()
    world.feed(Restarted(at=START + MINUTE))
    assert world.alarms[0] == START + 2 * MINUTE
