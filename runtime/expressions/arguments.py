"""Arguments by the names that Kestra gives them, for functions that follow Python's manner of naming."""

from collections.abc import Callable
from functools import wraps
from typing import Any


def arguments(**spelling: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """`@arguments(timeZone="zone")`: a template may write `timeZone=...` for the parameter `zone`."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            if kwargs:
                kwargs = {spelling.get(name, name): value for name, value in kwargs.items()}
            return function(*args, **kwargs)

        return call

    return decorate
