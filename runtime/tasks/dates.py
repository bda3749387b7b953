"""Dates that properties give as text."""

from datetime import UTC, datetime

from runtime.errors import TaskFailed


def instant(written: str | None, name: str) -> datetime | None:
    """A moment: ISO 8601; without a zone it is the server's, without a time the day's beginning. TaskFailed names the property."""
    if written is None or not written.strip():
        return None
    try:
        found = datetime.fromisoformat(written.strip())
    except ValueError:
        raise TaskFailed(f"`{name}` must be a date like 2026-01-31T08:00:00Z, and is {written!r}") from None
    return found.astimezone(UTC)
