"""How the line to the runtime is: up, down since when, and when it is tried again."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from runtime.model.views import RuntimeStatus

PAUSES: Final = (0.5, 1.0, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""Seconds before each attempt to reach a runtime that is gone; the last one for ever."""


@dataclass(frozen=True)
class Link:
    """What the header and the bar below it say."""

    is_up: bool = False
    status: RuntimeStatus | None = None
    """As it was told last; it may be old while the line is down."""
    down_since: datetime | None = None
    reason: str = ""
    hint: str = ""
    tries: int = 0
    """In vain, since the line went down."""
    next_try: datetime | None = None

    def up(self, status: RuntimeStatus) -> "Link":
        return Link(is_up=True, status=status)

    def down(self, now: datetime, reason: str, hint: str = "") -> "Link":
        return replace(
            self,
            is_up=False,
            down_since=self.down_since or now,
            reason=reason,
            hint=hint,
            tries=self.tries + 1,
            next_try=now + timedelta(seconds=self.pause),
        )

    @property
    def pause(self) -> float:
        """Seconds until the next attempt."""
        return PAUSES[min(self.tries, len(PAUSES) - 1)]

    @property
    def offline(self) -> str:
        """Why nothing can be asked now; empty while the line is up."""
        if self.is_up:
            return ""
        return f"the runtime can't be reached: {self.reason}" if self.reason else "not connected yet"
