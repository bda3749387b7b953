"""News are folded without losing one."""

import msgspec

from console.models.live import Batch, Gathering, merged
from runtime.model.execution import Node, TaskRun
from runtime.model.states import State
from runtime.model.views import Alive, ExecutionChanged, FlowsChanged, TriggersChanged
from tests.console.facts import EXECUTIONS, NOW

EXECUTION = EXECUTIONS[0]


def run(name: str, state: State = State.RUNNING) -> TaskRun:
    return TaskRun(id=name, execution_id=EXECUTION.id, task_id=name, type="log", state=state, created=NOW)


def node(name: str, status: str) -> Node:
    return Node(task_run_id="a", unique_id=name, resource_type="model", status=status)


def test_the_later_word_on_each_task_run_and_node_holds() -> None:
    older = ExecutionChanged(
        sequence=1, execution=EXECUTION, task_runs=(run("a"), run("b")), nodes=(node("m", "started"),)
    )
    done = msgspec.structs.replace(EXECUTION, state=State.SUCCESS)
    newer = ExecutionChanged(
        sequence=2, execution=done, task_runs=(run("b", State.SUCCESS),), nodes=(node("m", "success"),)
    )
    both = merged(older, newer)
    assert both.execution.state is State.SUCCESS
    assert [(each.id, each.state) for each in both.task_runs] == [("a", State.RUNNING), ("b", State.SUCCESS)]
    assert [each.status for each in both.nodes] == ["success"]


def test_a_task_run_that_was_removed_stays_removed_unless_it_comes_back() -> None:
    older = ExecutionChanged(sequence=1, execution=EXECUTION, task_runs=(run("a"), run("b")))
    gone = ExecutionChanged(sequence=2, execution=EXECUTION, removed=("a",))
    back = ExecutionChanged(sequence=3, execution=EXECUTION, task_runs=(run("a"),))
    without = merged(older, gone)
    assert ([each.id for each in without.task_runs], without.removed) == (["b"], ("a",))
    again = merged(without, back)
    assert (sorted(each.id for each in again.task_runs), again.removed) == (["a", "b"], ())


def test_a_flood_becomes_one_batch_and_is_taken_once() -> None:
    gathering = Gathering()
    for sequence in range(1000):
        gathering.add(ExecutionChanged(sequence=sequence, execution=EXECUTION))
    gathering.add(FlowsChanged(sequence=1000, names=("a.b",)))
    gathering.add(FlowsChanged(sequence=1001, names=("a.b", "a.c")))
    gathering.add(TriggersChanged(sequence=1002))
    batch = gathering.take()
    assert [change.sequence for change in batch.executions] == [999]
    assert (batch.flows, batch.triggers) == (("a.b", "a.c"), True)
    assert gathering.is_empty
    assert gathering.take() == Batch()


def test_a_heartbeat_is_no_news() -> None:
    gathering = Gathering()
    gathering.add(Alive(sequence=1))
    assert gathering.is_empty
