"""Logs are files first: one append-only text file an attempt, `<time> <LEVEL> <message>` a line, for `tail -f`, `grep` and `less` too."""

import heapq
import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from runtime.model.views import LogLine
from runtime.store import log_index

LONGEST = 64 * 1024
"""Characters of one line that are kept."""

_UNSAFE = re.compile(
    r"\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?"  # what sets titles, clipboards and links
    r"|\x1b\[(?![0-9;]*m)[0-?]*[ -/]*[@-~]?"  # what moves the cursor or clears; colours stay
    r"|\x1b(?!\[)[ -/]*[0-~]?"
    r"|[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f\x80-\x9f\u2028\u2029]"
)


def safe(text: str) -> str:
    """Without what could take hold of a terminal: control sequences other than colours, and control characters."""
    kept = text[:LONGEST]  # cut first: what is cut through is no colour any more
    if not kept.isprintable():
        kept = _UNSAFE.sub("", kept.replace("\n", " "))
    return kept if len(text) <= LONGEST else f"{kept} … {len(text) - LONGEST} more characters"


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


class LogWriter:
    """Appends to one log. What was written is in the file after `flush`."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        _mend(path)
        self._offsets = log_index.load(path)
        self.lines = count_lines(path, self._offsets)
        """Lines in the log, those not yet flushed included."""
        self.last_time = _last_time(path)
        """When the last line was written that is there already."""
        self._position = path.stat().st_size if path.exists() else 0
        self._file = path.open("ab", buffering=0)
        self._index = log_index.path_of(path)
        self._indexed = 1  # entries in the index's file; the first one is not kept
        self._buffer: list[bytes] = []

    def write(self, level: str, message: str, at: datetime) -> None:
        """One line: an end of line in a message becomes a space."""
        line = f"{_time(at)} {level} {safe(message)}\n".encode("utf-8", "replace")
        self._buffer.append(line)
        self._position += len(line)
        self.lines += 1
        if self.lines % log_index.STRIDE == 0:
            self._offsets.append(self._position)

    def flush(self) -> None:
        """Raises OSError (a full disk): what could not be written is kept for the next time, and nothing is written twice."""
        if self._file.closed:
            return
        left = memoryview(b"".join(self._buffer))
        try:
            while left:
                left = left[self._file.write(left) or 0 :]
        finally:
            self._buffer = [bytes(left)] if left else []
        self._keep_index()

    def close(self) -> None:
        try:
            self.flush()
        finally:
            self._file.close()

    def _keep_index(self) -> None:
        """Add the entries that came; the first time all of them, in place of an index that may not fit its log."""
        if len(self._offsets) > self._indexed:
            with self._index.open("ab" if self._indexed > 1 else "wb") as file:
                file.write(self._offsets[self._indexed :].tobytes())
            self._indexed = len(self._offsets)


def _last_time(path: Path) -> datetime | None:
    if not path.exists() or not path.stat().st_size:
        return None
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - LONGEST * 5))
        last = file.read().splitlines()[-1]
    return _line(0, last + b"\n").at


def _mend(path: Path) -> None:
    """Cut off a line that a crash left half written."""
    if not path.exists() or not (size := path.stat().st_size):
        return
    with path.open("rb+") as file:
        file.seek(max(0, size - LONGEST * 5))
        tail = file.read()
        if not tail.endswith(b"\n"):
            file.truncate(size - len(tail) + tail.rfind(b"\n") + 1)


def count_lines(path: Path, offsets: "Iterable[int]") -> int:
    """Whole lines in a log."""
    known = list(offsets)
    if not path.exists():
        return 0
    with path.open("rb") as file:
        file.seek(known[-1])
        rest = sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(log_index.CHUNK), b""))
    return (len(known) - 1) * log_index.STRIDE + rest


class LogReader:
    """Reads one log by line numbers, while it grows too. A log that is not there is empty."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def count(self) -> int:
        return count_lines(self._path, log_index.load(self._path))

    def page(self, first: int, limit: int | None) -> Iterator[LogLine]:
        """Lines from number `first` on; `None` is to the end."""
        if not self._path.exists():
            return
        offsets = log_index.load(self._path) if first >= log_index.STRIDE else [0]
        entry = min(first // log_index.STRIDE, len(offsets) - 1)
        with self._path.open("rb") as file:
            file.seek(offsets[entry])
            number = entry * log_index.STRIDE
            stop = None if limit is None else max(first - number, 0) + limit
            for raw in islice(file, stop):
                if number >= first and raw.endswith(b"\n"):
                    yield _line(number, raw)
                number += 1

    def of_level(self, level: str) -> Iterator[LogLine]:
        """The lines of one level. The others cost little: a log may have a million."""
        if not self._path.exists():
            return
        wanted = f" {level} ".encode()
        with self._path.open("rb") as file:
            for number, raw in enumerate(file):
                if (
                    raw.endswith(b"\n")
                    and raw.find(wanted, 0, 60) > 0
                    and (line := _line(number, raw)).level == level
                ):
                    yield line


def _line(number: int, raw: bytes) -> LogLine:
    time, _, rest = raw[:-1].decode("utf-8", "replace").partition(" ")
    level, _, text = rest.partition(" ")
    return LogLine(number, _parsed(time), level, text)


def _parsed(time: str) -> datetime:
    try:
        at = datetime.fromisoformat(time)
    except ValueError:  # somebody wrote into the file
        return datetime.fromtimestamp(0, UTC)
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def merge(logs: Iterable[Iterable[LogLine]]) -> Iterator[LogLine]:
    """Several logs as one, by time; lines of one log keep their order."""
    return heapq.merge(*logs, key=lambda line: line.at)
