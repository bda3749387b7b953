from datetime import UTC, datetime, timedelta

import pytest

from runtime.calendar.cron import Cron
from runtime.calendar.missed import CATCH_UP_LIMIT, COUNT_LIMIT, Due, Recover, due

HOURLY = Cron.parse("@hourly", timezone="UTC")
LAST = datetime(2026, 1, 1, 0, tzinfo=UTC)
NOW = datetime(2026, 1, 1, 3, 30, tzinfo=UTC)  # 01:00, 02:00 and 03:00 passed


def hours(*some: int) -> tuple[datetime, ...]:
    return tuple(LAST.replace(hour=hour) for hour in some)


@pytest.mark.parametrize(
    ("recover", "delay", "expected"),
    [
        ("ALL", None, Due(hours(1, 2, 3))),
        ("LAST", None, Due(hours(3), omitted=2)),
        ("NONE", None, Due(omitted=3)),
        ("ALL", timedelta(hours=2), Due(hours(2, 3), late=1)),
        (
            "ALL",
            timedelta(minutes=90),
            Due(hours(2, 3), late=1),
        ),  # 02:00 is exactly 90 minutes late: not yet too late
        ("ALL", timedelta(minutes=10), Due(late=3)),
        ("LAST", timedelta(hours=2), Due(hours(3), late=1, omitted=1)),
        ("LAST", timedelta(minutes=10), Due(late=3)),
        ("NONE", timedelta(hours=2), Due(late=1, omitted=2)),
        ("ALL", timedelta(days=1), Due(hours(1, 2, 3))),
    ],
)
def test_missed_dates(recover: Recover, delay: timedelta | None, expected: Due) -> None:
    assert due(HOURLY, LAST, NOW, recover=recover, late_maximum_delay=delay) == expected


@pytest.mark.parametrize("recover", ["ALL", "LAST", "NONE"])
def test_a_new_trigger_owes_nothing(recover: Recover) -> None:
    assert due(HOURLY, None, NOW, recover=recover) == Due()


@pytest.mark.parametrize("recover", ["ALL", "LAST", "NONE"])
@pytest.mark.parametrize("lag", [timedelta(0), timedelta(milliseconds=3), timedelta(seconds=5)])
def test_a_date_that_is_due_now_is_not_missed(recover: Recover, lag: timedelta) -> None:
    assert due(HOURLY, LAST, LAST.replace(hour=1) + lag, recover=recover) == Due(hours(1))


def test_nothing_is_due_before_the_next_date() -> None:
    assert due(HOURLY, LAST, LAST + timedelta(minutes=59)) == Due()


def test_a_clock_that_was_set_back_makes_nothing_due() -> None:
    assert due(HOURLY, NOW, LAST) == Due()


def test_a_huge_catch_up_keeps_the_newest_and_counts_the_others() -> None:
    cron = Cron.parse("* * * * *", timezone="UTC")
    found = due(cron, LAST, LAST + timedelta(minutes=2500))
    assert len(found.dates) == CATCH_UP_LIMIT
    assert found.dates[-1] == LAST + timedelta(minutes=2500)
    assert found.omitted == 2500 - CATCH_UP_LIMIT


def test_counting_stops_where_it_would_take_long() -> None:
    cron = Cron.parse("* * * * * *", timezone="UTC", with_seconds=True)
    found = due(cron, LAST, LAST + timedelta(days=365))
    assert (len(found.dates), found.omitted) == (CATCH_UP_LIMIT, COUNT_LIMIT)


def test_catching_up_over_a_gap_runs_the_skipped_time_once() -> None:
    cron = Cron.parse("30 2 * * *", timezone="Europe/Berlin")
    found = due(cron, datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 3, 29, 12, tzinfo=UTC))
    assert found.dates == (datetime(2026, 3, 29, 1, tzinfo=UTC),)
