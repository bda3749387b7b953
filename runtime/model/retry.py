"""A retry policy, and when the next attempt is due (flow-language.md section 5)."""

from datetime import datetime, timedelta
from typing import Literal

import msgspec


class Retry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`maxAttempts` counts the first run: 3 means two retries. With neither limit it retries for ever."""

    type: Literal["constant", "exponential", "random"]
    interval: timedelta | None = None
    """constant and exponential: the (first) wait."""
    max_interval: timedelta | None = None
    min_interval: timedelta | None = None
    delay_factor: float = 2.0
    max_attempts: int | None = None
    max_duration: timedelta | None = None
    """No attempt starts later than this after the first one's start."""
    warning_on_retry: bool = False
    behavior: Literal["RETRY_FAILED_TASK", "CREATE_NEW_EXECUTION"] = "RETRY_FAILED_TASK"

    @property
    def makes_new_execution(self) -> bool:
        return self.behavior == "CREATE_NEW_EXECUTION"

    def wait(self, attempts: int, *, chance: float) -> timedelta:
        """The time between the end of attempt number `attempts` and the next; `chance` is a number in [0, 1)."""
        if self.type == "random":
            shortest, longest = self.min_interval or timedelta(), self.max_interval or timedelta()
            return shortest + (longest - shortest) * chance
        interval = self.interval or timedelta()
        if self.type == "constant":
            return interval
        return self._grown(interval, attempts)

    def _grown(self, interval: timedelta, attempts: int) -> timedelta:
        try:
            grown = interval * self.delay_factor ** (attempts - 1)
        except OverflowError:
            grown = timedelta.max
        return min(self.max_interval or timedelta.max, grown)

    def next_attempt(
        self, *, attempts: int, first_started: datetime, ended: datetime, chance: float
    ) -> datetime | None:
        """When the next attempt is due, or None where the policy is exhausted."""
        if self.max_attempts is not None and attempts >= self.max_attempts:
            return None
        due = ended + self.wait(attempts, chance=chance)
        if self.max_duration is not None and due > first_started + self.max_duration:
            return None
        return due
