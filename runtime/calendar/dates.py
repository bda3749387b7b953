"""Dates, wherever they come from: a cron line, a list in the file, or those of either for which conditions hold."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import islice, takewhile
from typing import Protocol

from runtime.calendar import zones
from runtime.calendar.cron import Cron, Fire

HORIZON = timedelta(days=3653)
"""Ten years: conditions for which no date is found within are taken to hold for none."""

MOST = 150_000
"""Dates that are looked at in one search, which takes a second: 100 days of minutes, 17 years of hours."""


class Dates(Protocol):
    """When something fires. Instants come and go aware, results are in UTC."""

    @property
    def timezone(self) -> str: ...

    def after(self, instant: datetime) -> Iterator[datetime]:
        """Every date strictly after `instant`, in order."""
        ...

    def next_after(self, instant: datetime) -> datetime | None: ...

    def between(self, start: datetime, end: datetime) -> Iterator[datetime]:
        """Every date in [start, end)."""
        ...

    def previous_before(self, instant: datetime) -> datetime | None: ...

    def local(self, instant: datetime) -> datetime: ...

    def upcoming(self, after: datetime, count: int) -> list[Fire]: ...


@dataclass(frozen=True)
class Listed:
    """A list of dates."""

    dates: tuple[datetime, ...]
    """In order, each once."""
    timezone: str
    _zone: zones.Zone = field(repr=False, compare=False)

    @classmethod
    def of(cls, dates: list[datetime], timezone: str) -> "Listed":
        return cls(tuple(sorted({at.astimezone(UTC) for at in dates})), timezone, zones.load(timezone))

    def after(self, instant: datetime) -> Iterator[datetime]:
        return iter(self.dates[bisect_right(self.dates, instant) :])

    def next_after(self, instant: datetime) -> datetime | None:
        return next(self.after(instant), None)

    def between(self, start: datetime, end: datetime) -> Iterator[datetime]:
        return iter(self.dates[bisect_left(self.dates, start) : bisect_left(self.dates, end)])

    def previous_before(self, instant: datetime) -> datetime | None:
        place = bisect_left(self.dates, instant)
        return self.dates[place - 1] if place else None

    def local(self, instant: datetime) -> datetime:
        return self._zone.local(instant)

    def upcoming(self, after: datetime, count: int) -> list[Fire]:
        return [Fire(self.local(at)) for at in islice(self.after(after), count)]


@dataclass(frozen=True)
class Chosen:
    """Of other dates those for which `holds` says yes; it is asked with the date as the schedule's own clock shows it."""

    among: Cron | Listed
    holds: Callable[[datetime], bool]

    @property
    def timezone(self) -> str:
        return self.among.timezone

    def after(self, instant: datetime) -> Iterator[datetime]:
        """It ends where nothing is found within ten years of the last date."""
        limit = instant + HORIZON
        for at in islice(self.among.after(instant), MOST):
            if at > limit:
                return
            if self.holds(self.local(at)):
                yield at
                limit = at + HORIZON

    def next_after(self, instant: datetime) -> datetime | None:
        return next(self.after(instant), None)

    def between(self, start: datetime, end: datetime) -> Iterator[datetime]:
        return (at for at in self.among.between(start, end) if self.holds(self.local(at)))

    def previous_before(self, instant: datetime) -> datetime | None:
        return next(filter(lambda at: self.holds(self.local(at)), self._backwards(instant)), None)

    def _backwards(self, instant: datetime) -> Iterator[datetime]:
        def earlier() -> Iterator[datetime]:
            at = self.among.previous_before(instant)
            while at is not None:
                yield at
                at = self.among.previous_before(at)

        return takewhile(lambda at: at >= instant - HORIZON, islice(earlier(), MOST))

    def local(self, instant: datetime) -> datetime:
        return self.among.local(instant)

    def upcoming(self, after: datetime, count: int) -> list[Fire]:
        """With the notes that the cron line itself would have."""
        dates = list(islice(self.after(after), count))
        return [found for at in dates for found in self.among.upcoming(at - timedelta(seconds=1), 1)]
