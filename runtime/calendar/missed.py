"""What to do about the dates that passed while nobody looked: the runtime was stopped, or the machine suspended.

This is Kestra's recoverMissedSchedules and lateMaximumDelay, as a function of two instants.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Literal

from runtime.calendar.dates import Dates

Recover = Literal["ALL", "LAST", "NONE"]

ON_TIME = timedelta(seconds=5)  # a date no older than this is not missed: it is being dealt with now
CATCH_UP_LIMIT = 1000  # dates; who really wants more asks for a backfill
COUNT_LIMIT = 10_000  # dates; counting on through every second of a year would hold up all other schedules

_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Due:
    """The dates to run now, oldest first, and how many others passed. Counts stop at COUNT_LIMIT: that many or more."""

    dates: tuple[datetime, ...] = ()
    late: int = 0
    """Dates left out because they are older than lateMaximumDelay."""
    omitted: int = 0
    """Dates left out by recoverMissedSchedules, or, of ALL, because there are more than CATCH_UP_LIMIT."""


def due(
    dates: Dates,
    last: datetime | None,
    now: datetime,
    *,
    recover: Recover = "ALL",
    late_maximum_delay: timedelta | None = None,
) -> Due:
    """The dates in (`last`, `now`] that should run. `last` is the date dealt with most recently; None, in a new trigger, owes nothing."""
    if last is None:
        return Due()
    latest_omission = now - late_maximum_delay - _MOMENT if late_maximum_delay is not None else last
    oldest = max(last, latest_omission)
    found = tuple(reversed(list(islice(_backwards(dates, oldest, now, recover), _most(recover)))))
    return Due(
        found,
        late=_count(dates, last, oldest),
        omitted=_count(dates, oldest, found[0] - _MOMENT if found else now),
    )


def _most(recover: Recover) -> int:
    return 1 if recover == "LAST" else CATCH_UP_LIMIT


def _backwards(dates: Dates, oldest: datetime, now: datetime, recover: Recover) -> Iterator[datetime]:
    """The dates in (`oldest`, `now`], newest first; those on time alone where nothing is recovered."""
    limit = max(oldest, now - ON_TIME - _MOMENT) if recover == "NONE" else oldest
    at = dates.previous_before(now + _MOMENT)
    while at is not None and at > limit:
        yield at
        at = dates.previous_before(at)


def _count(dates: Dates, after: datetime, until: datetime) -> int:
    return sum(1 for _ in islice(dates.between(after + _MOMENT, until + _MOMENT), COUNT_LIMIT))
