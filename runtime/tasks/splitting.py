"""One file of lines as several: so many lines each, so many bytes each, dealt out to a number of files, or by what a pattern finds."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec

from runtime.errors import TaskFailed
from runtime.expressions import regex

SIZE = re.compile(r"(\d+)\s*(?:([KMGT])i?)?B?", re.IGNORECASE)
POWERS = {"": 0, "K": 1, "M": 2, "G": 3, "T": 4}
CHUNK = 1 << 20  # bytes
MOST_FILES = 100_000
MOST_OPEN = 200  # files at once


class Split(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """How a file is split: exactly one of `rows`, `bytes`, `partitions` and `regexPattern`."""

    rows: int | None = None
    """Lines a file."""
    bytes: str | None = None
    """Bytes a file, at least: `10MB`. A line stays whole."""
    partitions: int | None = None
    """How many files: the lines are dealt out to them in turn."""
    regex_pattern: str | None = None
    """Lines with the same first group go into the same file; those that do not match are left out."""
    separator: str = "\n"
    """What ends a line."""


def split(source: Path, how: Split, into: Path) -> list[Path]:
    """The parts, written below the directory `into`, in order. An empty file has none."""
    into.mkdir(parents=True, exist_ok=True)
    suffix = source.suffix or ".tmp"
    separator = how.separator.encode() or b"\n"
    with source.open("rb") as file, _Parts(into, suffix, separator) as parts:
        for line in lines(file, separator):
            _deal(line.removesuffix(b"\r") if separator == b"\n" else line, how, parts)
    return parts.paths


def lines(file: BinaryIO, separator: bytes = b"\n") -> Iterator[bytes]:
    """The lines, without what ends them."""
    rest = b""
    while chunk := file.read(CHUNK):
        *whole, rest = (rest + chunk).split(separator)
        yield from whole
    if rest:
        yield rest


def size_in_bytes(written: str) -> int:
    """`10MB` in bytes; a kilobyte has 1,024."""
    match = SIZE.fullmatch(written.strip())
    if match is None or not int(match[1]):
        raise TaskFailed(f"`bytes`: {written!r} is no size: 500, 10KB or 25MB")
    size: int = int(match[1]) * 1024 ** POWERS[(match[2] or "").upper()]
    return size


class _Parts:
    """The files that lines are written to, by key."""

    def __init__(self, into: Path, suffix: str, separator: bytes) -> None:
        self.paths: list[Path] = []
        self.rows = self.size = self.dealt = 0
        self._into, self._suffix, self._separator = into, suffix, separator
        self._by_key: dict[str, Path] = {}
        self._open: dict[str, BinaryIO] = {}

    def __enter__(self) -> "_Parts":
        return self

    def __exit__(self, *reason: object) -> None:
        self._close()

    def begin(self) -> None:
        """Further lines go into files of their own."""
        self._close()
        self._by_key.clear()
        self.rows = self.size = 0

    def write(self, line: bytes, key: str = "") -> None:
        file = self._open.get(key) or self._opened(key)
        self.rows += 1
        self.dealt += 1
        self.size += file.write(line + self._separator)

    def _opened(self, key: str) -> BinaryIO:
        if len(self._open) >= MOST_OPEN:
            self._close()
        self._open[key] = file = self._place(key).open("ab")
        return file

    def _place(self, key: str) -> Path:
        if key not in self._by_key:
            if len(self.paths) >= MOST_FILES:
                raise TaskFailed(f"the file would be split into more than {MOST_FILES:,}")
            self._by_key[key] = self._into / f"part-{len(self.paths):05}{self._suffix}"
            self.paths.append(self._by_key[key])
        return self._by_key[key]

    def _close(self) -> None:
        for file in self._open.values():
            file.close()
        self._open.clear()


def _deal(line: bytes, how: Split, parts: _Parts) -> None:
    if how.regex_pattern is not None:
        key = regex.search(line.decode("utf-8", "replace"), how.regex_pattern, 1)
        if key is not None:
            parts.write(line, key)
    elif how.bytes is not None:
        if parts.size >= size_in_bytes(how.bytes):
            parts.begin()
        parts.write(line)
    elif how.partitions is not None:
        parts.write(line, str(parts.dealt % _positive("partitions", how.partitions)))
    elif how.rows is not None:
        if parts.rows >= _positive("rows", how.rows):
            parts.begin()
        parts.write(line)
    else:
        raise TaskFailed("one of `rows`, `bytes`, `partitions` and `regexPattern` is needed")


def _positive(name: str, number: int) -> int:
    if number < 1:
        raise TaskFailed(f"`{name}` must be at least 1, and is {number}")
    return number
