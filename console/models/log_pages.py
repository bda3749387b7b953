"""The lines of logs that are at hand: pages of fixed size, the least recently used forgotten first."""

from collections import OrderedDict
from collections.abc import Iterable
from typing import NamedTuple

from runtime.model.views import LogLine

PAGE = 500  # lines
MOST = 80
"""Pages that are kept: 40,000 lines, some 20 MB of usual ones."""


class Source(NamedTuple):
    """One attempt of one task run: what has a log."""

    task_run_id: str
    attempt: int


class Want(NamedTuple):
    """Lines of one source that are to be read."""

    source: Source
    first: int
    limit: int = PAGE


class Pages:
    """Lines by source and number."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._pages: OrderedDict[tuple[Source, int], dict[int, LogLine]] = OrderedDict()

    def __len__(self) -> int:
        """Pages that are held."""
        return len(self._pages)

    def get(self, source: Source, number: int) -> LogLine | None:
        page = self._pages.get((source, number // PAGE))
        return None if page is None else page.get(number)

    def touch(self, source: Source, number: int) -> None:
        """Say that a line is of use: its page goes last."""
        key = source, number // PAGE
        if key in self._pages:
            self._pages.move_to_end(key)

    def put(self, source: Source, lines: Iterable[LogLine]) -> None:
        for line in lines:
            key = source, line.number // PAGE
            if key not in self._pages:
                self._pages[key] = {}
            self._pages[key][line.number] = line
        while len(self._pages) > self._most:
            self._pages.popitem(last=False)

    @staticmethod
    def want(source: Source, number: int) -> Want:
        """What must be read so that a line is there."""
        return Want(source, number // PAGE * PAGE)
