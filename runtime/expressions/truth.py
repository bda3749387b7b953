"""What a rendered condition means (`runIf`, `If.condition`, ...): null is neither true nor false."""

from typing import Any

from runtime.expressions.text import text

FALSE = frozenset({"false", "0", "-0", ""})
"""All else is true: `"no"`, `"False"` and `"null"` too."""


def truth(value: Any) -> bool | None:
    """True, False, or None for null."""
    return None if value is None else text(value).strip() not in FALSE


def is_truthy(value: Any) -> bool:
    return truth(value) is True


def is_falsy(value: Any) -> bool:
    return truth(value) is False
