"""The filter of lists: `nightly state:failed !dev /orders_\\d+/` is words (letters in order), a field, a word that must not be
there, and a regular expression. All must hold."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

#: Other names of fields.
ALIASES: Final = {"s": "state", "status": "state", "n": "ns", "namespace": "ns", "f": "flow", "label": "tag"}

Test = Callable[[str, Mapping[str, str]], bool]
"""Whether a text with its fields passes."""

_TERM = re.compile(r"!?/(?:[^/\\]|\\.)*/|\S+")


@dataclass(frozen=True)
class Filter:
    """A filter that was typed; an unfinished one passes everything that it does not understand yet."""

    text: str = ""
    known: frozenset[str] = field(default=frozenset({"state", "ns", "flow", "tag", "parent"}))
    """The names of fields that may stand before a colon; another word with a colon is a word."""

    @cached_property
    def terms(self) -> tuple[str, ...]:
        return tuple(_TERM.findall(self.text))

    @cached_property
    def _tests(self) -> tuple[Test, ...]:
        return tuple(self._test(term) for term in self.terms)

    def __bool__(self) -> bool:
        return bool(self.terms)

    def passes(self, text: str, fields: Mapping[str, str]) -> bool:
        lower = text.lower()
        return all(test(lower, fields) for test in self._tests)

    def values(self, name: str) -> tuple[str, ...]:
        """What is wanted of one field."""
        split = (self.split(term) for term in self.terms)
        return tuple(value for field_name, value in split if field_name == name and value)

    def split(self, term: str) -> tuple[str, str]:
        """A term's field and value; no field is an empty one."""
        name, colon, value = term.partition(":")
        name = ALIASES.get(name, name)
        return (name, value) if colon and name in self.known else ("", term)

    def _test(self, term: str) -> Test:
        if term.startswith("!") and len(term) > 1:
            inner = self._test(term[1:]) if term[1] == "/" or ":" in term else _has(term[1:])
            return lambda text, fields: not inner(text, fields)
        if len(term) > 2 and term.startswith("/") and term.endswith("/"):
            return _matches(term[1:-1])
        name, value = self.split(term)
        if name:
            return lambda text, fields: value.lower() in fields.get(name, "").lower()
        return lambda text, fields: in_order(term.lower(), text)


def _has(word: str) -> Test:
    return lambda text, fields: word.lower() not in {"", "!"} and word.lower() in text


def _matches(pattern: str) -> Test:
    try:
        found = re.compile(pattern, re.IGNORECASE)
    except re.error:
        return lambda text, fields: True
    return lambda text, fields: bool(found.search(text))


def in_order(letters: str, text: str) -> bool:
    """Whether all letters come in this order, as in fuzzy finders."""
    start = 0
    for letter in letters:
        start = text.find(letter, start) + 1
        if not start:
            return False
    return True


def score(letters: str, text: str) -> int | None:
    """How well it matches, the lower the better; None where it does not. A whole run beats scattered letters, an early one a late one."""
    letters, text = letters.lower(), text.lower()
    if not letters:
        return 0
    if (place := text.find(letters)) >= 0:
        return place
    if not in_order(letters, text):
        return None
    first = text.find(letters[0])
    return 1000 + first + len(text)
