"""Dates out of text: ISO-8601 as Java reads it, or by a DateTimeFormatter pattern (`existingFormat`)."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from runtime.errors import ExpressionFailed
from runtime.expressions.locales import ENGLISH, Locale
from runtime.expressions.patterns import fields, known
from runtime.expressions.regex import Expression

_OFFSET = r"[+-]\d{2}(?::?\d{2}(?::?\d{2})?)?|Z"
_ISO = re.compile(
    r"(?P<date>[+-]?\d{4,5}-\d{2}-\d{2})"
    r"(?:[T ](?P<time>\d{2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?))?"
    rf"(?P<offset>{_OFFSET})?(?:\[(?P<zone>[\w/+:-]+)\])?",
    re.IGNORECASE,
)


@lru_cache(maxsize=256)
def zone(name: str) -> tzinfo:
    """A zone by its name (`Europe/Paris`), or an offset (`+02:00`)."""
    if name.upper() in ("Z", "UTC", "GMT", "UT"):
        return ZoneInfo("UTC") if name.upper() == "UTC" else UTC
    if re.fullmatch(_OFFSET, name):
        return _offset(name)
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ExpressionFailed(
            f"`{name}` is not a time zone", hint="zones have names like Europe/Paris, or offsets like +02:00"
        ) from error


def _offset(text: str) -> tzinfo:
    if text.upper() == "Z":
        return UTC
    digits = re.sub(r"\D", "", text).ljust(6, "0")
    delta = timedelta(hours=int(digits[:2]), minutes=int(digits[2:4]), seconds=int(digits[4:6]))
    return timezone(-delta if text[0] == "-" else delta)


def from_iso(text: str, default: tzinfo | None) -> datetime | None:
    """The date, or None if the text is none; without a zone of its own it is in `default`."""
    found = _ISO.fullmatch(text.strip())
    if found is None:
        return None
    clock = (found["time"] or "00:00").replace(",", ".")
    head, _, fraction = clock.partition(".")
    moment = datetime.fromisoformat(
        f"{found['date']}T{head}{'.' + fraction[:6].ljust(6, '0') if fraction else ''}"
    )
    own = zone(found["zone"]) if found["zone"] else _offset(found["offset"]) if found["offset"] else default
    if found["zone"] and found["offset"]:
        return moment.replace(tzinfo=_offset(found["offset"])).astimezone(own)
    return moment.replace(tzinfo=own)


def from_pattern(
    text: str, name_or_pattern: str, default: tzinfo | None, words: Locale = ENGLISH
) -> datetime:
    """The date that `name_or_pattern` would have written as this text."""
    expression, letters = _reader(known(name_or_pattern, words), words)
    found = expression.fullmatch(text)
    if found is None:
        raise ExpressionFailed(f"the date `{text}` does not have the format `{name_or_pattern}`")
    return _moment({letter: found[f"f{place}"] for place, letter in enumerate(letters)}, default, words)


@lru_cache(maxsize=256)
def _reader(pattern: str, words: Locale) -> tuple[Expression, tuple[str, ...]]:
    parts: list[str] = []
    letters: list[str] = []
    for part in fields(pattern):
        if isinstance(part, str):
            parts.append(re.escape(part))
            continue
        if not part[1]:
            parts.append("(?:" if part[0] == "[" else ")?")
            continue
        parts.append(f"(?P<f{len(letters)}>{_field(pattern, words, *part)})")
        letters.append(part[0])
    try:
        return Expression(f"(?i){''.join(parts)}"), tuple(letters)
    except re.error as error:
        raise ExpressionFailed(f"the date pattern `{pattern}` is malformed: {error}") from error


def _field(pattern: str, words: Locale, letter: str, count: int) -> str:
    """The regular expression of one field."""
    if letter in "ML" and count > 2:
        return _any_of(words.months, words.short_months)
    if letter in "yu":
        return r"\d{2}" if count == 2 else r"\d{4}"
    if letter in "MLdHhKkmsDnS":
        return (
            rf"\d{{{count}}}" if letter == "S" or count > 1 else r"\d{1,9}" if letter == "n" else r"\d{1,3}"
        )
    shapes = {
        "a": _any_of(words.halves),
        "E": _any_of(words.days, words.short_days),
        "X": _OFFSET,
        "x": _OFFSET,
        "Z": _OFFSET,
        "V": r"[\w/+:-]+",
        "z": r"[\w/+:-]+",
    }
    if letter not in shapes:
        raise ExpressionFailed(f"`{letter * count}` cannot be read from a date (in the pattern `{pattern}`)")
    return shapes[letter]


def _any_of(*names: tuple[str, ...]) -> str:
    """The longest first: `mar` is also the beginning of `mars`."""
    return "|".join(re.escape(name) for name in sorted({*sum(names, ())}, key=len, reverse=True))


def _moment(found: Mapping[str, str | None], default: tzinfo | None, words: Locale) -> datetime:
    """One instant out of the fields that were read."""
    values = {letter: value for letter, value in found.items() if value is not None}
    year = _whole(values, "yu", 1970)
    clock = _hour(values, words), _whole(values, "m", 0), _whole(values, "s", 0), _micros(values)
    zone = _zone_of(values, default)
    moment = datetime(
        2000 + year if year < 100 else year,
        _month(values, words),
        _whole(values, "d", 1),
        *clock,
        tzinfo=zone,
    )
    return (
        moment.replace(month=1, day=1) + timedelta(days=_whole(values, "D", 1) - 1)
        if "D" in values
        else moment
    )


def _whole(values: Mapping[str, str], letters: str, otherwise: int) -> int:
    return next((int(values[letter]) for letter in letters if letter in values), otherwise)


def _month(values: Mapping[str, str], words: Locale) -> int:
    written = values.get("M", values.get("L", "1")).lower()
    if written.isdecimal():
        return int(written)
    pairs = zip(words.months, words.short_months, strict=True)
    return next(
        number for number, names in enumerate(pairs, 1) if written in (name.lower() for name in names)
    )


def _micros(values: Mapping[str, str]) -> int:
    return int(values["S"][:6].ljust(6, "0")) if "S" in values else _whole(values, "n", 0) // 1000


def _hour(values: Mapping[str, str], words: Locale) -> int:
    if "H" in values or "k" in values:
        return _whole(values, "Hk", 0) % 24
    afternoon = values.get("a", "").lower() == words.halves[1].lower()
    return _whole(values, "hK", 0) % 12 + (12 if afternoon else 0)


def _zone_of(values: Mapping[str, str], default: tzinfo | None) -> tzinfo | None:
    named = values.get("V") or values.get("z")
    if named:
        return zone(named)
    written = next((values[letter] for letter in "XxZ" if letter in values), None)
    return _offset(written) if written else default


def noon(value: date, default: tzinfo | None) -> datetime:
    return datetime(value.year, value.month, value.day, 12, tzinfo=default)
