"""One word of the language."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Word:
    """A filter, function, test, operator or tag."""

    name: str
    usage: str
    """With its arguments, as they are called."""
    text: str
    example: str = ""
    """A template."""
    result: str = ""
    """What the example renders to; empty where that depends on the world."""
    also: tuple[str, ...] = ()
    """Other names of the same."""


def words(rows: Iterable[tuple[str, ...]]) -> tuple[Word, ...]:
    """Usage, text, example and result a row; the name is what the usage begins with, and others follow it after a `/`."""
    return tuple(_word(*row) for row in rows)


def _word(usage: str, text: str, example: str = "", result: str = "") -> Word:
    named, *also = usage.partition("(")[0].split(" / ")
    arguments = usage.partition("(")[1:]
    return Word(named, named + "".join(arguments), text, example, result, tuple(also))
