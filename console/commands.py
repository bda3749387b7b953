"""The `:` command line: what a line means, and what an unfinished one could become."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from console.models.address import ROOTS, SHORT, Address, NoAddress
from console.models.address import parse as parse_address
from console.theme import NAMES


@dataclass(frozen=True)
class Go:
    """Go to a place."""

    address: Address


@dataclass(frozen=True)
class Do:
    """Take an action of the registry."""

    action: str


@dataclass(frozen=True)
class Wear:
    """Change the theme."""

    theme: str


Command = Go | Do | Wear

#: word -> action
_ACTIONS: Final = {
    "q": "app.quit",
    "quit": "app.quit",
    "help": "app.help",
    "h": "app.help",
    "messages": "app.messages",
}
_THEME = "theme"


class BadCommand(ValueError):
    """The line is no command; the message says what would be."""


def parse(line: str) -> Command:
    """Raises BadCommand."""
    word, _, rest = line.strip().removeprefix(":").strip().partition(" ")
    if not word:
        raise BadCommand("write a screen, NAMESPACE.FLOW, an execution's id, or q")
    if word in _ACTIONS:
        return Do(_ACTIONS[word])
    if word == _THEME:
        return _wear(rest.strip())
    try:
        return Go(parse_address(f"{word} {rest}"))
    except NoAddress as none:
        near = difflib.get_close_matches(word, [*ROOTS, *_ACTIONS, _THEME], 1)
        raise BadCommand(f"did you mean `:{near[0]}`? `{word}` is nothing" if near else str(none)) from None


def _wear(theme: str) -> Wear:
    if theme not in NAMES:
        raise BadCommand(f"`:theme` takes {', '.join(NAMES)}")
    return Wear(theme)


def complete(line: str, flows: Iterable[str]) -> str | None:
    """The line with its word finished: the first of the commands, then of the flows, that begins so."""
    if not line:
        return None
    words = [*ROOTS, *_ACTIONS, *(f"{_THEME} {name}" for name in NAMES), *SHORT, *flows]
    return next((word for word in words if word.startswith(line) and word != line), None)
