"""What each type of input makes of a value (flow-language.md section 3). Flow outputs use the same."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from pathlib import PurePosixPath
from typing import Any

from runtime.errors import ExpressionFailed, InvalidRequest
from runtime.expressions import regex
from runtime.expressions.text import text
from runtime.language.document import load_plain
from runtime.language.values import duration

EMAIL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(\.[\w-]+)*")
URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")
ITEM_TYPES_REFUSED = frozenset({"ARRAY", "SECRET", "MULTISELECT", "SELECT", "ENUM", "FORM"})

Checks = Mapping[str, Any]
Parser = Callable[[Any, Checks], Any]


def parse(type: str, value: Any, checks: Checks) -> Any:
    """The value as its type has it; ValueError says, in words, why it is none."""
    return PARSERS[type](value, checks)


def _string(value: Any, checks: Checks) -> str:
    given = _scalar(value)
    validator = checks.get("validator")
    if validator is not None:
        _check_pattern(given, str(validator))
    return given


def _scalar(value: Any) -> str:
    if isinstance(value, Mapping | list | tuple):
        raise ValueError("must be a text")
    return value if isinstance(value, str) else text(value)


def _check_pattern(given: str, validator: str) -> None:
    try:
        matches = regex.matches(given, validator)
    except (ExpressionFailed, re.error) as error:
        raise ValueError(f"cannot be checked: {error}") from None
    if not matches:
        raise ValueError(f"must match `{validator}`")


def _choice(value: Any, checks: Checks) -> str:
    given = _scalar(value)
    _check_choice(given, checks)
    return given


def _check_choice(given: str, checks: Checks) -> None:
    values = checks.get("values") or checks.get("options")
    if not isinstance(values, list | tuple) or checks.get("allowCustomValue"):
        return
    names = [text(each) for each in values]
    if given not in names:
        raise ValueError(f"must be one of {', '.join(names)}, and is `{given}`")


def _choices(value: Any, checks: Checks) -> list[Any]:
    found = _items(value, {"itemType": checks.get("itemType") or "STRING"})
    for item in found:
        _check_choice(text(item), checks)
    return found


def _items(value: Any, checks: Checks) -> list[Any]:
    """A list, or a text that is a JSON list."""
    found = _json(value, checks) if isinstance(value, str) else value
    if not isinstance(found, list | tuple):
        raise ValueError("must be a list")
    kind = checks.get("itemType")
    return [parse(str(kind), item, {}) for item in found] if kind else list(found)


def _whole(value: Any, checks: Checks) -> int:
    try:
        if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
            raise ValueError
        found = int(value.strip()) if isinstance(value, str) else int(value)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"must be a whole number, and is `{value}`") from None
    return int(_within(found, checks, int))


def _number(value: Any, checks: Checks) -> float:
    try:
        if isinstance(value, bool):
            raise ValueError
        found = float(value)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(f"must be a number, and is `{value}`") from None
    return float(_within(found, checks, float))


def _within(
    value: Any, checks: Checks, read: Callable[[Any], Any], names: tuple[str, str] = ("min", "max")
) -> Any:
    """The value, if it lies between its bounds; they belong to what is allowed."""
    low, high = (None if checks.get(name) is None else read(checks[name]) for name in names)
    if low is not None and value < low:
        raise ValueError(f"must be at least {checks[names[0]]}, and is {text(value)}")
    if high is not None and value > high:
        raise ValueError(f"must be at most {checks[names[1]]}, and is {text(value)}")
    return value


def _truth(value: Any, checks: Checks) -> bool:
    if isinstance(value, bool):
        return value
    if text(value).strip().lower() in ("true", "false"):
        return text(value).strip().lower() == "true"
    raise ValueError(f"must be true or false, and is `{value}`")


def _instant(value: Any, checks: Checks) -> datetime:
    return _within(_read_instant(value), checks, _read_instant, ("after", "before"))  # type: ignore[no-any-return]


def _read_instant(value: Any) -> datetime:
    found = (
        value if isinstance(value, datetime) else _iso(value, datetime.fromisoformat, "2026-01-31T08:00:00Z")
    )
    if found.tzinfo is None:
        raise ValueError(f"must name its zone, as in 2026-01-31T08:00:00Z, and is `{value}`")
    try:
        return found.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"must lie in the years 1 to 9999, and is `{value}`") from None


def _day(value: Any, checks: Checks) -> date:
    return _within(_read_day(value), checks, _read_day, ("after", "before"))  # type: ignore[no-any-return]


def _read_day(value: Any) -> date:
    return value if type(value) is date else _iso(value, date.fromisoformat, "2026-01-31")


def _clock(value: Any, checks: Checks) -> time:
    return _within(_read_clock(value), checks, _read_clock, ("after", "before"))  # type: ignore[no-any-return]


def _read_clock(value: Any) -> time:
    found = value if isinstance(value, time) else _iso(value, time.fromisoformat, "08:30:00")
    if found.tzinfo is not None:
        raise ValueError(f"must be a time without a zone, and is `{value}`")
    return found


def _iso(value: Any, read: Callable[[str], Any], example: str) -> Any:
    try:
        return read(value.strip())
    except (AttributeError, ValueError):
        raise ValueError(f"must be written like {example}, and is `{value}`") from None


def _length(value: Any, checks: Checks) -> Any:
    return _within(_read_length(value), checks, _read_length)


def _read_length(value: Any) -> Any:
    found = duration(value)
    if found is None:
        raise ValueError(f"must be a duration such as PT30S, and is `{value}`")
    return found


def _file(value: Any, checks: Checks) -> str:
    given = _scalar(value)
    allowed = checks.get("allowedFileExtensions")
    if isinstance(allowed, list | tuple) and PurePosixPath(given).suffix.lower() not in {
        text(each).lower() for each in allowed
    }:
        raise ValueError(f"must end with one of {', '.join(map(text, allowed))}, and is `{given}`")
    return given


def _json(value: Any, checks: Checks) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value, strict=False)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"must be JSON: {error}") from None


def _yaml(value: Any, checks: Checks) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return load_plain(value)
    except InvalidRequest as error:
        raise ValueError(f"must be YAML: {error.message}") from None


def _uri(value: Any, checks: Checks) -> str:
    given = _scalar(value)
    if not URI.fullmatch(given):
        raise ValueError(f"must be an address with a scheme, such as https://example.com, and is `{given}`")
    return given


def _email(value: Any, checks: Checks) -> str:
    given = _scalar(value)
    if given and not EMAIL.fullmatch(given):
        raise ValueError(f"must be an e-mail address, and is `{given}`")
    return given


PARSERS: Mapping[str, Parser] = {
    "STRING": _string,
    "SELECT": _choice,
    "ENUM": _choice,
    "MULTISELECT": _choices,
    "INT": _whole,
    "FLOAT": _number,
    "BOOL": _truth,
    "BOOLEAN": _truth,
    "DATETIME": _instant,
    "DATE": _day,
    "TIME": _clock,
    "DURATION": _length,
    "FILE": _file,
    "JSON": _json,
    "YAML": _yaml,
    "URI": _uri,
    "SECRET": _string,
    "ARRAY": _items,
    "EMAIL": _email,
}
