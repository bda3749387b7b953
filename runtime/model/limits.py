"""What bounds the executions of a flow: how many at once."""

from typing import Literal

import msgspec


class Concurrency(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How many executions of a flow may run at once, whatever their revision; a paused one counts."""

    limit: int
    behavior: Literal["QUEUE", "CANCEL", "FAIL"] = "QUEUE"
    """What becomes of one more: it waits, or ends CANCELLED or FAILED at once."""
