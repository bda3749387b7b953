"""Where one can be, in words: `flows`, `executions state:failed`, `company.data.daily`, an execution's id."""

import difflib
import re
from dataclasses import dataclass
from typing import Final

PULSE, FLOWS, EXECUTIONS, PROBLEMS, TRIGGERS = "pulse", "flows", "executions", "problems", "triggers"
CONTAINERS, COMMANDS, SETTINGS = "containers", "commands", "settings"
FLOW, EXECUTION = "flow", "execution"

#: The screens of the first level, by their names and short names.
ROOTS: Final = (PULSE, FLOWS, EXECUTIONS, PROBLEMS, TRIGGERS, CONTAINERS, COMMANDS, SETTINGS)
SHORT: Final = {
    "home": PULSE,
    "f": FLOWS,
    "ex": EXECUTIONS,
    "runs": EXECUTIONS,
    "pr": PROBLEMS,
    "tr": TRIGGERS,
}

_FLOW_NAME = re.compile(r"[A-Za-z0-9][\w-]*(\.[A-Za-z0-9][\w-]*)+")
_EXECUTION_ID = re.compile(r"(?=.*\d)[0-9A-Za-z]{4,}")


@dataclass(frozen=True)
class Address:
    """One place."""

    kind: str = PULSE
    name: str = ""
    """NAMESPACE.FLOW, or an execution's id or a part of it."""
    filter: str = ""

    def __str__(self) -> str:
        return " ".join(word for word in (self.name or self.kind, self.filter) if word)

    @property
    def is_root(self) -> bool:
        return self.kind in ROOTS

    @property
    def flow(self) -> tuple[str, str]:
        """Namespace and id."""
        namespace, _, flow_id = self.name.rpartition(".")
        return namespace, flow_id


class NoAddress(ValueError):
    """Nothing is called so; the message names what comes near."""


def parse(text: str) -> Address:
    """Raises NoAddress."""
    word, _, rest = text.strip().partition(" ")
    kind = SHORT.get(word, word)
    if kind in ROOTS:
        return Address(kind, filter=rest.strip())
    if _FLOW_NAME.fullmatch(word):
        return Address(FLOW, word)
    if _EXECUTION_ID.fullmatch(word):
        return Address(EXECUTION, word)
    near = difflib.get_close_matches(word, ROOTS, 1)
    raise NoAddress(
        f"`{word}` is no screen, flow or execution" + (f"; did you mean `{near[0]}`?" if near else "")
    )
