"""The functions and filters of dates: `now`, `date`, `dateAdd`, `timestamp` and its kin.

A date is an ISO text, a date object, or a number since 1970 (10 digits: seconds, 13: milliseconds, 16: microseconds, 19: nanoseconds).
Where no zone is given, the server's counts.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any

from runtime.errors import ExpressionFailed
from runtime.expressions import calendar, locales, reading
from runtime.expressions.arguments import arguments
from runtime.expressions.patterns import write
from runtime.expressions.text import kind

Clock = Callable[[], datetime]
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def to_datetime(
    value: Any,
    zone: tzinfo | None = None,
    existing: str | None = None,
    words: locales.Locale = locales.ENGLISH,
) -> datetime:
    """The instant that a value means; `zone` is for those that do not say theirs (None: the server's)."""
    moment = _moment(value, zone, existing, words)
    # astimezone() reads a time without a zone as the server's.
    return moment if moment.tzinfo else moment.astimezone()


def _moment(value: Any, zone: tzinfo | None, existing: str | None, words: locales.Locale) -> datetime:
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=zone)
    if isinstance(value, date):
        return reading.noon(value, zone)
    if isinstance(value, int) and not isinstance(value, bool):
        return _since_epoch(value)
    if isinstance(value, str):
        return _parsed(value, zone, existing, words)
    raise ExpressionFailed(f"{kind(value)} is not a date")


def _parsed(text: str, zone: tzinfo | None, existing: str | None, words: locales.Locale) -> datetime:
    if existing is not None:
        return reading.from_pattern(text, existing, zone, words)
    moment = reading.from_iso(text, zone)
    if moment is not None:
        return moment
    if text.isdecimal() and 10 <= len(text) <= 19:
        return _since_epoch(int(text))
    raise ExpressionFailed(
        f"`{text[:60]}` is not an ISO date",
        hint="give its format: `date('yyyy', existingFormat='dd/MM/yyyy')`",
    )


def _since_epoch(value: int) -> datetime:
    digits = len(str(abs(value)))
    scale = 1_000_000 if digits <= 11 else 1_000 if digits <= 14 else 1
    micros = value * scale if digits <= 17 else value // 1000
    return EPOCH + timedelta(microseconds=micros)


def _zone(name: str | tzinfo | None) -> tzinfo | None:
    return reading.zone(name) if isinstance(name, str) else name


def format_date(
    value: Any,
    format: str | None = None,
    zone: str | tzinfo | None = None,
    existing: str | None = None,
    locale: str | None = None,
) -> str:
    """The date in a named format or by a Java pattern, as it reads in `zone`."""
    where, words = _zone(zone), locales.locale(locale)
    moment = to_datetime(value, where, existing, words).astimezone(where)
    return write(moment, format or "iso", words)


def now_function(clock: Clock, zone: str | tzinfo | None = None) -> Callable[..., str]:
    """`now(format, timeZone, existingFormat, locale)` over a clock; `zone` is where none is given."""

    @arguments(timeZone="where", existingFormat="existing")
    def now(
        format: str | None = None,
        where: str | None = None,
        existing: str | None = None,
        locale: str | None = None,
    ) -> str:
        return format_date(clock(), format, where or zone, None, locale)

    return now


def date_filters(default: str | tzinfo | None = None) -> dict[str, Callable[..., Any]]:
    """The filters; `default` is the zone where none is given."""

    @arguments(timeZone="zone", existingFormat="existing")
    def date_(
        value: Any,
        format: str | None = None,
        zone: str | None = None,
        existing: str | None = None,
        locale: str | None = None,
    ) -> str | None:
        return None if value is None else format_date(value, format, zone or default, existing, locale)

    @arguments(timeZone="zone", existingFormat="existing")
    def date_add(
        value: Any,
        amount: int,
        unit: str = "DAYS",
        format: str | None = None,
        zone: str | None = None,
        existing: str | None = None,
        locale: str | None = None,
    ) -> str | None:
        if value is None:
            return None
        moved = calendar.plus(
            to_datetime(value, _zone(zone or default), existing, locales.locale(locale)), amount, unit
        )
        return format_date(moved, format, zone or default, None, locale)

    return {"date": date_, "dateAdd": date_add} | {
        name: _timestamp(size, default) for name, size in _TIMESTAMPS.items()
    }


_TIMESTAMPS = {
    "timestamp": 1_000_000_000,
    "timestampMilli": 1_000_000,
    "timestampMicro": 1_000,
    "timestampNano": 1,
}
"""Filter -> nanoseconds in its unit."""


def _timestamp(size: int, default: str | tzinfo | None) -> Callable[..., Any]:
    @arguments(timeZone="zone", existingFormat="existing")
    def stamp(value: Any, zone: str | None = None, existing: str | None = None) -> int | None:
        if value is None:
            return None
        micros = (to_datetime(value, _zone(zone or default), existing) - EPOCH) // _MICROSECOND
        return micros * 1000 // size

    return stamp


def date_functions(default: str | tzinfo | None = None) -> dict[str, Callable[..., Any]]:
    """What version 2 of the language asks of a date: `dayOfWeek(date)`, `isWeekend(date)` ..."""

    def local(value: Any) -> datetime:
        where = _zone(default)
        return (
            to_datetime(value, where)
            if isinstance(value, str)
            else to_datetime(value, where).astimezone(where)
        )

    return {
        "dayOfWeek": lambda date: calendar.DAYS[local(date).weekday()].upper(),
        "hourOfDay": lambda date: local(date).hour,
        "dayOfMonth": lambda date: local(date).day,
        "monthOfYear": lambda date: local(date).month,
        "isWeekend": lambda date: local(date).isoweekday() > 5,
        "isDayWeekInMonth": arguments(dayOfWeek="day", dayInMonth="which")(
            lambda date, day, which: _is_nth_weekday(local(date), day, which)
        ),
        "isLastWorkingDay": arguments(workingDays="days")(
            lambda date, days=None: _is_last_working_day(local(date), days)
        ),
    }


def _is_last_working_day(value: datetime, days: str | None) -> bool:
    """Whether no later day of the month is worked on; Monday to Friday are, where `days` does not name others."""
    named = re.split(r"[,\s]+", days.strip().upper()) if days else [day.upper() for day in calendar.DAYS[:5]]
    working = {_weekday(name) for name in named if name}
    later = (value + timedelta(days=ahead) for ahead in range(1, 31))
    return value.weekday() in working and not any(
        day.month == value.month and day.weekday() in working for day in later
    )


def _weekday(name: str) -> int:
    known = [day.upper() for day in calendar.DAYS]
    if name not in known:
        raise ExpressionFailed(f"`{name}` is not a day of the week", hint=f"days are {', '.join(known)}")
    return known.index(name)


_WHICH = {"FIRST": 1, "SECOND": 2, "THIRD": 3, "FOURTH": 4}


def _is_nth_weekday(value: datetime, day: str, which: str) -> bool:
    if calendar.DAYS[value.weekday()].upper() != day.upper():
        return False
    if which.upper() == "LAST":
        return (value + timedelta(days=7)).month != value.month
    return (value.day - 1) // 7 + 1 == _WHICH.get(which.upper())
