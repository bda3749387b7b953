"""$EDITOR: which one, and how it is told to go to a line."""

import shlex
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

FALLBACKS = ("vim", "vi", "nano", "micro", "emacs")

#: How an editor is told the line and the column; the others are given the file alone.
PLACES: Mapping[str, str] = {
    "vi": "+{line}",
    "vim": "+call cursor({line},{column})",
    "nvim": "+call cursor({line},{column})",
    "nano": "+{line},{column}",
    "emacs": "+{line}:{column}",
    "emacsclient": "+{line}:{column}",
    "micro": "+{line}:{column}",
    "less": "+{line}",
}


def choose(environment: Mapping[str, str]) -> list[str]:
    """The command of $VISUAL or $EDITOR, else the first editor there is; empty where there is none."""
    named = environment.get("VISUAL") or environment.get("EDITOR")
    if named:
        return shlex.split(named)
    return next(([name] for name in FALLBACKS if shutil.which(name)), [])


def command(editor: Sequence[str], file: Path, line: int = 0, column: int = 1) -> list[str]:
    """The command line that opens a file, at a line where the editor can be told so."""
    name = Path(editor[0]).name
    if not line:
        return [*editor, str(file)]
    if name in {"code", "codium", "subl", "hx"}:
        goto = ["--goto"] if name in {"code", "codium"} else []
        return [*editor, *goto, f"{file}:{line}:{max(column, 1)}"]
    place = PLACES.get(name)
    return [*editor, *([place.format(line=line, column=max(column, 1))] if place else []), str(file)]
