"""Arithmetic on dates, as java.time does it: days and longer on the calendar, hours and shorter on the clock."""

import calendar
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from runtime.errors import ExpressionFailed
from runtime.expressions.locales import ENGLISH
from runtime.expressions.text import iso

MONTHS, DAYS = ENGLISH.months, ENGLISH.days

_CLOCK = {
    "NANOS": timedelta(0),
    "MICROS": timedelta(microseconds=1),
    "MILLIS": timedelta(milliseconds=1),
    "SECONDS": timedelta(seconds=1),
    "MINUTES": timedelta(minutes=1),
    "HOURS": timedelta(hours=1),
    "HALF_DAYS": timedelta(hours=12),
}
_DAYS = {"DAYS": 1, "WEEKS": 7}
_MONTHS = {"MONTHS": 1, "YEARS": 12, "DECADES": 120, "CENTURIES": 1200}
UNITS = (*_CLOCK, *_DAYS, *_MONTHS)


def plus(value: datetime, amount: int, unit: str) -> datetime:
    """The instant `amount` units later; in the zone of `value`, where it has one."""
    name = unit.upper()
    if name == "NANOS":
        return value + timedelta(microseconds=amount / 1000)
    if name in _CLOCK:
        later = (value.astimezone(UTC) if value.tzinfo else value) + _CLOCK[name] * amount
        return later.astimezone(value.tzinfo) if value.tzinfo else later
    if name in _DAYS:
        return _real(value + timedelta(days=_DAYS[name] * amount))
    if name in _MONTHS:
        return _real(plus_months(value, _MONTHS[name] * amount))
    raise ExpressionFailed(f"`{unit}` is not a unit of time", hint=f"units are {', '.join(UNITS)}")


def plus_months(value: datetime, months: int) -> datetime:
    """The same day of a later month, or that month's last day."""
    year, month = divmod(value.year * 12 + value.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        raise ExpressionFailed(f"the year {year} is out of range")
    last = calendar.monthrange(year, month + 1)[1]
    return value.replace(year=year, month=month + 1, day=min(value.day, last))


def _real(value: datetime) -> datetime:
    """Moves a wall-clock time that a zone skips to one that exists."""
    return value.astimezone(UTC).astimezone(value.tzinfo) if value.tzinfo else value


def _mover(unit: str, sign: int) -> Callable[[datetime, int], datetime]:
    return lambda value, amount: plus(value, sign * amount, unit)


DATE_METHODS: dict[str, Callable[..., Any]] = {
    "year": lambda value: value.year,
    "month": lambda value: MONTHS[value.month - 1].upper(),
    "monthValue": lambda value: value.month,
    "dayOfMonth": lambda value: value.day,
    "dayOfWeek": lambda value: DAYS[value.weekday()].upper(),
    "dayOfYear": lambda value: value.timetuple().tm_yday,
    "hour": lambda value: value.hour,
    "minute": lambda value: value.minute,
    "second": lambda value: value.second,
    "nano": lambda value: value.microsecond * 1000,
    "isAfter": lambda value, other: value > other,
    "isBefore": lambda value, other: value < other,
    "isEqual": lambda value, other: value == other,
    "toEpochSecond": lambda value: int(value.timestamp()),
    "toLocalDate": lambda value: value.date() if isinstance(value, datetime) else value,
    "toString": iso,
}
DATE_METHODS |= {f"get{name[0].upper()}{name[1:]}": DATE_METHODS[name] for name in tuple(DATE_METHODS)[:10]}
DATE_METHODS |= {
    f"{verb}{unit.capitalize()}": _mover(unit, sign)
    for verb, sign in (("plus", 1), ("minus", -1))
    for unit in ("SECONDS", "MINUTES", "HOURS", "DAYS", "WEEKS", "MONTHS", "YEARS")
}
