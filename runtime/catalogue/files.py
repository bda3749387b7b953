"""Which files below a directory are flow files, and whether one has changed since it was looked at.

Left out are hidden files and directories, what editors write beside a file, what dbt and others build, and directories that
hold a dbt_project.yml: dbt's own files are YAML too. Links are followed, loops are not.
"""

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

SUFFIXES = frozenset({".yaml", ".yml"})
SKIPPED = frozenset({"target", "dbt_packages", "node_modules", "__pycache__"})
PROJECT = "dbt_project.yml"

Signature: TypeAlias = tuple[int, int, int, int]
"""Device, inode, size and time of the last change: where one differs, the file has changed."""

NOWHERE: Signature = (0, 0, -1, 0)
"""Of a link whose target does not exist."""


@dataclass
class Listing:
    """What a directory holds at one moment."""

    files: dict[str, Signature] = field(default_factory=dict)
    """Relative path -> signature, in the order of paths."""
    closed: list[str] = field(default_factory=list)
    """Directories that can't be looked into now: nothing is known of their files."""

    def is_gone(self, file: str) -> bool:
        return file not in self.files and not any(file.startswith(f"{place}/") for place in self.closed)


def listing(directory: Path) -> Listing:
    """A directory that is not there has no files. Raises OSError where one that is there can't be read."""
    found = Listing()
    try:
        found.files = dict(sorted(_below(directory, "", set(), found.closed)))
    except (FileNotFoundError, NotADirectoryError):
        return Listing()
    return found


def _below(
    place: Path, prefix: str, seen: set[tuple[int, int]], closed: list[str]
) -> Iterator[tuple[str, Signature]]:
    here = place.stat()
    if (here.st_dev, here.st_ino) in seen:
        return
    seen.add((here.st_dev, here.st_ino))
    with os.scandir(place) as scan:
        entries = sorted((entry for entry in scan if _is_visible(entry.name)), key=lambda entry: entry.name)
    if prefix and any(entry.name == PROJECT for entry in entries):
        return
    for entry in entries:
        if entry.is_dir():
            try:
                yield from _below(Path(entry.path), f"{prefix}{entry.name}/", seen, closed)
            except FileNotFoundError:
                continue
            except OSError:
                closed.append(f"{prefix}{entry.name}")
        elif Path(entry.name).suffix in SUFFIXES and (found := _signature(entry)) is not None:
            yield f"{prefix}{entry.name}", found


def _signature(entry: "os.DirEntry[str]") -> Signature | None:
    try:
        status = entry.stat()
    except OSError:
        return NOWHERE if entry.is_symlink() else None
    if not stat.S_ISREG(status.st_mode):  # who opens a pipe waits until somebody writes to it
        return None
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def _is_visible(name: str) -> bool:
    return not name.startswith((".", "#")) and not name.endswith("~") and name not in SKIPPED


def is_flow_file(path: Path, directory: Path) -> bool:
    """Whether a file of this path would be found."""
    try:
        parts = path.relative_to(directory).parts
    except ValueError:
        return False
    above = [directory.joinpath(*parts[:depth]) for depth in range(1, len(parts))]
    return (
        path.suffix in SUFFIXES
        and all(_is_visible(part) for part in parts)
        and not any((place / PROJECT).exists() for place in above)
    )


def write(path: Path, text: str) -> None:
    """Whole or not at all; what links to the file and its permissions stay."""
    target = path.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
    try:
        with beside.open("x", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileNotFoundError):
            beside.chmod(stat.S_IMODE(target.stat().st_mode))
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)


def flow_files(directory: Path) -> Iterator[Path]:
    """The flow files below a directory."""
    return (directory / file for file in listing(directory).files)
