"""The sparse index beside a log: the byte offset of every thousandth line, so that line 900,000 is one seek away.

The index is a help, never the truth: where it is missing, short or wrong for its log, it is made anew from the log.
"""

from array import array
from pathlib import Path

STRIDE = 1000  # lines between two entries
CHUNK = 1 << 20  # bytes read at once


def path_of(log: Path) -> Path:
    return log.with_suffix(".index")


def load(log: Path) -> "array[int]":
    """Entry n is the offset of line n * STRIDE; entry 0 is 0."""
    offsets = _read(path_of(log))
    size = log.stat().st_size if log.exists() else 0
    if not _fits(offsets, log, size):
        offsets = array("Q", [0])
    extend(offsets, log)
    return offsets


def _read(path: Path) -> "array[int]":
    offsets = array("Q", [0])
    try:
        data = path.read_bytes()
    except OSError:
        return offsets
    offsets.frombytes(data[: len(data) // 8 * 8])
    return offsets


def _fits(offsets: "array[int]", log: Path, size: int) -> bool:
    """Whether the last entry lies within the log and just behind the end of a line."""
    last = offsets[-1]
    if last == 0:
        return len(offsets) == 1
    if last > size:
        return False
    with log.open("rb") as file:
        file.seek(last - 1)
        return file.read(1) == b"\n"


def extend(offsets: "array[int]", log: Path) -> None:
    """Add the entries for what the log holds beyond the last one."""
    if not log.exists():
        return
    with log.open("rb") as file:
        position = offsets[-1]
        file.seek(position)
        line = 0
        while chunk := file.read(CHUNK):
            line = _entries(offsets, chunk, position, line)
            position += len(chunk)


def _entries(offsets: "array[int]", chunk: bytes, position: int, line: int) -> int:
    count = chunk.count(b"\n")
    if line + count < STRIDE:
        return line + count
    end = -1
    while (end := chunk.find(b"\n", end + 1)) >= 0:
        line += 1
        if line == STRIDE:
            offsets.append(position + end + 1)
            line = 0
    return line
