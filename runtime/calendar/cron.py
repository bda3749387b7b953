"""When a cron schedule fires, in any time zone, also on the days when the clock is changed.

The rule (docs/schedules.md tells it to users, and why):

- A schedule that names its hours is a list of fixed times. It fires at the first instant at which the clock has
  reached such a time. So a time that the clock skips fires at the end of the gap, once however many were skipped,
  and a time that the clock shows twice fires at its first showing only.
- A schedule that leaves the hour open (`*/15 * * * *`, `@hourly`) is an interval. It fires whenever the clock shows
  a matching time: real time goes on evenly through a gap and through both passes of a fold.

Both are a function of the zone's rules and nothing else: strictly increasing, none skipped, none doubled.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import islice, pairwise, takewhile

from runtime.calendar import zones
from runtime.calendar.expression import Expression, parse
from runtime.calendar.zones import PROBE, SECOND
from runtime.errors import InvalidRequest


@dataclass(frozen=True)
class Fire:
    """One date of a schedule, for a person to read."""

    at: datetime
    """Local time, with its offset; safe to compare with any other aware time."""
    note: str = ""
    """What the change of the clock does to this date; empty on every ordinary day."""


@dataclass(frozen=True)
class Cron:
    """A cron expression in a time zone. Build one with `parse`; instants come and go aware, results are in UTC."""

    expression: str
    timezone: str
    with_seconds: bool
    _matches: Expression = field(repr=False, compare=False)
    _zone: zones.Zone = field(repr=False, compare=False)

    @classmethod
    def parse(cls, text: str, *, timezone: str, with_seconds: bool = False) -> "Cron":
        """Read `text` (5 fields, 6 with the second first, or a nickname); InvalidRequest says what is wrong with it."""
        return cls(
            text,
            timezone,
            with_seconds,
            parse(text, with_seconds=with_seconds),
            zones.load(timezone),
        )

    @property
    def is_interval(self) -> bool:
        """Whether it fires in every hour, and so follows elapsed time when the clock is changed."""
        return self._matches.covers_every_hour

    def after(self, instant: datetime) -> Iterator[datetime]:
        """Every date strictly after `instant`, in order; it ends only where the expression matches no day for 50 years."""
        start = _utc(instant).replace(microsecond=0)
        return self._interval(start) if self.is_interval else self._fixed(start)

    def next_after(self, instant: datetime) -> datetime | None:
        return next(self.after(instant), None)

    def between(self, start: datetime, end: datetime) -> Iterator[datetime]:
        """Every date in [start, end)."""
        last = _utc(end)
        return takewhile(lambda at: at < last, self.after(_ceiling(start) - SECOND))

    def previous_before(self, instant: datetime) -> datetime | None:
        limit = _ceiling(instant)
        return self._interval_before(limit) if self.is_interval else self._fixed_before(limit)

    def local(self, instant: datetime) -> datetime:
        """`instant` as the schedule's own clock shows it, with its offset."""
        return self._zone.local(instant)

    def upcoming(self, after: datetime, count: int) -> list[Fire]:
        """The next `count` dates, with a note where the clock's change touches one."""
        dates = [_utc(after), *islice(self.after(after), count)]
        return [Fire(self.local(at), self._note(previous, at)) for previous, at in pairwise(dates)]

    def _fixed(self, after: datetime) -> Iterator[datetime]:
        wall = self._matches.following(self._zone.wall(after))
        while wall is not None:
            at = self._zone.reached(wall)
            if at > after:  # else: one gap swallowed several, or this is the second pass of a fold
                yield at
                after = at
            wall = self._matches.following(wall)

    def _fixed_before(self, limit: datetime) -> datetime | None:
        # In the second pass of a fold the clock has been further ahead than it is now.
        peak = max(self._zone.offset(limit), self._zone.offset(limit - PROBE))
        wall = self._matches.preceding(limit.replace(tzinfo=None) + peak + SECOND)
        while wall is not None and (at := self._zone.reached(wall)) >= limit:
            wall = self._matches.preceding(wall)
        return None if wall is None else at

    def _interval(self, after: datetime) -> Iterator[datetime]:
        offset = self._zone.offset(after)
        wall = self._matches.following(self._zone.wall(after))
        while wall is not None:
            at = (wall - offset).replace(tzinfo=UTC)
            change = self._zone.first_change(after, at)
            if change is None:
                yield at
                after = at
            else:  # start again from the change: the clock may show a match at that very instant
                offset = self._zone.offset(change)
                after, wall = change, self._zone.wall(change) - SECOND
            wall = self._matches.following(wall)

    def _interval_before(self, limit: datetime) -> datetime | None:
        while True:
            last = limit - SECOND
            offset = self._zone.offset(last)
            wall = self._matches.preceding(limit.replace(tzinfo=None) + offset)
            if wall is None:
                return None
            at = (wall - offset).replace(tzinfo=UTC)
            change = self._zone.last_change(at, last)
            if change is None:
                return at
            limit = change

    def _note(self, previous: datetime, at: datetime) -> str:
        passes = self._zone.passes(self._zone.wall(at))
        if len(passes) == 2:
            return self._fold_note(at, first=at == passes[0])
        change = self._zone.last_change(max(previous, at - PROBE), at)
        return "" if change is None else self._gap_note(change)

    def _fold_note(self, at: datetime, *, first: bool) -> str:
        shown = f"{self._zone.wall(at):%H:%M}"
        if not self.is_interval:
            return f"The clock goes back and shows {shown} twice: this is the first time, the second does not fire."
        return (
            f"The clock goes back and shows {shown} twice: this is the {'first' if first else 'second'} time."
        )

    def _gap_note(self, change: datetime) -> str:
        stopped = change.replace(tzinfo=None) + self._zone.offset(change - SECOND)
        resumed = self._zone.wall(change)
        skipped = self._matches.following(stopped - SECOND)
        if skipped is None or skipped >= resumed:
            return ""
        form = "%Y-%m-%d %H:%M" if resumed - stopped >= PROBE else "%H:%M"
        jump = f"The clock goes forward from {stopped:{form}} to {resumed:{form}}"
        if self.is_interval:
            return f"{jump}: the interval goes on in real time."
        return f"{jump}: {skipped:{form}} does not exist, so it fires at {resumed:{form}}."


def _utc(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise InvalidRequest(
            f"{instant.isoformat()} has no offset: schedules need an instant, such as 2026-03-29T01:30:00+01:00."
        )
    return instant.astimezone(UTC)


def _ceiling(instant: datetime) -> datetime:
    at = _utc(instant)
    return at if at.microsecond == 0 else at.replace(microsecond=0) + SECOND
