"""Java's DateTimeFormatter patterns (`yyyy-MM-dd'T'HH:mm:ss.SSSXXX`), for writing dates.

Letters as in java.time.format.DateTimeFormatter; weeks are ISO's.
"""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TypeAlias

from runtime.errors import ExpressionFailed
from runtime.expressions.locales import ENGLISH, STYLES, Locale

MAX_PATTERN = 200  # characters

Field: TypeAlias = tuple[str, int]
"""A letter and how often it stands there; the brackets of an optional part, 0 times."""

_TOKEN = re.compile(r"'((?:[^']|'')*)'|([A-Za-z])\2*|\[|\]|.", re.DOTALL)

NAMED = {
    "iso": "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX",
    "iso_milli": "yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
    "iso_sec": "yyyy-MM-dd'T'HH:mm:ssXXX",
    "sql": "yyyy-MM-dd HH:mm:ss.SSSSSS",
    "sql_milli": "yyyy-MM-dd HH:mm:ss.SSS",
    "sql_sec": "yyyy-MM-dd HH:mm:ss",
    "sql_seq": "yyyy-MM-dd HH:mm:ss",
    "iso_date": "yyyy-MM-ddXXX",
    "iso_local_date": "yyyy-MM-dd",
    "iso_ordinal_date": "yyyy-DDDXXX",
    "iso_week_date": "YYYY-'W'ww-eXXX",
    "rfc_1123_date_time": "EEE, d MMM yyyy HH:mm:ss z",
}
"""Formats with a name; those that leave out a fraction of zero are in `_SHORTENING`."""

_SHORTENING = {
    "iso_date_time": ("yyyy-MM-dd'T'HH:mm:ss", "XXX'['VV']'"),
    "iso_zoned_date_time": ("yyyy-MM-dd'T'HH:mm:ss", "XXX'['VV']'"),
    "iso_offset_date_time": ("yyyy-MM-dd'T'HH:mm:ss", "XXX"),
    "iso_local_date_time": ("yyyy-MM-dd'T'HH:mm:ss", ""),
    "iso_instant": ("yyyy-MM-dd'T'HH:mm:ss", "X"),
    "iso_time": ("HH:mm:ss", "XXX"),
    "iso_local_time": ("HH:mm:ss", ""),
    "iso_offset_time": ("HH:mm:ss", "XXX"),
}
NAMES = (*STYLES, *NAMED, *_SHORTENING)


def known(name_or_pattern: str, words: Locale = ENGLISH) -> str:
    """The pattern behind a name, or the pattern itself."""
    if name_or_pattern in STYLES:
        return words.styles[STYLES.index(name_or_pattern)]
    return NAMED.get(name_or_pattern, name_or_pattern)


@lru_cache(maxsize=256)
def fields(pattern: str) -> tuple[Field | str, ...]:
    """The pattern's parts: a field, or literal text."""
    if len(pattern) > MAX_PATTERN:
        raise ExpressionFailed(f"a date pattern has at most {MAX_PATTERN} characters")
    parts: list[Field | str] = []
    for match in _TOKEN.finditer(pattern):
        quoted, letter, found = match[1], match[2], match[0]
        if quoted is not None:
            parts.append(quoted.replace("''", "'") or "'")
        elif letter is not None:
            parts.append((letter, len(found)))
        elif found in "[]":
            parts.append((found, 0))
        elif found == "'":
            raise ExpressionFailed(f"the date pattern `{pattern}` opens a quote and does not close it")
        else:
            parts.append(found)
    return tuple(parts)


RFC_1123 = "rfc_1123_date_time"


def write(value: datetime, name_or_pattern: str, words: Locale = ENGLISH) -> str:
    """The date in a named format, or by a pattern; months and days by their names in the locale."""
    if name_or_pattern in _SHORTENING:
        head, tail = _SHORTENING[name_or_pattern]
        if not _has_zone_name(value):
            tail = tail.removesuffix("'['VV']'")
        return _written(value, head, ENGLISH) + _fraction(value) + _written(value, tail, ENGLISH)
    if name_or_pattern == RFC_1123:
        return _written(value, NAMED[RFC_1123].removesuffix("z"), ENGLISH) + offset(
            value, colon=False, zero="GMT"
        )
    return _written(value, known(name_or_pattern, words), words)


def _fraction(value: datetime) -> str:
    return f".{value.microsecond:06d}".rstrip("0") if value.microsecond else ""


def _written(value: datetime, pattern: str, words: Locale) -> str:
    written: list[str] = []
    for part in fields(pattern):
        if isinstance(part, str):
            written.append(part)
        elif part[1]:
            written.append(_field(value, pattern, words, *part))
    return "".join(written)


def _field(value: datetime, pattern: str, words: Locale, letter: str, count: int) -> str:
    if letter in WORDS:
        return WORDS[letter](value, count, words)
    writer = WRITERS.get(letter)
    if writer is None:
        raise ExpressionFailed(
            f"`{letter * count}` means nothing in the date pattern `{pattern}`",
            hint=f"put text in quotes (`'{letter * count}'`); formats with a name are {', '.join(NAMES)}",
        )
    return writer(value, count)


def _number(of: Callable[[datetime], int]) -> Callable[[datetime, int], str]:
    return lambda value, count: f"{of(value):0{count}d}"


def _year(of: Callable[[datetime], int]) -> Callable[[datetime, int], str]:
    return lambda value, count: f"{of(value) % 100:02d}" if count == 2 else f"{of(value):0{count}d}"


def _month(value: datetime, count: int, words: Locale) -> str:
    if count <= 2:
        return f"{value.month:0{count}d}"
    name = words.months[value.month - 1]
    return words.short_months[value.month - 1] if count == 3 else name[:1].upper() if count == 5 else name


def _weekday(value: datetime, count: int, words: Locale) -> str:
    name = words.days[value.weekday()]
    return name if count == 4 else name[:1].upper() if count == 5 else words.short_days[value.weekday()]


def _local_weekday(value: datetime, count: int, words: Locale) -> str:
    return f"{value.isoweekday():0{count}d}" if count <= 2 else _weekday(value, count, words)


def _half(value: datetime, _: int, words: Locale) -> str:
    return words.halves[value.hour >= 12]


def _quarter(value: datetime, count: int) -> str:
    quarter = (value.month + 2) // 3
    if count <= 2:
        return f"{quarter:0{count}d}"
    return f"Q{quarter}" if count == 3 else f"{('1st', '2nd', '3rd', '4th')[quarter - 1]} quarter"


def _second_fraction(value: datetime, count: int) -> str:
    return f"{value.microsecond:06d}000"[:count].ljust(count, "0")


def offset(
    value: datetime, *, colon: bool, minutes: bool = True, zero: str = "", seconds: bool = False
) -> str:
    """`+02:00` and its shorter kin; `zero` is what stands for UTC itself."""
    delta = value.utcoffset() or timedelta(0)
    if not delta and zero:
        return zero
    total = abs(int(delta.total_seconds()))
    hours, rest = divmod(total, 3600)
    sign, mark = "-" if delta < timedelta(0) else "+", ":" if colon else ""
    written = f"{sign}{hours:02d}"
    if minutes or rest:
        written += f"{mark}{rest // 60:02d}"
    return written + (f"{mark}{rest % 60:02d}" if seconds and rest % 60 else "")


def _offset_x(zero: str) -> Callable[[datetime, int], str]:
    def written(value: datetime, count: int) -> str:
        return offset(value, colon=count in (3, 5), minutes=count > 1, zero=zero, seconds=count > 3)

    return written


def _offset_z(value: datetime, count: int) -> str:
    if count == 4:
        return _localized_offset(value, 4)
    return offset(value, colon=count == 5, zero="Z" if count == 5 else "")


def _localized_offset(value: datetime, count: int) -> str:
    if not value.utcoffset():
        return "GMT"
    written = offset(value, colon=True, minutes=count == 4)
    return f"GMT{written}" if count == 4 else f"GMT{written[0]}{written[1:].lstrip('0')}"


def _has_zone_name(value: datetime) -> bool:
    return bool(getattr(value.tzinfo, "key", None))


def _zone_id(value: datetime, _: int) -> str:
    return str(getattr(value.tzinfo, "key", None) or offset(value, colon=True, zero="Z"))


def _zone_name(value: datetime, count: int) -> str:
    name = value.tzname() or ""
    if count == 4 and not value.utcoffset() and name in ("UTC", "GMT"):
        return "Coordinated Universal Time" if name == "UTC" else "Greenwich Mean Time"
    return name


WRITERS: dict[str, Callable[[datetime, int], str]] = {
    "G": lambda _, count: "Anno Domini" if count == 4 else "A" if count == 5 else "AD",
    "u": _year(lambda value: value.year),
    "y": _year(lambda value: value.year),
    "Y": _year(lambda value: value.isocalendar().year),
    "D": _number(lambda value: value.timetuple().tm_yday),
    "d": _number(lambda value: value.day),
    "Q": _quarter,
    "q": _quarter,
    "w": _number(lambda value: value.isocalendar().week),
    "W": _number(lambda value: (value.day + value.replace(day=1).weekday() - 1) // 7 + 1),
    "F": _number(lambda value: (value.day - 1) // 7 + 1),
    "h": _number(lambda value: (value.hour + 11) % 12 + 1),
    "K": _number(lambda value: value.hour % 12),
    "k": _number(lambda value: (value.hour + 23) % 24 + 1),
    "H": _number(lambda value: value.hour),
    "m": _number(lambda value: value.minute),
    "s": _number(lambda value: value.second),
    "S": _second_fraction,
    "n": _number(lambda value: value.microsecond * 1000),
    "A": _number(lambda value: _micros_of_day(value) // 1000),
    "N": _number(lambda value: _micros_of_day(value) * 1000),
    "V": _zone_id,
    "z": _zone_name,
    "O": _localized_offset,
    "X": _offset_x("Z"),
    "x": _offset_x(""),
    "Z": _offset_z,
}


WORDS: dict[str, Callable[[datetime, int, Locale], str]] = {
    "M": _month,
    "L": _month,
    "E": _weekday,
    "e": _local_weekday,
    "c": _local_weekday,
    "a": _half,
}
"""The fields that a language has its own words for."""


def _micros_of_day(value: datetime) -> int:
    return ((value.hour * 60 + value.minute) * 60 + value.second) * 1_000_000 + value.microsecond
