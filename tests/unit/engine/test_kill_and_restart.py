"""Stopping an execution, and going on after a failure."""

from runtime.model.events import AttemptEnded, AttemptLost, AttemptStarted, KillRequested, Restarted
from runtime.model.flow import Rule
from runtime.model.states import State
from tests.unit.engine.world import START, World, flow, task


def stalled(world: World) -> World:
    """Brings the world to where its first attempt runs and nothing is in the inbox."""
    while world.inbox:
        if isinstance(world.inbox[0], AttemptEnded):
            world.inbox.popleft()
        else:
            world.take()
    return world


def test_kill_stops_what_runs_and_starts_nothing_more() -> None:
    tree = flow(
        task("p", Rule.PARALLEL, tasks=[task("a"), task("s", Rule.SEQUENTIAL, tasks=[task("b"), task("c")])]),
        task("d"),
        errors=(task("e"),),
        finally_=(task("z"),),
        after_execution=(task("after"),),
    )
    world = stalled(World(tree))
    world.feed(KillRequested(at=START, by="ada"))
    assert world.state is State.KILLING
    world.run()
    world.check_promises()
    assert world.states() == {"p": "KILLED", "a": "KILLED", "s": "KILLED", "b": "KILLED", "after": "SUCCESS"}
    assert world.snapshot.execution.error == "killed by ada"


def test_kill_during_a_retry_wait_ends_at_once() -> None:
    from tests.unit.engine.test_flowables import three_times

    world = World(flow(task("a", retry=three_times())), lambda run, number: State.FAILED)
    for _ in range(3):
        world.take()
    assert world.state is State.RETRYING
    world.feed(KillRequested(at=START))
    assert world.state is State.KILLED
    world.run()
    world.check_promises()


def test_kill_before_an_expression_is_answered() -> None:
    world = World(flow(task("i", Rule.IF, then=[task("a")])))
    world.take()
    world.feed(KillRequested(at=START))
    world.run()
    world.check_promises()
    assert world.states() == {"i": "KILLED"}


def test_an_attempt_that_is_lost_is_resubmitted() -> None:
    world = stalled(World(flow(task("a"))))
    world.feed(AttemptLost(at=START, task_run_id="e-1", number=1, reason="the runtime was killed"))
    world.run()
    world.check_promises()
    [run] = world.snapshot.ordered()
    assert [attempt.state for attempt in run.attempts] == ["RESUBMITTED", "SUCCESS"]


def test_a_lost_attempt_counts_against_no_retry_limit() -> None:
    from tests.unit.engine.test_flowables import three_times

    world = stalled(World(flow(task("a", retry=three_times())), lambda run, number: State.FAILED))
    world.feed(AttemptLost(at=START, task_run_id="e-1", number=1, reason="power loss"))
    world.run()
    assert len(world.snapshot.ordered()[0].attempts) == 4


def test_a_task_may_end_the_execution() -> None:
    tree = flow(task("p", Rule.PARALLEL, tasks=[task("exit"), task("b")]), task("c"))
    world = stalled(World(tree))
    world.feed(
        AttemptEnded(at=START, task_run_id="e-2", number=1, state=State.SUCCESS, exit_state=State.WARNING)
    )
    world.run()
    world.check_promises()
    assert world.states() == {"p": "WARNING", "exit": "WARNING", "b": "KILLED"}
    assert world.state is State.WARNING


def restart(world: World) -> World:
    world.run()
    assert world.state is State.FAILED
    world.outcome = lambda run, number: State.SUCCESS
    world.announced.clear()
    world.forgotten = 0
    world.feed(Restarted(at=START, by="ada"))
    world.run()
    world.check_promises()
    return world


def test_restart_keeps_what_succeeded_and_drops_the_handlers() -> None:
    tree = flow(
        task("a"), task("s", Rule.SEQUENTIAL, tasks=[task("b"), task("c")]), task("d"), errors=(task("e"),)
    )
    world = restart(World(tree, lambda run, number: State.FAILED if run.task_id == "b" else State.SUCCESS))
    assert world.state is State.SUCCESS
    assert world.states() == {"a": "SUCCESS", "s": "SUCCESS", "b": "SUCCESS", "c": "SUCCESS", "d": "SUCCESS"}
    assert [len(run.attempts) for run in world.snapshot.ordered() if run.task_id == "b"] == [2]
    assert world.started.count("e-1/1") == 1


def test_restart_within_foreach_goes_on_with_the_remaining_values() -> None:
    each = task("each", Rule.FOR_EACH, tasks=[task("a"), task("b")])
    world = World(
        flow(each),
        lambda run, number: State.FAILED if (run.task_id, run.value) == ("a", "y") else State.SUCCESS,
    )
    world.values = {"each": {"values": {"values": ["x", "y", "z"]}}}
    restart(world)
    assert list(world.states()) == ["each", "a[x]", "b[x]", "a[y]", "b[y]", "a[z]", "b[z]"]


def test_restart_of_a_dag_starts_what_waited() -> None:
    tree = flow(
        task("d", Rule.DAG, tasks=[task("a"), task("b"), task("c")], needs={"b": ("a",), "c": ("b",)})
    )
    world = restart(World(tree, lambda run, number: State.FAILED if run.task_id == "a" else State.SUCCESS))
    assert set(world.states()) == {"d", "a", "b", "c"}


def test_late_events_change_nothing() -> None:
    world = World(flow(task("a"), task("b")))
    world.run()
    before = world.snapshot
    for event in list(world.log):
        world.feed(event)
    world.feed(AttemptStarted(at=START, task_run_id="e-99", number=1))
    world.feed(KillRequested(at=START))
    assert world.snapshot.task_runs == before.task_runs
    assert world.snapshot.execution == before.execution
