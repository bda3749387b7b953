"""What the store promises of lists and figures over many executions."""

from datetime import datetime, timedelta
from itertools import chain

import pytest

from runtime.model.states import State
from runtime.store import Filter, Store
from tests.contract.store_facts import NOON, execution, recorded, task_run, took

NAMES = [f"{number:04}" for number in range(25)]


async def fill(store: Store) -> None:
    """Twenty-five, a minute apart: in two namespaces and three flows, each fifth failed."""
    await store.executions.record(
        [
            recorded(
                execution(
                    name,
                    namespace="company" if number % 2 else "company.team",
                    flow_id=f"flow{number % 3}",
                    state=State.SUCCESS if number % 5 else State.FAILED,
                    created=minute(number),
                    labels={"env": "prod"} if number == 7 else {},
                ),
                finished=True,
            )
            for number, name in enumerate(NAMES)
        ]
    )


def minute(number: int) -> datetime:
    return NOON + timedelta(minutes=number)


async def all_pages(store: Store, wanted: Filter, limit: int) -> list[list[str]]:
    pages = []
    before = None
    while True:
        page = await store.executions.page(wanted, limit=limit, before=before)
        pages.append([item.id for item in page.items])
        if page.next is None:
            return pages
        before = page.next


@pytest.mark.parametrize(("limit", "sizes"), [(10, [10, 10, 5]), (25, [25]), (24, [24, 1]), (100, [25])])
async def test_pages_follow_each_other_newest_first(store: Store, limit: int, sizes: list[int]) -> None:
    await fill(store)
    pages = await all_pages(store, Filter(), limit)
    assert [len(page) for page in pages] == sizes
    assert list(chain.from_iterable(pages)) == NAMES[::-1]


async def test_an_empty_store_has_one_empty_page(store: Store) -> None:
    assert await all_pages(store, Filter(), 10) == [[]]


async def test_executions_that_arrive_meanwhile_do_not_shift_the_next_page(store: Store) -> None:
    await fill(store)
    first = await store.executions.page(Filter(), limit=10)
    await store.executions.record([recorded(execution("9999"))])
    second = await store.executions.page(Filter(), limit=10, before=first.next)
    assert [item.id for item in second.items] == NAMES[14:4:-1]


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        (Filter(namespace="company"), range(25)),  # with those below it
        (Filter(namespace="company.team"), range(0, 25, 2)),
        (Filter(namespace="comp"), []),  # no part of a name
        (Filter(namespace="company.te_m"), []),
        (Filter(flow_id="flow1"), range(1, 25, 3)),
        (Filter(states=(State.FAILED,)), range(0, 25, 5)),
        (Filter(states=(State.FAILED, State.SUCCESS)), range(25)),
        (Filter(states=(State.RUNNING,)), []),
        (Filter(since=minute(20)), range(20, 25)),
        (Filter(until=minute(3)), range(3)),
        (Filter(since=minute(3), until=minute(5)), [3, 4]),
        (Filter(text="001"), [1, *range(10, 20)]),
        (Filter(text="FLOW2"), range(2, 25, 3)),
        (Filter(text="team"), range(0, 25, 2)),
        (Filter(text="prod"), [7]),
        (Filter(text="100%"), []),
        (
            Filter(namespace="company.team", flow_id="flow0", states=(State.SUCCESS,), until=minute(13)),
            [6, 12],
        ),
    ],
)
async def test_a_filter_finds_what_it_names(store: Store, wanted: Filter, numbers: list[int]) -> None:
    await fill(store)
    expected = [NAMES[number] for number in reversed(numbers)]
    assert list(chain.from_iterable(await all_pages(store, wanted, 4))) == expected


async def test_a_namespace_is_told_from_one_in_capitals(store: Store) -> None:
    await store.executions.record([recorded(execution(namespace="Company.team"))])
    assert await all_pages(store, Filter(namespace="company"), 4) == [[]]


async def test_the_latest_execution_of_each_flow_is_told_in_one_call(store: Store) -> None:
    await fill(store)
    latest = await store.executions.latest(
        [("company", "flow0"), ("company.team", "flow0"), ("company", "none")]
    )
    assert {flow: item.id for flow, item in latest.items()} == {
        ("company", "flow0"): "0021",
        ("company.team", "flow0"): "0024",
    }


async def test_executions_are_counted_by_state(store: Store) -> None:
    assert await store.executions.counts() == {}
    await fill(store)
    assert await store.executions.counts() == {"FAILED": 5, "SUCCESS": 20}


async def test_durations_are_those_that_went_well_in_the_last_executions(store: Store) -> None:
    for number in range(4):
        name = f"e{number}"
        runs = (
            took(1, number, name, task_id="load", state=State.SUCCESS),
            took(2, 100 + number, name, task_id="build", state=State.WARNING if number else State.FAILED),
            task_run(3, name, task_id="late", state=State.RUNNING, started=NOON),
        )
        await store.executions.record([recorded(execution(name), touched=runs)])
    await store.executions.record([recorded(execution("x", flow_id="other"), touched=(took(1, 9, "x"),))])
    found = await store.executions.durations("company.team", "nightly", last=3)
    assert {task: sorted(seconds) for task, seconds in found.items()} == {
        "load": [1.0, 2.0, 3.0],
        "build": [101.0, 102.0, 103.0],
    }
