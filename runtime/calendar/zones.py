"""Time zones: names to clocks, and the two questions that daylight saving makes hard.

All here is arithmetic on whole seconds: `wall` times are naive local datetimes, instants are aware UTC datetimes.
No zone of the tz database changes its offset twice within a day, and none by more than a day: PROBE relies on both.
"""

import difflib
import functools
import os
import re
import zoneinfo
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from pathlib import Path

from runtime.errors import InvalidRequest

SECOND = timedelta(seconds=1)
PROBE = timedelta(days=1)

_OFFSET = re.compile(
    r"(?:UTC|GMT|UT)?(?P<sign>[+-])(?P<hours>\d{1,2})(?::?(?P<minutes>\d{2}))?", re.IGNORECASE
)


@dataclass(frozen=True)
class Zone:
    """The clock on the wall of one time zone."""

    name: str
    rules: tzinfo

    def wall(self, instant: datetime) -> datetime:
        return instant.astimezone(self.rules).replace(tzinfo=None, fold=0)

    def offset(self, instant: datetime) -> timedelta:
        return instant.astimezone(self.rules).utcoffset() or timedelta()

    def local(self, instant: datetime) -> datetime:
        """`instant` as the wall clock shows it, with its offset.

        The offset is fixed, not the zone's rules: Python compares and subtracts two datetimes of one ZoneInfo by
        their wall time alone, which is wrong across a change of the clock.
        """
        there = instant.astimezone(self.rules)
        return there.replace(tzinfo=timezone(self.offset(instant), there.tzname() or self.name), fold=0)

    def reached(self, wall: datetime) -> datetime:
        """The first instant at which the clock shows `wall` or, where it never shows it, any later time."""
        first = self._instant(wall, fold=0)
        if self.wall(first) == wall:
            return first
        # In a gap fold=1 reads the time with the offset that follows the gap, and so gives an instant before it.
        return _first(lambda at: self.wall(at) >= wall, self._instant(wall, fold=1), first)

    def passes(self, wall: datetime) -> tuple[datetime, ...]:
        """Every instant at which the clock shows `wall`: none in a gap, two in a fold."""
        instants = sorted({self._instant(wall, fold=0), self._instant(wall, fold=1)})
        return tuple(at for at in instants if self.wall(at) == wall)

    def first_change(self, after: datetime, until: datetime) -> datetime | None:
        """The earliest instant in (after, until] at which the offset is another than just before."""
        while after < until:
            probe = min(after + PROBE, until)
            if self.offset(probe) != self.offset(after):
                return self._change(after, probe)
            after = probe
        return None

    def last_change(self, after: datetime, until: datetime) -> datetime | None:
        """The latest instant in (after, until] at which the offset is another than just before."""
        while after < until:
            probe = max(until - PROBE, after)
            if self.offset(probe) != self.offset(until):
                return self._change(probe, until)
            until = probe
        return None

    def _change(self, before: datetime, after: datetime) -> datetime:
        old = self.offset(before)
        return _first(lambda at: self.offset(at) != old, before, after)

    def _instant(self, wall: datetime, *, fold: int) -> datetime:
        return wall.replace(tzinfo=self.rules, fold=fold).astimezone(UTC)


def _first(holds: Callable[[datetime], bool], low: datetime, high: datetime) -> datetime:
    """The first second in (low, high] at which `holds`, given that it does not at `low` and does at `high`."""
    while high - low > SECOND:
        middle = low + timedelta(seconds=(high - low) // SECOND // 2)
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def load(name: str) -> Zone:
    """The zone of this name: the tz database's, or a fixed offset such as `+02:00`, `UTC-3` or `Z`, as Kestra takes them."""
    offset = _OFFSET.fullmatch(name)
    if offset is not None:
        return Zone(name, _fixed(name, offset))
    try:
        return Zone(name, zoneinfo.ZoneInfo("UTC" if name in {"Z", "z"} else name))
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidRequest(f'There is no time zone "{name}".', hint=_nearest(name)) from None


def _fixed(name: str, offset: re.Match[str]) -> tzinfo:
    size = timedelta(hours=int(offset["hours"]), minutes=int(offset["minutes"] or 0))
    if size > timedelta(hours=18):
        raise InvalidRequest(f'The time zone "{name}" is out of range: offsets go from -18:00 to +18:00.')
    return timezone(-size if offset["sign"] == "-" else size)


def _nearest(name: str) -> str:
    known = zoneinfo.available_timezones()
    by_spelling = {zone.casefold(): zone for zone in known}
    by_city = {
        zone.rpartition("/")[2].casefold(): zone
        for zone in sorted(known, key=lambda zone: ("/" in zone, zone))
    }
    for names in (by_spelling, by_city):
        if found := difflib.get_close_matches(name.casefold().replace(" ", "_"), names, n=1, cutoff=0.75):
            return f'Did you mean "{names[found[0]]}"?'
    return 'Zones are named as in the tz database: "Europe/Berlin", "America/New_York", "UTC".'


@functools.cache
def _known() -> frozenset[str]:
    """The names of all zones: found by a walk through the files of the tz database, which takes ten milliseconds."""
    return frozenset(zoneinfo.available_timezones())


def local_name() -> str:
    """The name of this machine's zone, for schedules that name none: TZ, then /etc/localtime, then /etc/timezone, else UTC."""
    known = _known()
    candidates = (os.environ.get("TZ", "").lstrip(":"), _linked_zone(), _written_zone())
    return next((name for name in candidates if name in known), "UTC")


def _linked_zone() -> str:
    return os.path.realpath("/etc/localtime").partition("zoneinfo/")[2]


def _written_zone() -> str:
    try:
        return Path("/etc/timezone").read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""
