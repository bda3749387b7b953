"""A log as positions from 0: one attempt's by the numbers of its lines, or all attempts' of an execution merged by time.

Only pages of lines are held. Of the merged log every line's place is known (attempt, number, time, level: 15 bytes a line), told by
the stream that also brings new lines; a line that comes late is put where its time belongs. Where lines are told twice, after the
line to the runtime was lost, those that are known already are left out: no line is lost and none stands there twice.
"""

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

from console.models.log_pages import Pages, Source, Want
from runtime.model.views import LogLine, LogPage

LEVELS = ("", "TRACE", "DEBUG", "INFO", "WARN", "ERROR")
"""An empty one is not known yet."""

_NUMBERS = {level: number for number, level in enumerate(LEVELS)}
UNKNOWN = 0
_OTHER = _NUMBERS["INFO"]


class Log:
    """What both kinds share."""

    def __init__(self, pages: Pages) -> None:
        self.pages = pages
        self.is_ended = False
        """Whether no more will come."""
        self.is_open = False
        """Whether the runtime told anything of it yet."""
        self._levels = bytearray()

    @property
    def total(self) -> int:
        """Lines that there are, as far as is known."""
        return len(self._levels)

    def place(self, position: int) -> tuple[Source, int]:
        """Whose line it is, and its number there."""
        raise NotImplementedError

    def line(self, position: int) -> LogLine | None:
        """The line, if it is at hand."""
        return self.pages.get(*self.place(position))

    def level(self, position: int) -> int:
        """An index of LEVELS."""
        return self._levels[position]

    def wants(self, positions: Iterable[int]) -> list[Want]:
        """What must be read so that all of these are at hand."""
        found: dict[Want, None] = {}
        for position in positions:
            source, number = self.place(position)
            if self.pages.get(source, number) is None:
                found[self.pages.want(source, number)] = None
            else:
                self.pages.touch(source, number)
        return list(found)

    def put(self, source: Source, lines: Sequence[LogLine]) -> None:
        """Lines that were read by their numbers."""
        self.pages.put(source, lines)

    def is_of_level(self, position: int, level: str) -> bool:
        return self.level(position) == _NUMBERS[level]

    def next_of_level(self, start: int, step: int, level: str) -> int | None:
        """The next position of this level, or of an unknown one, which has to be read first; None where there is none."""
        wanted = (_NUMBERS[level], UNKNOWN)
        if step > 0:
            found = [place for each in wanted if (place := self._levels.find(each, max(0, start))) >= 0]
            return min(found, default=None)
        found = [place for each in wanted if (place := self._levels.rfind(each, 0, max(0, start + 1))) >= 0]
        return max(found, default=None)


class AttemptLog(Log):
    """The log of one attempt: any part of it can be read at once, however long it is."""

    def __init__(self, source: Source, pages: Pages) -> None:
        super().__init__(pages)
        self.source = source

    def place(self, position: int) -> tuple[Source, int]:
        return self.source, position

    def grow(self, total: int) -> None:
        """There are so many lines by now. A log never shrinks: an older word than what is known changes nothing."""
        if total > self.total:
            self._levels.extend(bytes(total - self.total))

    def level(self, position: int) -> int:
        """As far as it is known; a line that is at hand tells it."""
        if self._levels[position] == UNKNOWN and (line := self.line(position)) is not None:
            self._levels[position] = _NUMBERS.get(line.level, _OTHER)
        return self._levels[position]

    def put(self, source: Source, lines: Sequence[LogLine]) -> None:
        super().put(source, lines)
        if lines:
            self.grow(lines[-1].number + 1)
        for line in lines:
            self._levels[line.number] = _NUMBERS.get(line.level, _OTHER)

    def told(self, page: LogPage) -> None:
        """A page of the log, from wherever."""
        self.is_open = True
        self.put(self.source, page.lines)
        self.grow(page.total)
        self.is_ended = page.ended


class MergedLog(Log):
    """The logs of all attempts as one, by time."""

    def __init__(self, pages: Pages) -> None:
        super().__init__(pages)
        self._sources: list[Source] = []
        self._index: dict[Source, int] = {}
        self._known: list[int] = []
        """By source: lines that were told so far."""
        self._last: list[int] = []
        """By source: the time of its latest line."""
        self._times = array("q")  # microseconds
        self._owners = array("I")
        self._numbers = array("I")

    def place(self, position: int) -> tuple[Source, int]:
        return self._sources[self._owners[position]], self._numbers[position]

    def told(self, page: LogPage) -> list[int]:
        """Lines as the stream brings them; says where one was put between others."""
        self.is_open = True
        self.is_ended = page.ended
        return [position for line in page.lines for position in self._add(line)]

    def _add(self, line: LogLine) -> Iterator[int]:
        source = Source(line.task_run_id, line.attempt)
        owner = self._owner(source)
        if line.number < self._known[owner]:
            return
        self._known[owner] = line.number + 1
        at = max(int(line.at.timestamp() * 1_000_000), self._last[owner])
        self._last[owner] = at
        self.pages.put(source, (line,))
        level = _NUMBERS.get(line.level, _OTHER)
        if not self._times or at >= self._times[-1]:
            self._append(at, owner, line.number, level)
            return
        position = bisect_right(self._times, at)
        self._insert(position, at, owner, line.number, level)
        yield position

    def _owner(self, source: Source) -> int:
        if source not in self._index:
            self._index[source] = len(self._sources)
            self._sources.append(source)
            self._known.append(0)
            self._last.append(0)
        return self._index[source]

    def _append(self, at: int, owner: int, number: int, level: int) -> None:
        self._times.append(at)
        self._owners.append(owner)
        self._numbers.append(number)
        self._levels.append(level)

    def _insert(self, position: int, at: int, owner: int, number: int, level: int) -> None:
        self._times.insert(position, at)
        self._owners.insert(position, owner)
        self._numbers.insert(position, number)
        self._levels.insert(position, level)
