"""Conditions: what a rendered text means."""

from typing import Any

import pytest

from runtime.expressions import is_falsy, is_truthy, truth

CASES: list[tuple[Any, bool | None]] = [
    ("true", True),
    ("false", False),
    (" false\n", False),
    ("0", False),
    ("-0", False),
    ("", False),
    ("  ", False),
    ("no", True),
    ("False", True),
    ("null", True),
    ("0.0", True),
    (True, True),
    (False, False),
    (0, False),
    (1, True),
    ([], True),
    (None, None),
]


@pytest.mark.parametrize(("value", "meaning"), CASES)
def test_a_condition_is_true_false_or_neither(value: Any, meaning: bool | None) -> None:
    assert truth(value) is meaning
    assert is_truthy(value) is (meaning is True)
    assert is_falsy(value) is (meaning is False)
