"""What the terminal shows, what it should show, and the bytes between the two."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rich.color import ColorSystem
from rich.segment import Segment
from textual._compositor import ChopsUpdate, LayoutUpdate

from console.paint.cells import CONTINUED, cells, mend
from console.paint.look import PLAIN, Look, blank, look_of
from console.paint.pen import Pen

Update = LayoutUpdate | ChopsUpdate

UNKNOWN = "\0"
"""A cell of which nothing is known: it differs from every other."""

BRIDGE = 4  # cells that are as they were, and are written again rather than jumped over
TAIL = 5  # blanks at the end of a line from which on erasing costs less


@dataclass(slots=True)
class Row:
    """One line of the screen."""

    cells: list[str]
    looks: list[Look]

    @classmethod
    def filled(cls, width: int, cell: str, look: Look = PLAIN) -> "Row":
        return cls([cell] * width, [look] * width)

    def copy(self) -> "Row":
        return Row(self.cells.copy(), self.looks.copy())


class Front:
    """Takes Textual's updates, and says what to send so that the terminal shows them. Nothing is sent twice."""

    def __init__(self, colours: ColorSystem = ColorSystem.TRUECOLOR, *, erases: bool = False) -> None:
        self._colours = colours
        self._erases = erases
        """Erased cells get the background that is worn, and not the terminal's own."""
        self._width = self._height = 0
        self._wanted: list[Row] = []
        self._shown: list[Row] = []
        self._dirty: set[int] = set()

    def resize(self, width: int, height: int) -> None:
        """The terminal has another size, and whatever it shows now."""
        if (width, height) != (self._width, self._height):
            self._width, self._height = width, height
            self._wanted = [Row.filled(width, UNKNOWN) for _ in range(height)]
            self.forget()

    def forget(self) -> None:
        """The terminal shows what something else left there."""
        self._shown = [Row.filled(self._width, UNKNOWN) for _ in range(self._height)]
        self._dirty = set(range(self._height))

    @property
    def is_behind(self) -> bool:
        """Whether the terminal shows less than it should."""
        return bool(self._dirty)

    # --- what is wanted

    def take(self, update: Update) -> None:
        """What the screen should show from now on."""
        runs = _laid_out(update) if isinstance(update, LayoutUpdate) else _chopped(update)
        for y, line in runs:
            if 0 <= y < self._height:
                self._replace(y, line)

    def _replace(self, y: int, line: Iterable[tuple[int, Sequence[Segment]]]) -> None:
        before = self._wanted[y]
        row = before.copy()
        for x, segments in line:
            self._lay(row, x, segments)
        if CONTINUED in row.cells or CONTINUED in before.cells:
            mend(row.cells)
        if row.cells != before.cells or row.looks != before.looks:
            self._wanted[y] = row
            self._dirty.add(y)

    def _lay(self, row: Row, start: int, segments: Sequence[Segment]) -> None:
        x = start
        for text, style, control in segments:
            if control:
                continue
            before, made = cells(text)
            if before and start < x <= self._width:
                row.cells[x - (1 if row.cells[x - 1] else 2)] += before
            made = made[: self._width - x]
            look = look_of(style, self._colours)
            row.cells[x : x + len(made)] = made
            row.looks[x : x + len(made)] = [blank(look) if text.isspace() else look] * len(made)
            x += len(made)

    # --- what is sent

    def difference(self) -> str:
        """What makes the terminal show what is wanted; from then on it is taken to."""
        pen = Pen(self._width)
        if len(self._dirty) == self._height and all(row.cells[0] == UNKNOWN for row in self._shown):
            self._clear(pen)
        for y in sorted(self._dirty):
            self._send(pen, y)
            self._shown[y] = self._wanted[y]
        self._dirty.clear()
        return pen.written()

    def _clear(self, pen: Pen) -> None:
        """Begin with what most of the screen is: a blank of one colour."""
        found = Counter(
            blank(look)
            for row in self._wanted
            for cell, look in zip(row.cells, row.looks, strict=True)
            if cell == " "
        )
        ground = next((look for look, _ in found.most_common() if self._can_erase(look)), None)
        if ground is not None:
            pen.erase_all(ground)
            self._shown = [Row.filled(self._width, " ", ground) for _ in range(self._height)]

    def _can_erase(self, look: Look) -> bool:
        return not look.is_decorated and (self._erases or not look.background)

    def _send(self, pen: Pen, y: int) -> None:
        row = self._wanted[y]
        differs = self._differing(row, self._shown[y])
        if not differs:
            return
        end = self._end(row)
        for first, last in _runs(differs, row):
            if last > end and self._width - max(first, end) >= TAIL:
                self._write(pen, row, y, first, end)
                pen.go(max(first, end), y)
                pen.erase_line(blank(row.looks[-1]))
                return
            self._write(pen, row, y, first, last)

    def _differing(self, row: Row, shown: Row) -> list[int]:
        """The cells that are not what they were."""
        found = []
        for x, (cell, look, was, wore) in enumerate(
            zip(row.cells, row.looks, shown.cells, shown.looks, strict=True)
        ):
            if cell != was or look is not wore:
                if cell == UNKNOWN or (cell == was == " " and blank(look) is blank(wore)):
                    continue
                found.append(x)
        return found

    def _end(self, row: Row) -> int:
        """Where the blanks begin that reach to the end of a line, and can be erased at once."""
        ground = blank(row.looks[-1])
        if not self._can_erase(ground):
            return self._width
        end = self._width
        while end and row.cells[end - 1] == " " and blank(row.looks[end - 1]) is ground:
            end -= 1
        return end

    def _write(self, pen: Pen, row: Row, y: int, first: int, last: int) -> None:
        while first < last:
            look, end = row.looks[first], first + 1
            while end < last and row.looks[end] is look:
                end += 1
            pen.go(first, y)
            pen.put(row.cells[first:end], look)
            first = end


def _runs(differs: Sequence[int], row: Row) -> Iterator[tuple[int, int]]:
    """Stretches [first, last) of a line that cover the cells; a wide character is never cut."""
    first, last = -1, -1
    for x in differs:
        start = x - 1 if row.cells[x] == CONTINUED else x
        if first >= 0 and start - last <= BRIDGE and UNKNOWN not in row.cells[last:start]:
            last = max(last, x + 1)
        else:
            if first >= 0:
                yield first, last
            first, last = start, x + 1
        if last < len(row.cells) and row.cells[last] == CONTINUED:
            last += 1
    if first >= 0:
        yield first, last


def _laid_out(update: LayoutUpdate) -> Iterator[tuple[int, list[tuple[int, Sequence[Segment]]]]]:
    """All lines of a region."""
    for y, strips in enumerate(update.strips, update.region.y):
        x = update.region.x
        line: list[tuple[int, Sequence[Segment]]] = []
        for strip in strips:
            line.append((x, strip._segments))
            x += strip.cell_length
        yield y, line


def _chopped(update: ChopsUpdate) -> Iterator[tuple[int, list[tuple[int, Sequence[Segment]]]]]:
    """The parts of lines that changed, just as ChopsUpdate.render_segments has them."""
    for y, first, last in update.spans:
        line: list[tuple[int, Sequence[Segment]]] = []
        for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            if strip is None or x > last or end <= first:
                continue
            if not (last > x >= first and end <= last):
                strip = strip.crop(0, min(end, last) - x)
            line.append((x, strip._segments))
        yield y, line
