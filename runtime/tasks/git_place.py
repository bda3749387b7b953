"""Puts a fresh clone where a task wants it: a directory that may hold other files already."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from runtime.errors import TaskFailed

SHOWN = 3  # names in a message


def place(clone: Path, target: Path) -> None:
    """Move all of it, `.git` first: what a move that was cut short left behind is then known as this clone's."""
    clashes = list(_clashes(clone, target))
    if clashes:
        more = f" and {len(clashes) - SHOWN} more" if len(clashes) > SHOWN else ""
        raise TaskFailed(
            f"the directory holds files that the repository has too: {', '.join(clashes[:SHOWN])}{more}",
            hint="Clone into a directory of its own (directory: NAME), or lay those files after the clone.",
        )
    target.mkdir(parents=True, exist_ok=True)
    _merge(clone, target)


def _clashes(clone: Path, target: Path) -> Iterator[str]:
    for parent, folders, names in os.walk(clone):
        here = Path(parent).relative_to(clone)
        for name in sorted(names):
            if os.path.lexists(target / here / name):
                yield str(here / name)
        for name in list(folders):
            other = target / here / name
            if other.is_symlink() or (other.exists() and not other.is_dir()):
                yield str(here / name)
            if not other.is_dir():
                folders.remove(name)


def _merge(source: Path, target: Path) -> None:
    for entry in sorted(source.iterdir(), key=lambda entry: entry.name != ".git"):
        other = target / entry.name
        if entry.is_dir() and not entry.is_symlink() and other.is_dir():
            _merge(entry, other)
        else:
            shutil.move(entry, other)


def remove_clone(target: Path, tracked: list[str]) -> None:
    """Take away an earlier clone: its tracked files, the directories that this empties, and `.git`."""
    parents = set()
    for name in tracked:
        path = target / name
        if path.parent.resolve().is_relative_to(target.resolve()) and not _is_folder(path):
            path.unlink(missing_ok=True)
        elif _is_folder(path):  # a submodule
            shutil.rmtree(path, ignore_errors=True)
        parents |= {parent for parent in path.parents if target in parent.parents}
    for parent in sorted(parents, reverse=True):
        if parent.is_dir() and not parent.is_symlink() and not any(parent.iterdir()):
            parent.rmdir()
    shutil.rmtree(target / ".git")


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()
