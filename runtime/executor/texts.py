"""Text that can be kept: a file name that is no UTF-8 comes into Python with surrogates, which no database takes."""

from typing import Any


def sound(value: Any) -> Any:
    """The same value with every lone surrogate replaced, in keys too."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {sound(key): sound(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [sound(item) for item in value]
    return value
