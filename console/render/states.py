"""The vocabulary of states: for each a glyph, a word and the name of a look, so that colour never speaks alone.

Keys are plain strings: the states of executions and task runs in capitals, dbt's own node statuses in lower case.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Look:
    """How one state is shown."""

    glyph: str
    """One cell wide."""
    ascii: str
    """The same for terminals that have only ASCII."""
    word: str
    style: str
    """A name of the theme's palette."""


CREATED: Final = Look("·", ".", "created", "created")
QUEUED: Final = Look("◌", "o", "queued", "queued")
RUNNING: Final = Look("▶", ">", "running", "running")
PAUSED: Final = Look("⏸", "=", "paused", "paused")
RETRYING: Final = Look("↻", "~", "retrying", "retrying")
SUCCESS: Final = Look("✔", "+", "success", "success")
WARNING: Final = Look("!", "!", "warning", "warning")
FAILED: Final = Look("✖", "X", "failed", "failed")
SKIPPED: Final = Look("⊘", "-", "skipped", "skipped")
KILLED: Final = Look("■", "#", "killed", "killed")
LATE: Final = Look("⏱", "L", "late", "late")


def _named(look: Look, word: str) -> Look:
    return Look(look.glyph, look.ascii, word, look.style)


LOOKS: Final[Mapping[str, Look]] = {
    "CREATED": CREATED,
    "QUEUED": QUEUED,
    "SUBMITTED": _named(QUEUED, "submitted"),
    "RUNNING": RUNNING,
    "PAUSED": PAUSED,
    "BREAKPOINT": _named(PAUSED, "breakpoint"),
    "RETRYING": RETRYING,
    "RESTARTED": _named(RETRYING, "restarted"),
    "KILLING": _named(KILLED, "killing"),
    "SUCCESS": SUCCESS,
    "WARNING": WARNING,
    "SKIPPED": SKIPPED,
    "FAILED": FAILED,
    "KILLED": KILLED,
    "CANCELLED": _named(KILLED, "cancelled"),
    "RETRIED": Look("↻", "~", "retried", "skipped"),
    "RESUBMITTED": Look("↻", "~", "resubmitted", "skipped"),
    "LATE": LATE,
    # dbt: while a node is at work, then as run_results.json has it
    "queued": QUEUED,
    "started": _named(RUNNING, "started"),
    "compiling": _named(RUNNING, "compiling"),
    "executing": _named(RUNNING, "executing"),
    "success": SUCCESS,
    "pass": _named(SUCCESS, "pass"),
    "no-op": _named(SUCCESS, "no-op"),
    "reused": _named(SUCCESS, "reused"),
    "warn": _named(WARNING, "warn"),
    "partial success": _named(WARNING, "partial"),
    "error": _named(FAILED, "error"),
    "runtime error": _named(FAILED, "error"),
    "fail": _named(FAILED, "fail"),
    "skipped": SKIPPED,
}

#: state -> a style in rich's words, from the terminal's own sixteen colours: for plain commands, which have no theme
RICH_STYLES: Final[Mapping[str, str]] = {
    state: {
        "created": "bright_black",
        "queued": "cyan",
        "running": "bright_blue",
        "paused": "cyan",
        "retrying": "yellow",
        "success": "green",
        "warning": "yellow",
        "failed": "bold red",
        "skipped": "bright_black",
        "killed": "magenta",
        "late": "bright_yellow",
    }[look.style]
    for state, look in LOOKS.items()
}


def look(state: str) -> Look:
    """The look of a state; one that nobody told us of is shown by its own word."""
    return LOOKS.get(state) or Look("?", "?", state.lower(), "none")
