"""What bounds the executions of a flow: how many at once, how long, and what must hold meanwhile."""

from datetime import timedelta
from typing import Literal

import msgspec


class Concurrency(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How many executions of a flow may run at once, whatever their revision; a paused one counts."""

    limit: int
    behavior: Literal["QUEUE", "CANCEL", "FAIL"] = "QUEUE"
    """What becomes of one more: it waits, or ends CANCELLED or FAILED at once."""


class Sla(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A promise about each execution of a flow: one of `duration` and `assertion`."""

    id: str
    behavior: Literal["FAIL", "CANCEL", "NONE"]
    """What becomes of an execution that misses it: it ends at once in that state, or only gets the labels."""
    duration: timedelta | None = None
    """It ends within this time from its beginning."""
    assertion: str | None = None
    """A template that is true whenever something has moved."""
    labels: dict[str, str] = {}
    """For an execution that misses it."""

    @property
    def written_duration(self) -> str:
        return str(msgspec.to_builtins(self.duration))
