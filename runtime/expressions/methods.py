"""The methods that a value has inside a template: Java's for texts, lists, maps and dates, and Jinja2's own usual ones.

No method of a Python object is reachable but by these tables.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, time
from difflib import get_close_matches
from typing import Any, TypeAlias

from runtime.expressions import regex
from runtime.expressions.calendar import DATE_METHODS
from runtime.expressions.limits import check_text
from runtime.expressions.operators import contains, equals
from runtime.expressions.text import Entry, entries, text

Method: TypeAlias = Callable[..., Any]


def _repeat(value: str, count: int) -> str:
    check_text(len(value) * max(count, 0))
    return value * count


def _replace(value: str, old: str, new: str) -> str:
    check_text(len(value) + value.count(old) * len(new))
    return value.replace(old, new)


def _join(separator: str, values: Sequence[Any]) -> str:
    parts = [text(value) for value in values]
    check_text(sum(map(len, parts)) + len(separator) * len(parts))
    return separator.join(parts)


def _split(value: str, separator: str | None = None, limit: int = 0) -> list[str]:
    return value.split() if separator is None else regex.split(value, separator, limit)


def _index(values: Sequence[Any], wanted: Any) -> int:
    return next((place for place, value in enumerate(values) if equals(value, wanted)), -1)


def _value_or(value: Mapping[Any, Any], key: Any, default: Any = None) -> Any:
    return value[key] if key in value else default  # noqa: SIM401  (a Mapping's own get may be slower, and need not exist)


def _capitalize(value: str) -> str:
    return value[:1].upper() + value[1:]


TEXT: dict[str, Method] = {
    "capitalize": _capitalize,
    "charAt": lambda value, index: value[index],
    "concat": lambda value, other: _join("", [value, other]),
    "contains": lambda value, part: part in value,
    "count": lambda value, part: value.count(part),
    "endsWith": lambda value, part: value.endswith(part),
    "endswith": lambda value, part: value.endswith(part),
    "equals": lambda value, other: value == other,
    "equalsIgnoreCase": lambda value, other: value.lower() == other.lower(),
    "find": lambda value, part: value.find(part),
    "indexOf": lambda value, part: value.find(part),
    "isBlank": lambda value: not value.strip(),
    "isEmpty": lambda value: not value,
    "join": _join,
    "lastIndexOf": lambda value, part: value.rfind(part),
    "length": len,
    "lower": str.lower,
    "lstrip": lambda value, *chars: value.lstrip(*chars),
    "matches": regex.matches,
    "removeprefix": lambda value, part: value.removeprefix(part),
    "removesuffix": lambda value, part: value.removesuffix(part),
    "repeat": _repeat,
    "replace": _replace,
    "replaceAll": regex.replace,
    "rstrip": lambda value, *chars: value.rstrip(*chars),
    "split": _split,
    "splitlines": str.splitlines,
    "startsWith": lambda value, part: value.startswith(part),
    "startswith": lambda value, part: value.startswith(part),
    "strip": lambda value, *chars: value.strip(*chars),
    "substring": lambda value, start, end=None: value[start:end],
    "title": str.title,
    "toLowerCase": str.lower,
    "toString": str,
    "toUpperCase": str.upper,
    "trim": str.strip,
    "upper": str.upper,
}

LIST: dict[str, Method] = {
    "contains": contains,
    "containsAll": contains,
    "count": lambda value, wanted: sum(equals(item, wanted) for item in value),
    "first": lambda value: value[0],
    "get": lambda value, index: value[index],
    "getFirst": lambda value: value[0],
    "getLast": lambda value: value[-1],
    "index": _index,
    "indexOf": _index,
    "isEmpty": lambda value: not value,
    "last": lambda value: value[-1],
    "length": len,
    "size": len,
    "subList": lambda value, start, end: list(value[start:end]),
    "toString": text,
}

MAP: dict[str, Method] = {
    "containsKey": lambda value, key: key in value,
    "containsValue": lambda value, wanted: any(equals(value[key], wanted) for key in value),
    "entrySet": entries,
    "get": _value_or,
    "getOrDefault": _value_or,
    "isEmpty": lambda value: not value,
    "items": entries,
    "keySet": list,
    "keys": list,
    "length": len,
    "size": len,
    "toString": text,
    "values": lambda value: [value[key] for key in value],
}

ENTRY: dict[str, Method] = {"getKey": lambda entry: entry.key, "getValue": lambda entry: entry.value}

NUMBER: dict[str, Method] = {
    "doubleValue": float,
    "equals": equals,
    "intValue": int,
    "longValue": int,
    "toString": text,
}


def table(value: Any) -> dict[str, Method]:
    """The methods of a value's kind."""
    kinds: tuple[tuple[Any, dict[str, Method]], ...] = (
        (str, TEXT),
        (Entry, ENTRY),
        (Mapping, MAP),
        ((list, tuple, range, set, frozenset), LIST),
        ((date, time), DATE_METHODS),
        ((bool, int, float), NUMBER),
    )
    return next((methods for types, methods in kinds if isinstance(value, types)), {})


def find(value: Any, name: str) -> Method:
    """The method, or LookupError."""
    return table(value)[name]


def hint(value: Any, name: str) -> str:
    """The nearest method that there is."""
    near = get_close_matches(name, table(value), 1, 0.6)
    return f"did you mean `{near[0]}`?" if near else ""
