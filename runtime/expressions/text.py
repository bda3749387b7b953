"""Values as text: what `{{ value }}` prints, and the JSON of maps and lists, as Kestra writes them."""

import json
from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import PurePath
from typing import Any
from uuid import UUID

from runtime.errors import ExpressionFailed
from runtime.expressions.limits import ITEMS_A_STEP, MAX_ITEMS, LimitExceeded, check_text, step
from runtime.expressions.missing import Missing, not_called

MAX_DEPTH = 200  # levels of maps and lists inside one another


class Entry(tuple[Any, Any]):
    """One pair of a map, as a loop over the map sees it: `.key` and `.value`, or unpacked."""

    __slots__ = ()

    @property
    def key(self) -> Any:
        return self[0]

    @property
    def value(self) -> Any:
        return self[1]


def entries(value: Mapping[Any, Any]) -> list[Entry]:
    return [Entry((key, value[key])) for key in value]


def kind(value: Any) -> str:
    """What a value is called in messages."""
    if value is None:
        return "null"
    names: tuple[tuple[type | tuple[type, ...], str], ...] = (
        (str, "a text"),
        (bool, "a boolean"),
        ((int, float, Decimal), "a number"),
        (Mapping, "a map"),
        ((Sequence, Set), "a list"),
        ((date, time), "a date"),
    )
    return next((name for types, name in names if isinstance(value, types)), f"a {type(value).__name__}")


def text(value: Any) -> str:
    """What `{{ value }}` prints: nothing for null, `true` and `false`, JSON for maps and lists."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, (int, float, Decimal)):
        return str(value)
    scalar = _scalar(value)
    return to_json(value) if scalar is None else scalar


def _scalar(value: Any) -> str | None:
    """The text of a value that is neither a number nor a collection; None for collections."""
    if isinstance(value, (datetime, date, time)):
        return iso(value)
    if isinstance(value, timedelta):
        return duration(value)
    if isinstance(value, Missing):
        raise value.failure()
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    if isinstance(value, Enum):
        return text(value.value)
    if isinstance(value, (UUID, PurePath)):
        return str(value)
    if callable(value):
        raise not_called(value)
    if isinstance(value, Iterable):
        return None
    raise ExpressionFailed(f"{kind(value)} cannot be printed")


def iso(value: datetime | date | time) -> str:
    """As Java prints an instant: seconds always, the fraction in groups of three digits, `Z` for UTC."""
    if not isinstance(value, datetime):
        return value.isoformat()
    spec = "microseconds" if value.microsecond % 1000 else "milliseconds" if value.microsecond else "seconds"
    printed = value.isoformat(timespec=spec)
    return printed[:-6] + "Z" if printed.endswith("+00:00") else printed


def duration(value: timedelta) -> str:
    """ISO-8601, as Java prints a Duration: hours are the largest unit (`PT36H`)."""
    seconds, micros = divmod(abs(value) // timedelta(microseconds=1), 1_000_000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    rest = f"{seconds}.{micros:06d}".rstrip("0") if micros else str(seconds)
    sign = "-" if value < timedelta(0) else ""
    parts = (
        (hours, f"{sign}{hours}H"),
        (minutes, f"{sign}{minutes}M"),
        (seconds or micros, f"{sign}{rest}S"),
    )
    return "PT" + ("".join(part for amount, part in parts if amount) or "0S")


def to_json(value: Any, *, nulls: bool = False, indent: int | None = None) -> str:
    """Compact JSON; a null in a map is left out, as Kestra does, unless `nulls`."""
    separators = (",", ":") if indent is None else (",", ": ")
    written = json.dumps(
        plain(value, nulls=nulls), ensure_ascii=False, separators=separators, indent=indent, default=str
    )
    check_text(len(written))
    return written


def plain(value: Any, *, nulls: bool = True, cost: float = 1 / ITEMS_A_STEP) -> Any:
    """The value as builtins only (dict, list, text, number, boolean, None): a copy, where it has parts.

    `cost` is what a part costs in steps: what is done with the copy may be dearer than copying.
    """
    copy = _Copy(nulls=nulls)
    copied = copy.of(value, 0)
    step(int((MAX_ITEMS - copy.left) * cost))
    return copied


class _Copy:
    """One walk over a value, which counts its parts: shared parts may multiply without end."""

    def __init__(self, *, nulls: bool) -> None:
        self.nulls = nulls
        self.left = MAX_ITEMS

    def of(self, value: Any, depth: int) -> Any:
        self.left -= 1
        if self.left < 0 or depth > MAX_DEPTH:
            raise LimitExceeded(f"the value has more than {MAX_ITEMS:,} parts, or {MAX_DEPTH} levels")
        if value is None or isinstance(value, (str, int, float)):
            return value
        if isinstance(value, Mapping):
            return self.map(value, depth + 1)
        if isinstance(value, Entry):
            return {text(value.key): self.of(value.value, depth + 1)}
        if isinstance(value, Decimal):
            return int(value) if value == value.to_integral_value() else float(value)
        scalar = _scalar(value)
        return [self.of(item, depth + 1) for item in value] if scalar is None else scalar

    def map(self, value: Mapping[Any, Any], depth: int) -> dict[str, Any]:
        items = ((text(key), value[key]) for key in value)
        return {key: self.of(item, depth) for key, item in items if self.nulls or item is not None}
