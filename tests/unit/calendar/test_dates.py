"""Dates that are listed, and those of others for which something holds."""

from datetime import UTC, datetime, timedelta
from itertools import islice

from hypothesis import given
from hypothesis import strategies as st

from runtime.calendar.cron import Cron
from runtime.calendar.dates import Chosen, Listed

NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
DAILY = Cron.parse("0 6 * * *", timezone="Europe/Oslo")


def days(*numbers: int) -> list[datetime]:
    return [NEW_YEAR + timedelta(days=number) for number in numbers]


def test_listed_dates_come_in_order_and_once() -> None:
    listed = Listed.of(days(5, 1, 3, 1), "Europe/Oslo")
    assert list(listed.after(NEW_YEAR)) == days(1, 3, 5)
    assert listed.next_after(days(1)[0]) == days(3)[0]
    assert listed.next_after(days(5)[0]) is None
    assert listed.previous_before(days(3)[0]) == days(1)[0]
    assert listed.previous_before(days(1)[0]) is None
    assert list(listed.between(*days(1, 5))) == days(1, 3)
    assert [fire.at.isoformat() for fire in listed.upcoming(NEW_YEAR, 1)] == ["2026-01-02T01:00:00+01:00"]


@given(st.lists(st.integers(0, 400), max_size=30), st.integers(-10, 410))
def test_a_list_answers_as_a_search_through_it_would(numbers: list[int], at: int) -> None:
    listed, now, dates = Listed.of(days(*numbers), "UTC"), days(at)[0], sorted(set(days(*numbers)))
    assert list(listed.after(now)) == [date for date in dates if date > now]
    assert listed.previous_before(now) == max((date for date in dates if date < now), default=None)


def test_chosen_dates_are_asked_about_in_local_time() -> None:
    chosen = Chosen(DAILY, lambda at: at.weekday() == 0 and at.hour == 6)
    dates = list(islice(chosen.after(NEW_YEAR), 2))
    assert [date.isoformat() for date in dates] == ["2026-01-05T05:00:00+00:00", "2026-01-12T05:00:00+00:00"]
    assert chosen.previous_before(dates[1]) == dates[0]
    assert list(chosen.between(NEW_YEAR, dates[1])) == dates[:1]
    assert [fire.at for fire in chosen.upcoming(NEW_YEAR, 2)] == dates


def test_what_never_holds_gives_no_date_and_an_answer_all_the_same() -> None:
    chosen = Chosen(DAILY, lambda at: False)
    assert chosen.next_after(NEW_YEAR) is None
    assert chosen.previous_before(NEW_YEAR) is None
    asked: list[datetime] = []
    list(Chosen(DAILY, lambda at: bool(asked.append(at))).after(NEW_YEAR))
    assert asked[-1] < NEW_YEAR + timedelta(days=3654)
