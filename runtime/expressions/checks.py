"""The tests of the language: `is defined`, `is empty`, `is json` ..."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from runtime.expressions.environment import is_empty
from runtime.expressions.missing import Missing, require
from runtime.expressions.operators import BINARY, equals, is_number


def _present(test: Callable[..., bool]) -> Callable[..., bool]:
    """A test of a value: what does not exist has none."""

    def checked(value: Any, *args: Any, **kwargs: Any) -> bool:
        require(value, *args)
        return test(value, *args, **kwargs)

    return checked


def _is_json(value: Any) -> bool:
    """A text that parses."""
    if not isinstance(value, str):
        return False
    try:
        json.loads(value)
    except ValueError:
        return False
    return True


def _is_even(value: Any) -> bool:
    return bool(is_number(value) and value % 2 == 0)


def _is_odd(value: Any) -> bool:
    return bool(is_number(value) and value % 2 == 1)


VALUE_TESTS: dict[str, Callable[..., Any]] = {
    "boolean": lambda value: isinstance(value, bool),
    "divisibleby": lambda value, by: is_number(value) and value % by == 0,
    "empty": is_empty,
    "eq": equals,
    "equalto": equals,
    "even": _is_even,
    "false": lambda value: value is False,
    "float": lambda value: isinstance(value, float),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "iterable": lambda value: isinstance(value, (list, tuple, range, set, Mapping)),
    "json": _is_json,
    "lower": lambda value: isinstance(value, str) and value.islower(),
    "map": lambda value: isinstance(value, Mapping),
    "mapping": lambda value: isinstance(value, Mapping),
    "ne": lambda value, other: not equals(value, other),
    "none": lambda value: value is None,
    "null": lambda value: value is None,
    "number": is_number,
    "odd": _is_odd,
    "sequence": lambda value: isinstance(value, (str, list, tuple, range)),
    "string": lambda value: isinstance(value, str),
    "true": lambda value: value is True,
    "upper": lambda value: isinstance(value, str) and value.isupper(),
}

TESTS: dict[str, Callable[..., Any]] = {
    **{symbol: operation for symbol, (_, operation) in BINARY.items()},
    **{name: _present(test) for name, test in VALUE_TESTS.items()},
    "defined": lambda value: not isinstance(value, Missing),
    "undefined": lambda value: isinstance(value, Missing),
}
"""The tests, and the operators: the parser writes these as tests too."""
