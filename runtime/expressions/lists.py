"""The filters of lists and maps, and of JSON."""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cmp_to_key
from typing import Any

from jinja2 import filters as jinja
from jinja2 import pass_context
from jinja2.runtime import Context

from runtime.errors import ExpressionFailed
from runtime.expressions.arguments import arguments
from runtime.expressions.ion import to_ion
from runtime.expressions.limits import check_text, step
from runtime.expressions.missing import present
from runtime.expressions.operators import is_number
from runtime.expressions.text import entries, kind, text, to_json

_LISTS = (list, tuple, range, set, frozenset)


def _list(value: Any, name: str) -> list[Any]:
    if not isinstance(value, _LISTS):
        hint = "`fromJson(...)` makes a list of JSON text" if isinstance(value, str) else ""
        raise ExpressionFailed(f"`{name}` needs a list, and {kind(value)} is none", hint=hint)
    return list(value)


def chunk(value: Any, size: Any) -> list[list[Any]] | None:
    if value is None:
        return None
    if not isinstance(size, int) or size < 1:
        raise ExpressionFailed("`chunk` takes a size of 1 or more")
    items = _list(value, "chunk")
    return [items[start : start + size] for start in range(0, len(items), size)]


def distinct(value: Any) -> Any:
    """The first of each; `"null"` for null, as in Kestra."""
    if value is None:
        return "null"
    seen: dict[str, None] = {}
    kept = []
    items = _list(value, "distinct")
    step(len(items) // 2)  # each is written as JSON
    for item in items:
        key = f"{kind(item)}:{to_json(item, nulls=True)}"
        if key not in seen:
            seen[key] = None
            kept.append(item)
    return kept


def first(value: Any) -> Any:
    return _end(value, 0)


def last(value: Any) -> Any:
    return _end(value, -1)


def _end(value: Any, index: int) -> Any:
    if isinstance(value, Mapping):
        value = entries(value)
    if isinstance(value, str):
        return value[index] if value else ""
    if value is None:
        return None
    items = _list(value, "last" if index else "first")
    return items[index] if items else None


def flatten(value: Any) -> list[Any] | None:
    """One level."""
    if value is None:
        return None
    return [
        part
        for item in _list(value, "flatten")
        for part in (item if isinstance(item, (list, tuple)) else [item])
    ]


def join(value: Any, separator: str = "", attribute: str | None = None) -> str | None:
    if value is None or isinstance(value, str):
        return value
    items = _list(value, "join")
    if attribute is not None:
        items = [item.get(attribute) if isinstance(item, Mapping) else None for item in items]
    parts = [text(item) for item in items]
    check_text(sum(map(len, parts)) + len(separator) * len(parts))
    return separator.join(parts)


def keys(value: Any) -> list[Any] | None:
    if value is None:
        return None
    return list(value) if isinstance(value, Mapping) else list(range(len(_list(value, "keys"))))


def values(value: Any) -> list[Any] | None:
    if value is None:
        return None
    return [value[key] for key in value] if isinstance(value, Mapping) else _list(value, "values")


def length(value: Any) -> int:
    if value is None:
        return 0
    if isinstance(value, (str, Mapping, Sequence, set, frozenset)):
        return len(value)
    if is_number(value):
        return len(text(value))
    raise ExpressionFailed(f"`length` is of texts, lists and maps, not of {kind(value)}")


def merge(value: Any, items: Any) -> Any:
    """The left side says what comes out: a map or a list."""
    if value is None or items is None:
        return items if value is None else value
    if isinstance(value, Mapping):
        more = items if isinstance(items, Mapping) else {text(item): item for item in _list(items, "merge")}
        return {**{key: value[key] for key in value}, **{key: more[key] for key in more}}
    return [
        *_list(value, "merge"),
        *(entries(items) if isinstance(items, Mapping) else _list(items, "merge")),
    ]


def reverse(value: Any) -> Any:
    if isinstance(value, str):
        return value[::-1]
    return None if value is None else _list(value, "reverse")[::-1]


@arguments(fromIndex="start", toIndex="end")
def slice_(value: Any, start: int = 0, end: int | None = None) -> Any:
    if value is None:
        return None
    part = value if isinstance(value, str) else _list(value, "slice")
    if end is not None and end > len(part):
        raise ExpressionFailed(f"`slice` goes to {end}, and there are only {len(part)}")
    if start < 0 or (end is not None and start >= end):
        raise ExpressionFailed("`slice` goes from 0 or more to a larger number")
    return part[start:end]


def sort(value: Any, reverse: bool = False, attribute: str | None = None) -> list[Any] | None:
    if value is None:
        return None
    items = _list(list(value) if isinstance(value, Mapping) else value, "sort")
    step(len(items) // 5)
    if attribute is None:
        return sorted(items, key=cmp_to_key(_order), reverse=reverse)
    return sorted(items, key=lambda item: cmp_to_key(_order)(item[attribute]), reverse=reverse)


def rsort(value: Any) -> list[Any] | None:
    return sort(value, reverse=True)


def _order(left: Any, right: Any) -> int:
    """Numbers by value, all else by its text."""
    if is_number(left) and is_number(right):
        return int(left > right) - int(left < right)
    one, other = text(left), text(right)
    return (one > other) - (one < other)


@arguments(includeNulls="nulls")
def json_(value: Any, nulls: bool = False, indent: int | None = None) -> str:
    """JSON without the nulls of maps, unless `includeNulls`."""
    return to_json(value, nulls=nulls, indent=None if indent is None else min(int(indent), 10))


def from_json(json_text: Any) -> Any:
    """`fromJson(text)`: the value that the JSON text writes."""
    if json_text is None:
        return None
    if not isinstance(json_text, str):
        raise ExpressionFailed(f"`fromJson` reads a text, and {kind(json_text)} is none: it needs no reading")
    try:
        return json.loads(json_text, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise ExpressionFailed(
            f"`fromJson` was given what is not JSON: {error.msg} at line {error.lineno}, column {error.colno}"
        ) from error


def _no_constant(name: str) -> Any:
    raise ExpressionFailed(f"`fromJson` was given what is not JSON: {name}")


_CLASS_NAMES: tuple[tuple[Any, str], ...] = (
    (str, "java.lang.String"),
    (bool, "java.lang.Boolean"),
    (int, "java.lang.Long"),
    (float, "java.lang.Double"),
    (Mapping, "java.util.LinkedHashMap"),
    (_LISTS, "java.util.ArrayList"),
)


def class_name(value: Any) -> str | None:
    """Java's name of the value's type, since that is what flows compare it with."""
    return (
        None
        if value is None
        else next((name for types, name in _CLASS_NAMES if isinstance(value, types)), kind(value))
    )


def _listed(function: Callable[..., Any]) -> Callable[..., Any]:
    """A filter of Jinja2 that runs over its input: a list at once, instead of a generator."""

    @pass_context
    def call(context: Context, value: Any, *args: Any, **kwargs: Any) -> list[Any]:
        items = entries(value) if isinstance(value, Mapping) else value
        return [present(item) for item in function(context, items, *args, **kwargs)]

    return call


def total(value: Any) -> Any:
    items = _list(value, "sum")
    if not all(is_number(item) for item in items):
        raise ExpressionFailed("`sum` needs a list of numbers")
    return sum(items)


def largest(*values_: Any) -> Any:
    return _extreme("max", values_, 1)


def smallest(*values_: Any) -> Any:
    return _extreme("min", values_, -1)


def _extreme(name: str, given: tuple[Any, ...], sign: int) -> Any:
    items = _list(given[0], name) if len(given) == 1 and not is_number(given[0]) else list(given)
    if not items:
        raise ExpressionFailed(f"`{name}` needs at least one value")
    best = items[0]
    for item in items[1:]:
        best = item if _order(item, best) * sign > 0 else best
    return best


def round_(value: Any, precision: int = 0) -> Any:
    if not is_number(value):
        raise ExpressionFailed(f"`round` needs a number, and {kind(value)} is none")
    return round(value, precision) if precision else round(value)


COLLECTION_FILTERS: dict[str, Callable[..., Any]] = {
    "chunk": chunk,
    "className": class_name,
    "count": length,
    "distinct": distinct,
    "first": first,
    "flatten": flatten,
    "join": join,
    "ion": to_ion,
    "json": json_,
    "keys": keys,
    "last": last,
    "length": length,
    "list": lambda value: list(value),
    "map": _listed(jinja.sync_do_map),
    "max": largest,
    "merge": merge,
    "min": smallest,
    "reject": _listed(jinja.sync_do_reject),
    "rejectattr": _listed(jinja.sync_do_rejectattr),
    "reverse": reverse,
    "round": round_,
    "rsort": rsort,
    "select": _listed(jinja.sync_do_select),
    "selectattr": _listed(jinja.sync_do_selectattr),
    "slice": slice_,
    "sort": sort,
    "sum": total,
    "toIon": to_ion,
    "toJson": json_,
    "tojson": json_,
    "unique": distinct,
    "values": values,
}
