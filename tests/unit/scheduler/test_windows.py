"""Within which time several executions must come."""

from datetime import UTC, datetime, timedelta

import pytest

from runtime.errors import InvalidRequest
from runtime.scheduler.windows import bounds, duration
from runtime.tasks.flow_trigger import TimeWindow

NOW = datetime(2026, 8, 3, 10, 47, 30, tzinfo=UTC)


def hours(count: float) -> timedelta:
    return timedelta(hours=count)


@pytest.mark.parametrize(
    ("window", "start", "end"),
    [
        (TimeWindow(), "2026-08-03T00:00:00", "2026-08-03T23:59:59.999"),
        (TimeWindow(window=hours(6)), "2026-08-03T10:00:00", "2026-08-03T15:59:59.999"),
        (TimeWindow(window=hours(0.25)), "2026-08-03T10:45:00", "2026-08-03T10:59:59.999"),
        (TimeWindow(window_advance="PT-4H"), "2026-08-02T20:00:00", "2026-08-03T19:59:59.999"),
        (TimeWindow(window_advance="-PT4H"), "2026-08-02T20:00:00", "2026-08-03T19:59:59.999"),
        (TimeWindow(window_advance="P0D"), "2026-08-03T00:00:00", "2026-08-03T23:59:59.999"),
        (TimeWindow(type="SLIDING_WINDOW"), "2026-08-03T10:47:30", "2026-08-04T10:47:30"),
        (TimeWindow(type="SLIDING_WINDOW", window=hours(1)), "2026-08-03T10:47:30", "2026-08-03T11:47:30"),
        (
            TimeWindow(type="DAILY_TIME_DEADLINE", deadline="09:00:00"),
            "2026-08-03T00:00:00",
            "2026-08-03T09:00:00",
        ),
        (
            TimeWindow(type="DAILY_TIME_WINDOW", start_time="06:00:00", end_time="12:30:00.000+02:00"),
            "2026-08-03T06:00:00",
            "2026-08-03T10:30:00",
        ),
    ],
)
def test_a_window_has_a_beginning_and_an_end(window: TimeWindow, start: str, end: str) -> None:
    assert bounds(window, NOW) == (
        datetime.fromisoformat(start).replace(tzinfo=UTC),
        datetime.fromisoformat(end).replace(tzinfo=UTC),
    )


def test_what_is_wrong_is_named() -> None:
    with pytest.raises(InvalidRequest, match="`deadline` must be a time of the day"):
        bounds(TimeWindow(type="DAILY_TIME_DEADLINE"), NOW)
    with pytest.raises(InvalidRequest, match="`soon` is no duration"):
        duration("soon")
