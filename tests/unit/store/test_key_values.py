"""Keys and values: types, ends, namespaces."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.clock import ManualClock
from runtime.errors import InvalidRequest, KeyNotFound, NotAllowed
from runtime.store import Store
from runtime.store.key_values import KeyValues, Type, type_of, typed

SPACE = "company.data"
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def pairs(clock: ManualClock) -> AsyncIterator[KeyValues]:
    async with Store.open(None) as store:
        yield KeyValues(store.database, clock)


@pytest.mark.parametrize(
    ("given", "kind", "kept"),
    [
        ("x", None, "x"),
        ("5", None, "5"),
        (5, None, 5),
        (2.5, None, 2.5),
        (True, None, True),
        ([1, {"a": None}], None, [1, {"a": None}]),
        (None, None, None),
        (NOON, None, NOON),
        (NOON.date(), None, date(2026, 1, 31)),
        (timedelta(minutes=3), None, timedelta(minutes=3)),
        ("5", Type.NUMBER, 5),
        (" 5.5 ", Type.NUMBER, 5.5),
        ("TRUE", Type.BOOLEAN, True),
        ("2026-01-31T13:00:00+01:00", Type.DATETIME, NOON),
        ("2026-01-31T12:00:00", Type.DATETIME, NOON),
        ("2026-01-31", Type.DATE, date(2026, 1, 31)),
        ("PT3M", Type.DURATION, timedelta(minutes=3)),
        ('{"a": [1]}', Type.JSON, {"a": [1]}),
        ("5", Type.STRING, "5"),
        (5, Type.STRING, "5"),
        ({"a": 1}, Type.STRING, '{"a":1}'),
    ],
)
async def test_a_value_comes_back_as_its_type_has_it(
    pairs: KeyValues, given: Any, kind: Type | None, kept: Any
) -> None:
    await pairs.put(SPACE, "k", given, type=kind)
    found = (await pairs.get(SPACE, "k")).value
    assert (found, type(found)) == (kept, type(kept))


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        ("many", Type.NUMBER),
        ("maybe", Type.BOOLEAN),
        ("soon", Type.DATETIME),
        ("2026-13-01", Type.DATE),
        ("long", Type.DURATION),
        ("{", Type.JSON),
        ([1], Type.NUMBER),
    ],
)
async def test_a_value_that_is_not_of_its_type_is_refused(pairs: KeyValues, given: Any, kind: Type) -> None:
    with pytest.raises(InvalidRequest, match=f"the value is no {kind}"):
        await pairs.put(SPACE, "k", given, type=kind)


@given(
    st.recursive(st.none() | st.booleans() | st.integers(-(2**60), 2**60) | st.text(), st.lists, max_leaves=5)
)
def test_what_it_looks_like_is_a_type_that_it_has(value: Any) -> None:
    assert typed(value, type_of(value)) == value


@pytest.mark.parametrize("key", ["", "a b", "-a", "a/b", ".a", "a" * 300, "ä"])
async def test_a_key_that_is_none_is_refused(pairs: KeyValues, key: str) -> None:
    with pytest.raises(InvalidRequest):
        await pairs.put(SPACE, key, 1)


async def test_a_value_goes_at_its_end(pairs: KeyValues, clock: ManualClock) -> None:
    await pairs.put(SPACE, "k", 1, ttl=timedelta(hours=1))
    await clock.advance(3599)
    assert (await pairs.get(SPACE, "k")).value == 1
    await clock.advance(1)
    with pytest.raises(KeyNotFound):
        await pairs.get(SPACE, "k")
    assert await pairs.list() == []
    assert [pairs.is_expired(pair) for pair in await pairs.list(expired=True)] == [True]
    assert not await pairs.delete(SPACE, "k")
    await pairs.put(SPACE, "k", 2, overwrite=False)
    assert (await pairs.get(SPACE, "k")).version == 1
    await pairs.put(SPACE, "gone", 1, ttl=timedelta())
    await pairs.drop_expired()
    assert [pair.key for pair in await pairs.list(expired=True)] == ["k"]


async def test_a_value_may_be_there_to_stay(pairs: KeyValues, clock: ManualClock) -> None:
    await pairs.put(SPACE, "k", 1, description="first")
    await clock.advance(60)
    with pytest.raises(NotAllowed, match="overwrite"):
        await pairs.put(SPACE, "k", 2, overwrite=False)
    await pairs.put(SPACE, "k", "two")
    pair = await pairs.get(SPACE, "k")
    assert (pair.value, pair.type, pair.version, pair.description) == ("two", Type.STRING, 2, "")
    assert (pair.updated - pair.created).total_seconds() == 60


async def test_the_nearest_namespace_above_has_the_word(pairs: KeyValues) -> None:
    await pairs.put("company", "k", "top")
    assert (await pairs.find("company.data.deep", "k")).value == "top"
    await pairs.put(SPACE, "k", "near")
    assert (await pairs.find("company.data.deep", "k")).value == "near"
    with pytest.raises(KeyNotFound):
        await pairs.get("company.data.deep", "k")
    with pytest.raises(KeyNotFound):
        await pairs.find("companion", "k")


async def test_a_list_holds_a_namespace_and_those_below_it(pairs: KeyValues) -> None:
    for namespace in ("company", "company.data", "company.data.deep", "company.database", "other"):
        await pairs.put(namespace, "k", 1)
    assert [pair.namespace for pair in await pairs.list("company.data")] == [
        "company.data",
        "company.data.deep",
    ]
    assert len(await pairs.list()) == 5
