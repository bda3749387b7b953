"""Files on their way in: sent in parts by a face, and taken over by the execution whose input they become."""

import secrets
from datetime import datetime
from pathlib import Path

from runtime.errors import FileNotFound, InvalidRequest

PREFIX = "kestra:///_uploads/"
"""No namespace begins with an underscore."""


class Uploads:
    """Each in a directory of its own, with the name that it came with."""

    def __init__(self, root: Path) -> None:
        self._root = root / "_uploads"

    def begin(self, name: str) -> str:
        """An empty file; returns its address."""
        plain = Path(name).name
        if plain in {"", ".", ".."} or not plain.isprintable():
            raise InvalidRequest(f"{name!r} is no name of a file")
        directory = self._root / secrets.token_hex(8)
        directory.mkdir(parents=True, mode=0o700)
        (directory / plain).touch(mode=0o600)
        return f"{PREFIX}{directory.name}/{plain}"

    def append(self, address: str, content: bytes) -> int:
        """Add to the end; returns the size by now."""
        with self.locate(address).open("ab") as file:
            file.write(content)
            return file.tell()

    def locate(self, address: str) -> Path:
        token, _, name = address.removeprefix(PREFIX).partition("/")
        if not address.startswith(PREFIX) or not token.isalnum() or Path(name).name != name:
            raise InvalidRequest(f"`{address}` is no address of an upload")
        path = self._root / token / name
        if not path.is_file():
            raise FileNotFound(
                f"there is no upload `{address}`", hint="it was used, or is too old: send it again"
            )
        return path

    def drop(self, address: str) -> None:
        path = self.locate(address)
        path.unlink()
        path.parent.rmdir()

    def drop_older(self, than: datetime) -> int:
        """Those that nothing came of; returns how many."""
        limit = than.timestamp()
        stale = [path for path in self._root.glob("*/*") if path.stat().st_mtime < limit]
        for path in stale:
            path.unlink()
            path.parent.rmdir()
        return len(stale)
