"""Namespace files: one directory a namespace, for what several flows use. A setting may point a namespace at a directory of
one's own, a git checkout for example: its files are the namespace's then."""

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from urllib.parse import quote

from runtime.errors import FileNotFound, InvalidRequest
from runtime.store import atomic

FOLDER = "_files"
"""Below the namespace's own directory in the internal storage; no flow can have this id."""

HIDDEN = frozenset({".git"})
"""Directories that are never a part of a namespace's files."""


class NamespaceFiles:
    """The files of all namespaces, by namespace and relative name."""

    def __init__(self, root: Path, checkouts: Mapping[str, Path] | None = None) -> None:
        self._root = root
        self._checkouts = dict(checkouts or {})

    def directory(self, namespace: str) -> Path:
        """Where the files of a namespace lie; it need not exist."""
        if (chosen := self._checkouts.get(namespace)) is not None:
            return chosen
        return self._root.joinpath(*_parts(namespace), FOLDER)

    def namespaces(self) -> list[str]:
        """Those that have a directory."""
        kept = (path.parent.relative_to(self._root).parts for path in self._root.rglob(FOLDER))
        return sorted({".".join(parts) for parts in kept if FOLDER not in parts} | set(self._checkouts))

    def address(self, namespace: str, name: str) -> str:
        """By which tasks and templates find a file."""
        return f"kestra:///{'/'.join(_parts(namespace))}/{FOLDER}/{quote(str(_relative(name)))}"

    def list(self, namespace: str) -> list[str]:
        """Relative names, sorted."""
        return sorted(walk(self.directory(namespace)))

    def locate(self, namespace: str, name: str) -> Path:
        """The file, for reading. Raises FileNotFound."""
        path = self.place(namespace, name)
        if not path.is_file():
            raise FileNotFound(
                f"the namespace {namespace} has no file `{_relative(name)}`",
                hint=f"`flowdeck namespace files list {namespace}` shows what is there",
            )
        return path

    def put(self, namespace: str, name: str, source: Path | bytes | Iterable[bytes]) -> str:
        """Keep a copy; returns its address. What had the name is replaced, at once and whole."""
        target = self.place(namespace, name)
        if target.is_dir():
            raise InvalidRequest(f"`{_relative(name)}` is a directory of the namespace {namespace}")
        try:
            atomic.write(source, target, mode=0o600 if namespace not in self._checkouts else 0o644)
        except (FileExistsError, NotADirectoryError):
            raise InvalidRequest(f"`{_relative(name)}`: a file stands where a directory is wanted") from None
        return self.address(namespace, name)

    def delete(self, namespace: str, name: str, *, empty_folders: bool = True) -> bool:
        """Whether there was such a file; with `empty_folders` the directories that this empties go too."""
        path, base = self.place(namespace, name), self.directory(namespace)
        if not path.is_file():
            return False
        path.unlink()
        if empty_folders:
            for folder in path.parents:
                if folder == base or any(folder.iterdir()):
                    break
                folder.rmdir()
        return True

    def place(self, namespace: str, name: str) -> Path:
        """Where a file of this name is, or would be. Raises InvalidRequest for a name that leads elsewhere."""
        base, relative = self.directory(namespace), _relative(name)
        path = base / relative
        if not path.resolve().is_relative_to(base.resolve()) or HIDDEN & set(relative.parts):
            raise InvalidRequest(f"`{name}` leads out of the files of the namespace {namespace}")
        return path


def _parts(namespace: str) -> list[str]:
    parts = namespace.split(".")
    if not all(parts) or any("/" in part or "\0" in part for part in parts):
        raise InvalidRequest(f"`{namespace}` is no namespace")
    return parts


def _relative(name: str) -> PurePosixPath:
    """The name of a file as all ways of writing it come to: `/a.sql`, `a.sql` and `./a.sql` are one."""
    path = PurePosixPath(name.lstrip("/"))
    if path == PurePosixPath() or ".." in path.parts or not name.isprintable():
        raise InvalidRequest(
            f"{name!r} is no name of a file: one relative to the namespace's files is wanted"
        )
    return path


def walk(directory: Path) -> Iterator[str]:
    """The relative names of the files below; a repository's history is not among them, nor what lies outside."""
    root = directory.resolve()
    for parent, folders, names in os.walk(directory):
        folders[:] = [folder for folder in folders if folder not in HIDDEN]
        for name in names:
            path = Path(parent, name)
            if name.startswith(atomic.PART):
                continue
            if path.is_file() and path.resolve().is_relative_to(root) and name.isprintable():
                yield path.relative_to(directory).as_posix()
