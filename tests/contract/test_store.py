"""What the store promises of executions, their events and task runs; over a directory and in memory."""

import asyncio
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.errors import ExecutionNotFound, Internal, InvalidRequest
from runtime.model.events import (
    AnyEvent,
    AttemptEnded,
    AttemptLost,
    AttemptProgressed,
    AttemptStarted,
    BeginDue,
    BegunAgain,
    Collected,
    ConditionChecked,
    Evaluated,
    ExecutionCreated,
    HoldEnded,
    HoldRequested,
    KillRequested,
    LabelsChanged,
    ListenersChosen,
    OutputsRendered,
    PauseEnded,
    Restarted,
    RetryDue,
    RunAnew,
    SlaChecked,
    SlotAnswered,
    StateChanged,
)
from runtime.model.execution import Attempt, Change, Execution, TaskRun, Trigger
from runtime.model.states import State
from runtime.store import Recorded, Store
from tests.contract.store_facts import NOON, execution, node, recorded, task_run, took

FULL = execution(
    state=State.WARNING,
    started=NOON,
    ended=NOON + timedelta(seconds=3, microseconds=7),
    inputs={"day": "2026-01-01", "rows": [1, 2.5, None, True]},
    outputs={"größe": {"a": "☃"}},
    labels={"env": "prod"},
    trigger=Trigger(id="daily", type="schedule", variables={"date": "2026-01-01T00:00:00Z"}),
    error="two lines\nof text",
    history=(Change(State.CREATED, NOON), Change(State.RUNNING, NOON + timedelta(microseconds=1))),
)

EVENTS: list[AnyEvent] = [
    ExecutionCreated(at=NOON, execution=FULL),
    Evaluated(at=NOON, task_run_id="e-1", values={"values": ["a", "b"]}),
    Evaluated(at=NOON, task_run_id="e-1", skipped=True, error="no"),
    ConditionChecked(at=NOON, task_run_id="e-1", iteration=2, holds=True),
    Collected(at=NOON, task_run_id="e-1", outputs={"files": {}}),
    AttemptStarted(at=NOON, task_run_id="e-2", number=1, runner="docker"),
    AttemptProgressed(at=NOON, task_run_id="e-2", number=1, outputs={"executionId": "e3"}),
    AttemptEnded(at=NOON, task_run_id="e-2", number=1, state=State.FAILED, exit_code=137, chance=0.5),
    AttemptEnded(at=NOON, task_run_id="e-2", number=1, state=State.SUCCESS, exit_state=State.KILLED),
    AttemptLost(at=NOON, task_run_id="e-2", number=1, reason="the runtime died"),
    RetryDue(at=NOON, task_run_id="e-2", number=1),
    OutputsRendered(at=NOON, outputs={"x": [1]}),
    KillRequested(at=NOON, by="ann", reason="enough"),
    Restarted(at=NOON, by="ann"),
    SlotAnswered(at=NOON, state=State.CANCELLED, reason="one at once"),
    SlaChecked(at=NOON, missed=(0, 2), final=True),
    ListenersChosen(at=NOON, chosen=(1,)),
    BegunAgain(at=NOON, execution_id="e2"),
    HoldRequested(at=NOON, by="ann"),
    BeginDue(at=NOON, by="ann"),
    HoldEnded(at=NOON, by="ann"),
    PauseEnded(at=NOON, task_run_id="e-1", inputs={"reason": "fine"}, by="ann"),
    StateChanged(at=NOON, task_run_id="e-1", state=State.SUCCESS, by="ann"),
    RunAnew(at=NOON, task_run_id="e-1", by="ann"),
    LabelsChanged(at=NOON, labels={"a": "b"}, by="ann"),
]


# --- record, events, get


async def test_every_kind_of_event_comes_back_as_it_was(store: Store) -> None:
    steps = [recorded(FULL, seq, event) for seq, event in enumerate(EVENTS, start=1)]
    await store.executions.record(steps)
    assert await store.executions.events("e") == list(enumerate(EVENTS, start=1))
    assert {type(event) for event in EVENTS} == set(AnyEvent.__args__)


async def test_an_execution_and_its_task_runs_come_back_as_they_were(store: Store) -> None:
    attempt = Attempt(number=1, state=State.FAILED, started=NOON, error="boom", exit_code=2, log_lines=7)
    run = took(1, 2.5, state=State.RETRYING, value="a", iteration=0, attempts=(attempt,), next_attempt=NOON)
    await store.executions.record([recorded(FULL, touched=(run,))])
    assert await store.executions.get("e") == (FULL, (run,))


async def test_the_last_word_on_an_execution_and_a_task_run_stays(store: Store) -> None:
    done = msgspec.structs.replace(execution(), state=State.SUCCESS)
    running, ended = task_run(1, state=State.RUNNING), task_run(1, state=State.SUCCESS)
    await store.executions.record([recorded(execution(), 1, touched=(running,))])
    await store.executions.record([recorded(execution(), 2), recorded(done, 3, touched=(ended,))])
    assert await store.executions.get("e") == (done, (ended,))


async def test_task_runs_stand_in_the_order_of_creation(store: Store) -> None:
    """By number, not by text: the tenth comes after the second."""
    numbers = [10, 2, 1, 11, 3]
    await store.executions.record([recorded(execution(), touched=tuple(task_run(n) for n in numbers))])
    _, runs = await store.executions.get("e")
    assert [run.task_id for run in runs] == ["task1", "task2", "task3", "task10", "task11"]


async def test_task_runs_that_a_restart_takes_out_are_gone(store: Store) -> None:
    await store.executions.record([recorded(execution(), 1, touched=(task_run(1), task_run(2)))])
    await store.executions.record([recorded(execution(), 2, touched=(task_run(3),), removed=("e-2", "e-3"))])
    _, runs = await store.executions.get("e")
    assert [run.id for run in runs] == ["e-1"]


async def test_a_second_event_of_one_number_is_refused_with_its_whole_batch(store: Store) -> None:
    await store.executions.record([recorded(execution(), 1)])
    with pytest.raises(Internal):
        await store.executions.record([recorded(execution("f"), 1), recorded(execution(error="twice"), 1)])
    assert [seq for seq, _ in await store.executions.events("e")] == [1]
    assert (await store.executions.get("e"))[0].error is None
    with pytest.raises(ExecutionNotFound):
        await store.executions.get("f")


async def test_the_store_serves_on_after_a_refusal(store: Store) -> None:
    await store.executions.record([recorded(execution(), 1)])
    with pytest.raises(Internal):
        await store.executions.record([recorded(execution(), 1)])
    await store.executions.record([recorded(execution(), 2)])
    assert [seq for seq, _ in await store.executions.events("e")] == [1, 2]


async def test_steps_recorded_at_once_by_many_all_arrive(store: Store) -> None:
    async with asyncio.TaskGroup() as group:
        for number in range(50):
            group.create_task(store.executions.record([recorded(execution(f"e{number}"))]))
    assert await store.executions.counts() == {"CREATED": 50}


async def test_an_unknown_execution_has_no_events(store: Store) -> None:
    assert await store.executions.events("none") == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
MOVES = st.lists(
    st.tuples(st.sampled_from(["a", "b"]), st.integers(1, 4), st.sampled_from(list(State)), JSON), max_size=12
)


def steps_of(moves: list[tuple[str, int, State, Any]]) -> list[Recorded]:
    sequences = {"a": 0, "b": 0}
    steps = []
    for name, number, state, value in moves:
        sequences[name] += 1
        subject = execution(name, state=state, outputs={"value": value})
        run = task_run(number, name, state=state, outputs={"value": value})
        event = OutputsRendered(at=NOON, outputs={"value": value})
        steps.append(recorded(subject, sequences[name], event, touched=(run,)))
    return steps


async def contents(
    batches: list[list[Recorded]],
) -> list[tuple[list[tuple[int, AnyEvent]], Execution, tuple[TaskRun, ...]]]:
    async with Store.open(None) as store:
        for batch in batches:
            await store.executions.record(batch)
        names = await store.executions.unfinished()
        return [(await store.executions.events(name), *await store.executions.get(name)) for name in names]


@settings(deadline=None, max_examples=40)
@given(MOVES, st.integers(0, 12))
def test_how_steps_are_grouped_makes_no_difference(
    moves: list[tuple[str, int, State, Any]], cut: int
) -> None:
    steps = steps_of(moves)
    alone = asyncio.run(contents([[step] for step in steps]))
    grouped = asyncio.run(contents([steps[:cut], steps[cut:]]))
    assert alone == grouped
    assert sum(len(events) for events, _, _ in alone) == len(moves)


# --- unfinished, resolve, delete


async def test_unfinished_executions_come_oldest_first(store: Store) -> None:
    steps = [recorded(execution(name), finished=name == "02") for name in ("03", "01", "02")]
    await store.executions.record(steps)
    assert await store.executions.unfinished() == ["01", "03"]


async def test_an_execution_with_handlers_to_run_is_unfinished_though_it_has_ended(store: Store) -> None:
    over = execution(state=State.SUCCESS, ended=NOON)
    await store.executions.record([recorded(over, 1)])
    assert await store.executions.unfinished() == ["e"]
    await store.executions.record([recorded(over, 2, finished=True)])
    assert await store.executions.unfinished() == []


async def test_a_restart_makes_an_execution_unfinished_again(store: Store) -> None:
    await store.executions.record([recorded(execution(), 1, finished=True)])
    await store.executions.record([recorded(execution(), 2)])
    assert await store.executions.unfinished() == ["e"]


@pytest.mark.parametrize("part", ["01hx3a7q", "01hx", "3a7q", "x3a7"])
async def test_a_part_of_an_id_means_the_one_that_has_it(store: Store, part: str) -> None:
    await store.executions.record([recorded(execution("01hx3a7q")), recorded(execution("01hy9999"))])
    assert await store.executions.resolve(part) == "01hx3a7q"


@pytest.mark.parametrize(
    ("part", "failure"),
    [
        ("3a7", ExecutionNotFound),  # too short
        ("zzzz", ExecutionNotFound),
        ("", ExecutionNotFound),
        ("%%%%", ExecutionNotFound),  # no pattern of SQL's
        ("____", ExecutionNotFound),
        ("01h_", ExecutionNotFound),
        ("01h", ExecutionNotFound),
        ("9999", InvalidRequest),  # two have it
    ],
)
async def test_a_part_that_means_none_or_several_is_refused(
    store: Store, part: str, failure: type[Exception]
) -> None:
    await store.executions.record(
        [recorded(execution(name)) for name in ("01hx3a7q", "01hy9999", "01hz9999")]
    )
    with pytest.raises(failure):
        await store.executions.resolve(part)


async def test_a_whole_id_wins_over_a_longer_one_that_contains_it(store: Store) -> None:
    await store.executions.record([recorded(execution("abcd")), recorded(execution("abcde"))])
    assert await store.executions.resolve("abcd") == "abcd"


async def test_a_deleted_execution_leaves_nothing_and_its_neighbour_all(store: Store) -> None:
    for name in ("e", "f"):
        await store.executions.record([recorded(execution(name), touched=(task_run(1, name),))])
        await store.nodes.upsert(name, [node("a")])
    await store.executions.delete("e")
    with pytest.raises(ExecutionNotFound):
        await store.executions.get("e")
    assert (await store.executions.events("e"), await store.nodes.of("e")) == ([], [])
    assert await store.executions.get("f") == (execution("f"), (task_run(1, "f"),))
    assert (len(await store.executions.events("f")), len(await store.nodes.of("f"))) == (1, 1)
