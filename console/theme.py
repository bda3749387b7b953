"""How things look: four themes, and for each a palette of named looks that the widgets draw with.

A look never says anything alone: a glyph and a word stand beside every colour. `mono` has no colour at all, only bold, dim,
underline and reverse; `ansi` takes the terminal's own sixteen.
"""

from collections.abc import Mapping
from functools import cache
from typing import Final

from rich.style import Style
from textual.theme import Theme

DARK, LIGHT, ANSI, MONO = "dark", "light", "ansi", "mono"
NAMES: Final = (DARK, LIGHT, ANSI, MONO)

#: look -> one style a theme, in the order of NAMES
_LOOKS: Final[Mapping[str, tuple[str, str, str, str]]] = {
    "created": ("#8b949e", "#6e7781", "bright_black", "dim"),
    "queued": ("#8fa3bf", "#57606a", "cyan", "none"),
    "running": ("#58a6ff", "#0550ae", "bright_blue", "bold"),
    "retrying": ("#e3b341", "#7d4e00", "yellow", "bold"),
    "paused": ("#56d4dd", "#0e6a75", "cyan", "none"),
    "success": ("#56d364", "#116329", "green", "none"),
    "warning": ("#e3b341", "#7d4e00", "yellow", "underline"),
    "failed": ("bold #ff7b72", "bold #b3261e", "bold red", "bold reverse"),
    "skipped": ("#6e7681", "#8c959f", "bright_black", "dim"),
    "killed": ("#d2a8ff", "#6e40c9", "magenta", "bold"),
    "late": ("#f0883e", "#953800", "bright_yellow", "bold underline"),
    "dim": ("#8b949e", "#6e7781", "bright_black", "dim"),
    "accent": ("#79c0ff", "#0550ae", "bright_blue", "bold"),
    "strong": ("bold", "bold", "bold", "bold"),
    "key": ("bold #79c0ff", "bold #0550ae", "bold bright_blue", "bold"),
    "heading": ("bold #8b949e", "bold #57606a", "bold bright_black", "bold"),
    "cursor": ("on #264f78", "on #cfe4ff", "not dim default reverse", "not dim default reverse"),
    "cursor-blurred": ("on #21262d", "on #e6eaef", "underline", "underline"),
    "flash": ("on #3a3000", "on #fff3c4", "bold", "bold underline"),
    "edge": ("#6e7681", "#8c959f", "none", "none"),
    "edge-near": ("bold #79c0ff", "bold #0550ae", "bold bright_blue", "bold"),
    "frame": ("#8b949e", "#6e7781", "bright_black", "none"),
    "far": ("dim", "dim", "dim", "dim"),
    "code": ("#c9d1d9", "#24292f", "none", "none"),
    "number": ("#6e7681", "#8c959f", "bright_black", "dim"),
    "reverse": ("reverse", "reverse", "reverse", "reverse"),
    "none": ("none", "none", "none", "none"),
}


class Palette(dict[str, Style]):
    """Looks by name. Several names with blanks between are laid over each other; an unknown name is no look at all."""

    def __missing__(self, names: str) -> Style:
        words = names.split()
        made = Style.null() if len(words) < 2 else Style.combine(self[word] for word in words)
        self[names] = made
        return made


@cache
def palette(theme: str) -> Palette:
    """The looks of a theme; an unknown theme has those of `ansi`."""
    column = NAMES.index(theme) if theme in NAMES else NAMES.index(ANSI)
    return Palette({name: Style.parse(styles[column]) for name, styles in _LOOKS.items()})


def choose(environment: Mapping[str, str], wanted: str = "") -> str:
    """The theme that was asked for, else the one that this terminal can show. NO_COLOR wins over what COLORTERM says."""
    if wanted in NAMES:
        return wanted
    if environment.get("NO_COLOR"):
        return MONO
    if environment.get("TERM", "") in {"dumb", "vt100", "vt220"}:
        return MONO
    if environment.get("COLORTERM", "").lower() in {"truecolor", "24bit"}:
        return LIGHT if _is_light(environment.get("COLORFGBG", "")) else DARK
    return ANSI


def _is_light(colours: str) -> bool:
    """COLORFGBG is `foreground;background` as numbers of the sixteen; 7 and 15 are the whites."""
    return colours.rpartition(";")[2] in {"7", "15"}


_PLAIN: Final[Mapping[str, str]] = dict.fromkeys(
    (
        "ansi-background",
        "ansi-foreground",
        "block-cursor-foreground",
        "block-cursor-background",
        "border",
        "border-blurred",
        "input-cursor-background",
        "input-cursor-foreground",
        "input-selection-background",
        "input-selection-foreground",
        "screen-selection-background",
        "screen-selection-foreground",
        "scrollbar",
        "scrollbar-hover",
        "scrollbar-active",
        "scrollbar-background",
        "scrollbar-background-hover",
        "scrollbar-background-active",
        "scrollbar-corner-color",
    ),
    "ansi_default",
) | {"input-cursor-text-style": "reverse", "block-cursor-text-style": "reverse"}

THEMES: Final = (
    Theme(
        name=DARK,
        primary="#58a6ff",
        secondary="#8b949e",
        accent="#79c0ff",
        warning="#e3b341",
        error="#ff7b72",
        success="#56d364",
        foreground="#e6edf3",
        background="#0d1117",
        surface="#0d1117",
        panel="#161b22",
        variables={"scrollbar": "#30363d", "scrollbar-background": "#0d1117", "border": "#30363d"},
    ),
    Theme(
        name=LIGHT,
        primary="#0550ae",
        secondary="#57606a",
        accent="#0550ae",
        warning="#7d4e00",
        error="#b3261e",
        success="#116329",
        foreground="#1f2328",
        background="#ffffff",
        surface="#ffffff",
        panel="#f0f3f6",
        dark=False,
        variables={"scrollbar": "#c8ced5", "scrollbar-background": "#ffffff", "border": "#c8ced5"},
    ),
    Theme(
        name=ANSI,
        ansi=True,
        primary="ansi_bright_blue",
        secondary="ansi_cyan",
        accent="ansi_bright_blue",
        warning="ansi_yellow",
        error="ansi_red",
        success="ansi_green",
        foreground="ansi_default",
        background="ansi_default",
        surface="ansi_default",
        panel="ansi_default",
        boost="ansi_default",
        variables={**_PLAIN, "scrollbar": "ansi_bright_black", "border": "ansi_bright_black"},
    ),
    Theme(
        name=MONO,
        ansi=True,
        primary="ansi_default",
        secondary="ansi_default",
        accent="ansi_default",
        warning="ansi_default",
        error="ansi_default",
        success="ansi_default",
        foreground="ansi_default",
        background="ansi_default",
        surface="ansi_default",
        panel="ansi_default",
        boost="ansi_default",
        variables=dict(_PLAIN),
    ),
)
