"""Takes lines out of logs that have ended."""

from collections.abc import Collection
from datetime import datetime
from pathlib import Path

from runtime.store import atomic, log_index
from runtime.store.logs import LogReader


def purge(path: Path, *, levels: Collection[str], since: datetime | None, until: datetime) -> int:
    """Delete the lines of these levels (of all, where none is named) within a span of time; returns how many."""
    gone = {
        line.number
        for line in LogReader(path).page(0, None)
        if (not levels or line.level in levels) and line.at <= until and (since is None or line.at >= since)
    }
    if not gone:
        return 0
    with path.open("rb") as file:
        left = [raw for number, raw in enumerate(file) if number not in gone]
    log_index.path_of(path).unlink(missing_ok=True)
    if left:
        atomic.write(left, path)
    else:
        path.unlink()
    return len(gone)
