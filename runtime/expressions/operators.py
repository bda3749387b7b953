"""What the operators mean: Kestra's rules where they differ from Python's (whole numbers divide to whole numbers,
`1 == true` is false, `'a' + 1` joins), Jinja2's where Kestra has none (`//`, `**`, `in`)."""

import operator
from collections.abc import Callable, Mapping, Sequence, Set
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, TypeAlias

from runtime.errors import ExpressionFailed
from runtime.expressions.limits import (
    ITEMS_A_STEP,
    charge,
    check_items,
    check_number,
    check_range,
    check_text,
    step,
    work,
)
from runtime.expressions.missing import require
from runtime.expressions.text import Entry, kind, plain, text

Number: TypeAlias = int | float | Decimal

_COLLECTIONS = (list, tuple, range, Set)
_DATES = (date, datetime, time)
_MAX_EXPONENT = 1_000


def is_number(value: Any) -> bool:
    return isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)


# --- arithmetic ------------------------------------------------------------------------------------------------


def _numbers(symbol: str, left: Any, right: Any) -> tuple[Any, Any]:
    require(left, right)
    if not (is_number(left) and is_number(right)):
        wrong = right if is_number(left) else left
        hint = "`| number` makes one of a text" if isinstance(wrong, str) else ""
        raise ExpressionFailed(f"`{symbol}` needs two numbers, and {_shown(wrong)} is none", hint=hint)
    if isinstance(left, float) or isinstance(right, float):
        return float(left), float(right)
    return left, right


def _shown(value: Any) -> str:
    shown = f"{kind(value)} ({value!r})" if isinstance(value, (str, bool)) else kind(value)
    return shown if len(shown) < 60 else kind(value)


def _sized(value: Number) -> Number:
    return check_number(value) if isinstance(value, int) else value


def add(left: Any, right: Any) -> Any:
    if type(left) is int and type(right) is int:
        return check_number(left + right)
    require(left, right)
    if isinstance(left, str) or isinstance(right, str):
        return concat(left, right)
    if isinstance(left, (list, tuple, range)):
        return _extended(left, right)
    one, other = _numbers("+", left, right)
    return one + other


def _extended(left: Sequence[Any], right: Any) -> list[Any]:
    more = list(right) if isinstance(right, _COLLECTIONS) and not isinstance(right, Entry) else [right]
    check_items(len(left) + len(more))
    charge(len(left) + len(more))
    return [*left, *more]


def subtract(left: Any, right: Any) -> Any:
    if isinstance(left, list):
        gone = list(right) if isinstance(right, _COLLECTIONS) else [right]
        step(len(left) * len(gone) // ITEMS_A_STEP)
        return [item for item in left if not any(equals(item, one) for one in gone)]
    one, other = _numbers("-", left, right)
    return _sized(one - other)


def multiply(left: Any, right: Any) -> Any:
    if isinstance(left, str) and isinstance(right, int):
        check_text(len(left) * right)
        return concat(left * right)
    one, other = _numbers("*", left, right)
    return _sized(one * other)


def divide(left: Any, right: Any) -> Any:
    one, other = _numbers("/", left, right)
    _refuse_zero("/", other)
    if isinstance(one, int) and isinstance(other, int):
        quotient = abs(one) // abs(other)
        return quotient if (one < 0) == (other < 0) else -quotient
    return one / other


def modulo(left: Any, right: Any) -> Any:
    one, other = _numbers("%", left, right)
    _refuse_zero("%", other)
    rest = abs(one) % abs(other)
    return -rest if one < 0 else rest


def floor_divide(left: Any, right: Any) -> Any:
    one, other = _numbers("//", left, right)
    _refuse_zero("//", other)
    return one // other


def power(left: Any, right: Any) -> Any:
    one, other = _numbers("**", left, right)
    if abs(other) > _MAX_EXPONENT:
        raise ExpressionFailed(f"`**` takes exponents up to {_MAX_EXPONENT}")
    if other < 0:
        one = float(one)
        _refuse_zero("**", one)
    if isinstance(one, int):
        check_number(one)
    result = one**other
    if isinstance(result, complex):
        raise ExpressionFailed("`**` has no real result here")
    return _sized(result)


def _refuse_zero(symbol: str, divisor: Any) -> None:
    if divisor == 0:
        raise ExpressionFailed(f"`{symbol}` divides by zero")


# --- texts and ranges ------------------------------------------------------------------------------------------


def concat(*values: Any) -> str:
    parts = [text(value) for value in values]
    size = sum(map(len, parts))
    check_text(size)
    charge(size)
    return "".join(parts)


def span(start: Any, end: Any, increment: Any = 1) -> list[Any]:
    """`start..end`: whole numbers or single letters, both ends included."""
    require(start, end, increment)
    if not isinstance(increment, int) or increment == 0:
        raise ExpressionFailed("the increment of a range is a whole number other than 0")
    if _is_letter(start) and _is_letter(end):
        return [chr(code) for code in _inclusive(ord(start), ord(end), increment)]
    if not (is_number(start) and is_number(end)):
        raise ExpressionFailed(f"a range goes from number to number, or letter to letter: {_shown(end)}")
    return _inclusive(int(start), int(end), increment)


def _is_letter(value: Any) -> bool:
    return isinstance(value, str) and len(value) == 1


def _inclusive(start: int, end: int, increment: int) -> list[int]:
    check_range(max(0, (end - start) // increment + 1))
    return list(range(start, end + (1 if increment > 0 else -1), increment))


# --- comparisons -----------------------------------------------------------------------------------------------


def equals(left: Any, right: Any) -> bool:
    """Numbers by value, booleans only with booleans, dates also with their text."""
    if isinstance(left, str) and isinstance(right, str):
        return left == right
    require(left, right)
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, _DATES) != isinstance(right, _DATES) and isinstance(left, str) != isinstance(
        right, str
    ):
        return text(left) == text(right)
    if isinstance(left, (Mapping, *_COLLECTIONS)) and isinstance(right, (Mapping, *_COLLECTIONS)):
        return bool(plain(left) == plain(right))
    return bool(left == right)


def differs(left: Any, right: Any) -> bool:
    return not equals(left, right)


def _ordering(symbol: str, compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def ordered(left: Any, right: Any) -> bool:
        require(left, right)
        if left is None or right is None:
            return False
        if is_number(left) and is_number(right):
            return bool(compare(left, right))
        if isinstance(left, (str, *_DATES)) and isinstance(right, (str, *_DATES)):
            return _ordered_texts(compare, left, right)
        hint = (
            "`| number` makes a number of a text" if isinstance(left, str) or isinstance(right, str) else ""
        )
        raise ExpressionFailed(f"`{symbol}` cannot compare {_shown(left)} with {_shown(right)}", hint=hint)

    return ordered


def _ordered_texts(compare: Callable[[Any, Any], bool], left: Any, right: Any) -> bool:
    if isinstance(left, datetime) and isinstance(right, datetime) and bool(left.tzinfo) == bool(right.tzinfo):
        return bool(compare(left, right))
    return bool(compare(text(left), text(right)))


less = _ordering("<", operator.lt)
less_or_equal = _ordering("<=", operator.le)
greater = _ordering(">", operator.gt)
greater_or_equal = _ordering(">=", operator.ge)


def contains(left: Any, right: Any) -> bool:
    """`list contains x`, `list contains [x, y]` (all of them), `text contains part`, `map contains key`."""
    require(left, right)
    work(left)
    if left is None:
        return False
    if isinstance(left, str):
        return text(right) in left
    if isinstance(left, Mapping):
        return right in left
    if isinstance(left, _COLLECTIONS):
        wanted = list(right) if isinstance(right, _COLLECTIONS) else [right]
        step(len(left) * len(wanted) // ITEMS_A_STEP)
        return all(any(equals(item, one) for item in left) for one in wanted)
    raise ExpressionFailed(f"`contains` looks into lists, maps and texts, not into {kind(left)}")


def is_in(left: Any, right: Any) -> bool:
    """`x isIn [..]`: compared as texts; in a map, keys and values."""
    require(left, right)
    work(right)
    if left is None or right is None:
        return False
    if isinstance(right, Mapping):
        return any(text(left) in (text(key), text(right[key])) for key in right)
    return isinstance(right, _COLLECTIONS) and any(text(item) == text(left) for item in right)


def within(left: Any, right: Any) -> bool:
    """Jinja2's `x in y`."""
    return (
        contains(right, left)
        if not isinstance(left, _COLLECTIONS)
        else any(equals(left, one) for one in right)
    )


def not_within(left: Any, right: Any) -> bool:
    return not within(left, right)


BINARY: dict[str, tuple[int, Callable[..., Any]]] = {
    "contains": (20, contains),
    "in": (20, within),
    "not in": (20, not_within),
    "==": (30, equals),
    "equals": (30, equals),
    "!=": (30, differs),
    "<": (30, less),
    "<=": (30, less_or_equal),
    ">": (30, greater),
    ">=": (30, greater_or_equal),
    "+": (40, add),
    "-": (40, subtract),
    "*": (60, multiply),
    "/": (60, divide),
    "//": (60, floor_divide),
    "%": (60, modulo),
    "~": (110, concat),
    "..": (120, span),
    "isIn": (120, is_in),
    "**": (130, power),
}
"""Spelling -> how tightly it binds (Pebble's numbers; `|` is 100, `??` and `???` are 120), and what it does."""
