"""What commands print: results to stdout, the rest to stderr; colours only where a person looks."""

import json
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from runtime.errors import Failure
    from runtime.model.problem import Problem


WIDE = 10_000
"""Columns where nobody looks: a pipe gets each row on one line."""


def say(message: str) -> None:
    """To the person, not to the pipe."""
    print(message, file=sys.stderr, flush=True)  # noqa: T201


def result(text: str) -> None:
    print(text, flush=True)  # noqa: T201


def as_json(value: Any) -> None:
    """One object, indented; times RFC 3339."""
    result(json.dumps(msgspec.to_builtins(value), indent=2, ensure_ascii=False))


def complain(failure: "Failure") -> None:
    say(f"flowdeck: {failure.message or type(failure).__doc__}")
    if failure.hint:
        say(f"  {failure.hint}")


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], *, empty: str = "") -> None:
    """Aligned columns; where there is no row, `empty` says why to stderr."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    rows = list(rows)
    if not rows:
        say(empty)
        return
    made = Table(*columns, box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for row in rows:
        made.add_row(*row)
    width = None if sys.stdout.isatty() else WIDE
    Console(width=width, highlight=False).print(made)


def coloured(state: str) -> str:
    """A state in rich's markup."""
    from console.render.states import RICH_STYLES

    return f"[{RICH_STYLES.get(state, 'default')}]{state}[/]"


def moment(at: datetime | None) -> str:
    return at.astimezone().strftime("%Y-%m-%d %H:%M:%S") if at else ""


def problem_line(file: str, problem: "Problem") -> str:
    """As compilers print it, so that editors jump to it."""
    where = f"{file}:{problem.line}:{problem.column}" if problem.line else file
    hint = f" ({problem.hint})" if problem.hint else ""
    return f"{where}: {problem.severity.value}: {problem.message}{hint}"
