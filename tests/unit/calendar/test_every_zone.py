"""Every zone of the tz database, three years, against an oracle that only counts minutes.

The oracle knows nothing of gaps, folds or offsets: it walks through UTC minute by minute, looks at the clock on the
wall, and applies the two sentences of docs/schedules.md. Its reading of cron fields is its own too.
"""

import zoneinfo
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.calendar.cron import Cron

START, END = datetime(2025, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
ZONES = sorted(zoneinfo.available_timezones())
RANGES = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6))

LINES = (
    "*/15 * * * *",  # an interval
    "7 * * * *",
    "30 2 * * *",  # fixed times in the hour that most zones change in
    "0 0 * * *",
    "*/20 0-4 * * *",
    "59 23,0,1,2,3 * * 6,0",
    "0 */2 * * *",
)


def walls(zone: str, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    """Each UTC minute of [start, end) with what the zone's clock shows."""
    rules = zoneinfo.ZoneInfo(zone)
    minutes = (start + MINUTE * n for n in range((end - start) // MINUTE))
    return [(at, at.astimezone(rules).replace(tzinfo=None, fold=0)) for at in minutes]


@cache
def field(text: str, low: int, high: int) -> frozenset[int]:
    values: set[int] = set()
    for part in text.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        begin = low if span == "*" else int(first)
        until = high if span == "*" or (step and not last) else int(last or first)
        values |= set(range(begin, until + 1, int(step or 1)))
    return frozenset(values)


@cache
def fields(line: str) -> tuple[frozenset[int], ...]:
    return tuple(field(text, *span) for text, span in zip(line.split(), RANGES, strict=True))


def matches(line: str, wall: datetime) -> bool:
    minute, hour, day, month, weekday = fields(line)
    if wall.minute not in minute or wall.hour not in hour or wall.month not in month:
        return False
    on_day, on_weekday = wall.day in day, wall.isoweekday() % 7 in weekday
    return on_day and on_weekday if "*" in line.split()[2::2] else on_day or on_weekday


def expected(line: str, shown: list[tuple[datetime, datetime]]) -> Iterator[datetime]:
    interval = len(fields(line)[1]) == 24
    reached = shown[0][1] - MINUTE  # the latest time that the clock has shown so far
    for at, wall in shown:
        if interval:
            fires = matches(line, wall)
        else:  # some matching time lies between what the clock had reached and what it shows now
            fires = any(matches(line, reached + MINUTE * n) for n in range(1, (wall - reached) // MINUTE + 1))
        if fires:
            yield at
        reached = max(reached, wall)


@cache
def changes(zone: str) -> tuple[datetime, ...]:
    """The minutes at which the zone's offset changes within the three years, found by looking at every day."""
    rules = zoneinfo.ZoneInfo(zone)
    found = []
    for n in range((END - START) // DAY):
        low, high = START + DAY * n, START + DAY * (n + 1)
        if low.astimezone(rules).utcoffset() == high.astimezone(rules).utcoffset():
            continue
        while high - low > MINUTE:
            middle = low + MINUTE * ((high - low) // MINUTE // 2)
            same = middle.astimezone(rules).utcoffset() == low.astimezone(rules).utcoffset()
            low, high = (middle, high) if same else (low, middle)
        found.append(high)
    return tuple(found)


def clocks() -> dict[tuple[object, ...], str]:
    """One zone of each group whose clocks go alike over the three years, with all its changes."""
    alike: dict[tuple[object, ...], str] = {}
    for zone in ZONES:
        rules = zoneinfo.ZoneInfo(zone)
        key = tuple((at, at.astimezone(rules).utcoffset()) for at in (START, *changes(zone)))
        alike.setdefault(key, zone)
    return alike


def test_every_change_of_every_zone_agrees_with_the_oracle() -> None:
    seen = 0
    for zone in clocks().values():
        crons = [(line, Cron.parse(line, timezone=zone)) for line in LINES]
        for change in changes(zone):
            start, end = change - timedelta(hours=5), change + timedelta(hours=5)
            shown = walls(zone, start, end)
            for line, cron in crons:
                assert list(cron.between(start, end)) == list(expected(line, shown)), (zone, line, change)
            seen += 1
    assert seen > 150  # the test looked at something


def test_no_zone_changes_its_clock_twice_within_a_day() -> None:
    """The arithmetic in zones.py relies on it, and on no change of more than a day."""
    for zone in ZONES:
        found = changes(zone)
        assert all(later - earlier > DAY for earlier, later in pairwise(found)), zone


def columns(low: int, high: int) -> st.SearchStrategy[str]:
    number = st.integers(low, high)
    ranges = st.tuples(number, number).map(lambda pair: f"{min(pair)}-{max(pair)}")
    steps = st.integers(2, max(2, (high - low) // 2)).map(lambda step: f"*/{step}")
    lists = st.lists(number, min_size=1, max_size=4, unique=True).map(
        lambda some: ",".join(map(str, sorted(some)))
    )
    return st.one_of(st.just("*"), lists, ranges, steps)


lines = st.tuples(*(columns(low, high) for low, high in RANGES)).map(" ".join)
frequent = st.tuples(columns(0, 59), columns(0, 5)).map(lambda pair: f"{pair[0]} {pair[1]} * * *")


@st.composite
def windows(draw: st.DrawFn) -> tuple[str, datetime]:
    """A zone and an instant of the three years, by preference near a change of its clock."""
    zone = draw(st.sampled_from(ZONES))
    near = draw(st.sampled_from(changes(zone) or (START + DAY * 500,)))
    return zone, near + MINUTE * draw(st.integers(-2 * 24 * 60, 60))


@settings(max_examples=120, deadline=None)
@given(line=st.one_of(lines, frequent), window=windows())
def test_any_expression_in_any_zone_agrees_with_the_oracle(line: str, window: tuple[str, datetime]) -> None:
    zone, start = window
    end = start + DAY * 3 / 2
    cron = Cron.parse(line, timezone=zone)
    shown = walls(
        zone, start - DAY, end
    )  # a day earlier, so that the oracle knows how far the clock had gone
    wanted = [at for at in expected(line, shown) if at >= start]
    assert list(cron.between(start, end)) == wanted
    for at in wanted:
        assert cron.next_after(at - MINUTE / 2) == at
        assert cron.previous_before(at + MINUTE / 2) == at
    for earlier, later in pairwise(wanted):
        assert cron.next_after(earlier) == later
        assert cron.previous_before(later) == earlier


@settings(max_examples=60, deadline=None)
@given(line=lines, window=windows())
def test_notes_are_only_found_where_the_clock_changes(line: str, window: tuple[str, datetime]) -> None:
    zone, start = window
    cron = Cron.parse(line, timezone=zone)
    for fire in cron.upcoming(start, 5):
        near = any(abs(fire.at - change) <= DAY for change in changes(zone))
        assert near or fire.note == "" or fire.at > END


@pytest.mark.parametrize(
    "zone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca"]
)
@pytest.mark.parametrize("line", ["30 2 * * *", "15 */3 * * *"])
def test_a_fixed_schedule_fires_as_often_as_its_days_have_times(zone: str, line: str) -> None:
    """None skipped, none doubled, over three years (15 */3 meets no gap's end, so no two of its times fall together)."""
    a_day = len(field(line.split()[1], 0, 23))
    cron = Cron.parse(line, timezone=zone)
    local_start = START.replace(tzinfo=zoneinfo.ZoneInfo(zone))
    local_end = END.replace(tzinfo=zoneinfo.ZoneInfo(zone))
    found = list(cron.between(local_start, local_end))
    assert len(found) == len(set(found)) == a_day * ((END - START) // DAY)
