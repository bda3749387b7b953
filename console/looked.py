"""When a person last looked: what went wrong after that is news. One small file, this person's on this machine."""

import contextlib
from datetime import datetime
from pathlib import Path

import platformdirs


def default_file() -> Path:
    """Below XDG's state directory."""
    return platformdirs.user_state_path("flowdeck") / "looked"


class Looked:
    """The moment; without a file it is remembered for as long as the console runs."""

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self.at = self._read()

    def _read(self) -> datetime | None:
        with contextlib.suppress(OSError, ValueError):
            found = datetime.fromisoformat(self._file.read_text().strip()) if self._file else None
            return found if found is None or found.tzinfo else None
        return None

    def now(self, moment: datetime) -> None:
        """All until this moment was seen. A home that can't be written to is no reason to complain."""
        self.at = moment
        with contextlib.suppress(OSError):
            if self._file:
                self._file.parent.mkdir(parents=True, exist_ok=True)
                self._file.write_text(moment.isoformat())
