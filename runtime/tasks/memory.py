"""What one task of one flow keeps between its executions: caches, which nothing depends on but time."""

import contextlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import msgspec

V = TypeVar("V")


class Memory:
    """Values by name, this task's alone; another namespace never sees them, and no secret is ever written to them."""

    def __init__(self, directory: Path, has_secret: Callable[[str], bool]) -> None:
        self._directory = directory
        self._has_secret = has_secret

    def recall(self, name: str, kind: type[V]) -> V | None:
        """None where there is none: a disk that is full or broken, or an older flowdeck's value, costs time, not the task."""
        with contextlib.suppress(OSError, msgspec.DecodeError):
            return msgspec.msgpack.decode((self._directory / name).read_bytes(), type=kind)
        return None

    def keep(self, name: str, value: Any) -> bool:
        """Replace what was kept, at once or not at all; False where it holds a secret, or can't be written."""
        content = msgspec.msgpack.encode(value)
        if self._has_secret(content.decode("utf-8", errors="surrogateescape")):
            return False
        with contextlib.suppress(OSError):
            self._replace(self._directory / name, content)
            return True
        return False

    def _replace(self, place: Path, content: bytes) -> None:
        self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile(dir=self._directory, delete=False) as file:
            file.write(content)
        os.replace(file.name, place)  # noqa: PTH105 - the two names stand side by side
