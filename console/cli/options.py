"""The options that every command takes, before and after its name: --data, --flows, --socket, --json."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from runtime.connect import Settings

WITH_VALUE = frozenset({"--data", "--flows", "--socket"})
FLAGS = frozenset({"--json"})


@dataclass(frozen=True)
class Options:
    """What stood on the command line."""

    data: Path | None = None
    flows: Path | None = None
    socket: Path | None = None
    json: bool = False

    def settings(self, **others: Any) -> "Settings":
        from runtime.connect import settings

        return settings(data=self.data, flows=self.flows, socket=self.socket, **others)


def hoist(arguments: Sequence[str]) -> list[str]:
    """Bring the global options to the front, wherever they stand; what follows `--` stays."""
    front: list[str] = []
    rest: list[str] = []
    words = iter(arguments)
    for word in words:
        name = word.partition("=")[0]
        if word == "--":
            rest += [word, *words]
        elif word in FLAGS or (name in WITH_VALUE and "=" in word):
            front.append(word)
        elif word in WITH_VALUE:
            front += [word, *([value] if (value := next(words, None)) is not None else [])]
        else:
            rest.append(word)
    return front + rest
