"""Files of items: a value a line, as JSON. What is read may be Ion too, or CSV with a line of names, by the file's ending.

flowdeck writes such files as JSON lines whatever they are called: each JSON value is Ion text as well.
"""

import csv
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from runtime.errors import ExpressionFailed, TaskFailed
from runtime.expressions.ion import from_ion
from runtime.expressions.text import to_json
from runtime.tasks.splitting import lines


def read(path: Path) -> Iterator[Any]:
    """The items; TaskFailed names the line that is none."""
    if path.suffix.lower() == ".csv":
        yield from _rows(path)
        return
    with path.open("rb") as file:
        for number, line in enumerate(lines(file), 1):
            if line.strip():
                yield item(line, number)


def item(line: bytes, number: int) -> Any:
    """A line's value, as JSON or Ion."""
    try:
        return json.loads(line)
    except ValueError:
        pass
    try:
        return from_ion(line.decode("utf-8", "replace"))
    except ExpressionFailed:
        raise TaskFailed(f"line {number} of the file is neither JSON nor Ion: {line[:60]!r}") from None


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
        try:
            yield from csv.DictReader(file, restkey="_more", restval="")
        except csv.Error as error:
            raise TaskFailed(f"the file is no CSV: {error}") from None


def written(items: Iterable[Any]) -> Iterator[bytes]:
    """The lines of a file of items."""
    for item in items:
        yield f"{to_json(item, nulls=True)}\n".encode()


def names(item: Any) -> dict[str, Any]:
    """What a template sees of an item: its fields by their names, and all of it as `item`."""
    return {"item": item, **(item if isinstance(item, dict) else {})}
