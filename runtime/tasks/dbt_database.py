"""Databases that are files: one in the working directory ends with it, and what was built in it is gone then."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from runtime.tasks.dbt_toolchain import adapters_of

FILES: Final = frozenset({"duckdb", "sqlite"})
_PATH: Final = re.compile(r"(?:^|[\s{,])path:\s*[\"']?([^\"',}\n]+)", re.MULTILINE)


def missing(profiles: Iterable[str], directory: Path, project: Path) -> str:
    """The name of a database file that the profiles say, and that is not there; empty where all are, or none is a file."""
    for text in profiles:
        if FILES.isdisjoint(adapters_of(text)):
            continue
        for found in _PATH.findall(text):
            path: str = found.strip()
            if not _is_somewhere(path, directory, project):
                return path
    return ""


def _is_somewhere(path: str, directory: Path, project: Path) -> bool:
    """What is no plain path (MotherDuck, a template, memory) is taken to be there, but for memory."""
    if path == ":memory:":
        return False
    if "{{" in path or ":" in path:
        return True
    return any((place / path).exists() for place in (directory, project))
