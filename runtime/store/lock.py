"""One owner of a data directory."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from runtime.errors import DataDirectoryInUse


@contextmanager
def owned(directory: Path) -> Iterator[None]:
    """Hold the directory's lock; the kernel lets go of it however this process ends. Raises DataDirectoryInUse."""
    path = directory / "flowdeck.lock"
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            owner = file.read().strip() or "another process"
            hint = "`flowdeck status` says what it does, `flowdeck stop` ends it"
            raise DataDirectoryInUse(f"{directory} belongs to {owner}", hint=hint) from None
        file.truncate(0)
        file.write(f"pid {os.getpid()}, since {datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC\n")
        file.flush()
        yield
