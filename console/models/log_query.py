"""The filter of logs: `deadlock !retry /stg_\\w+/ level:warn task:build`. All terms must hold; words are looked for as they stand,
without regard to case."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from console.models.log import LEVELS

_TERM: Final = re.compile(r"!?/(?:[^/\\]|\\.)+/|\S+")
_COLOUR: Final = re.compile(r"\x1b\[[0-9;]*m")

#: What people write -> the runtime's word.
_LEVELS: Final = {"error": "ERROR", "warn": "WARN", "warning": "WARN", "info": "INFO", "debug": "DEBUG", "trace": "TRACE"}  # fmt: skip

Test = Callable[[str, str], bool]
"""Whether a line's text and its task's name pass."""


@dataclass(frozen=True)
class Query:
    """A filter that was typed; an unfinished term passes everything."""

    text: str = ""

    def __bool__(self) -> bool:
        return bool(self._terms)

    @cached_property
    def _terms(self) -> tuple[str, ...]:
        return tuple(_TERM.findall(self.text))

    @cached_property
    def least(self) -> int:
        """The least level that passes, as an index of LEVELS."""
        found = [
            _LEVELS.get(term.partition(":")[2].lower()) for term in self._terms if _field(term) == "level"
        ]
        return max((LEVELS.index(level) for level in found if level), default=0)

    @cached_property
    def _tests(self) -> tuple[Test, ...]:
        return tuple(test for term in self._terms if (test := _test(term)) is not None)

    @cached_property
    def _marks(self) -> tuple[re.Pattern[str], ...]:
        """What is lit in a line that passes."""
        shown = [term for term in self._terms if not term.startswith("!") and not _field(term)]
        return tuple(pattern for term in shown if (pattern := _pattern(term)) is not None)

    def passes(self, text: str, task: str, level: int) -> bool:
        """Whether a line is one of those that are looked for."""
        return level >= self.least and all(test(plain(text), task) for test in self._tests)

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where in a text without colours something was found."""
        return [found.span() for pattern in self._marks for found in pattern.finditer(text) if found.group()]


def plain(text: str) -> str:
    """Without colours."""
    return _COLOUR.sub("", text) if "\x1b" in text else text


def _field(term: str) -> str:
    name, colon, _ = term.removeprefix("!").partition(":")
    return name if colon and name in {"level", "task"} else ""


def _test(term: str) -> Test | None:
    if _field(term) == "level":
        return None
    if term.startswith("!") and len(term) > 1:
        inner = _test(term[1:])
        return None if inner is None else lambda text, task: not inner(text, task)
    if _field(term) == "task":
        wanted = term.partition(":")[2].lower()
        return lambda text, task: wanted in task.lower()
    pattern = _pattern(term)
    return None if pattern is None else lambda text, task: pattern.search(text) is not None


def _pattern(term: str) -> re.Pattern[str] | None:
    if len(term) > 2 and term.startswith("/") and term.endswith("/"):
        try:
            return re.compile(term[1:-1], re.IGNORECASE)
        except re.error:
            return None
    return None if term in {"!", "/"} else re.compile(re.escape(term), re.IGNORECASE)
