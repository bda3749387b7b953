"""The lines of a log that pass a query: found from the first line on, a stretch at a time, and as new ones come."""

from array import array
from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable

from console.models.log import UNKNOWN, Log
from console.models.log_query import Query

STRETCH = 2000  # lines that are tested before the screen gets its turn

NameOf = Callable[[str], str]
"""Task run id -> the name that `task:` looks into."""


class Hits:
    """Positions in order. `scanned` is the first that has not been tested."""

    def __init__(self, query: Query, name_of: NameOf) -> None:
        self.query = query
        self.positions = array("I")
        self.scanned = 0
        self._name_of = name_of

    def stretch(self, log: Log) -> range:
        """What is tested next."""
        return range(self.scanned, min(log.total, self.scanned + STRETCH))

    def to_read(self, log: Log, positions: Iterable[int]) -> list[int]:
        """Those that must be at hand to be tested; a level that is known may tell enough."""
        return [position for position in positions if not self._is_ruled_out(log, position)]

    def _is_ruled_out(self, log: Log, position: int) -> bool:
        return UNKNOWN < log.level(position) < self.query.least

    def test(self, log: Log, positions: range) -> None:
        """Test lines that are at hand; one that is not ends the stretch."""
        for position in positions:
            verdict = self._verdict(log, position)
            if verdict is None:
                return
            if verdict:
                self.positions.append(position)
            self.scanned = position + 1

    def _verdict(self, log: Log, position: int) -> bool | None:
        if self._is_ruled_out(log, position):
            return False
        line = log.line(position)
        if line is None:
            return None
        return self.query.passes(line.text, self._name_of(line.task_run_id), log.level(position))

    def inserted(self, log: Log, position: int) -> None:
        """A line was put between others."""
        if position >= self.scanned:
            return
        first = bisect_left(self.positions, position)
        for index in range(first, len(self.positions)):
            self.positions[index] += 1
        self.scanned += 1
        if self._verdict(log, position):
            insort(self.positions, position)

    def following(self, position: int, step: int) -> int | None:
        """The next hit behind a position, or before it."""
        index = (
            bisect_right(self.positions, position) if step > 0 else bisect_left(self.positions, position) - 1
        )
        return self.positions[index] if 0 <= index < len(self.positions) else None

    def ordinal(self, position: int) -> int:
        """How many hits there are up to a position, itself among them."""
        return bisect_right(self.positions, position)
