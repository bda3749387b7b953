"""The files that a WorkingDirectory keeps for the next execution: one archive a task, and a value where it runs once a value."""

import hashlib
import logging
import tarfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from runtime.store import atomic
from runtime.tasks.script_files import matching

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class FileCache:
    """Nothing depends on it but time: an archive that can't be read counts as none."""

    archive: Path
    patterns: Sequence[str]
    ttl: timedelta | None

    @classmethod
    def of(
        cls, directory: Path, value: str | None, patterns: Sequence[str], ttl: timedelta | None
    ) -> "FileCache":
        """`directory` is the task's own."""
        place = "files" if value is None else f"files-{hashlib.sha256(value.encode()).hexdigest()[:16]}"
        return cls(directory / f"{place}.tar", patterns, ttl)

    def lay(self, directory: Path, now: datetime) -> None:
        """Put the files that were kept into a directory, unless they are too old."""
        if self._is_good(now):
            with suppress(OSError, tarfile.TarError), tarfile.open(self.archive) as archive:
                for member in archive:
                    self._extract(archive, member, directory)

    def _is_good(self, now: datetime) -> bool:
        if not self.archive.is_file():
            return False
        return self.ttl is None or self.archive.stat().st_mtime + self.ttl.total_seconds() > now.timestamp()

    @staticmethod
    def _extract(archive: tarfile.TarFile, member: tarfile.TarInfo, directory: Path) -> None:
        try:
            archive.extract(member, directory, filter="data")
        except (OSError, tarfile.TarError) as refused:
            logger.warning("%s of a cache is left out: %s", member.name, refused)

    def keep(self, directory: Path, now: datetime) -> None:
        """Keep what the patterns match, where anything of it is newer than what is kept, or gone."""
        names = matching(directory, self.patterns)
        if not self._is_changed(directory, names, now):
            return
        with atomic.replacing(self.archive) as file, tarfile.open(fileobj=file, mode="w") as archive:
            for name in names:
                archive.add(directory / name, name, recursive=False)

    def _is_changed(self, directory: Path, names: Sequence[str], now: datetime) -> bool:
        if not self._is_good(now):
            return bool(names)
        kept = self.archive.stat().st_mtime
        try:
            with tarfile.open(self.archive) as archive:
                known = archive.getnames()
        except (OSError, tarfile.TarError):
            return True
        return sorted(known) != sorted(names) or any(
            (directory / name).lstat().st_mtime > kept for name in names
        )
