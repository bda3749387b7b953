"""Writes cells for a terminal: knows where the cursor is and what look it wears, and says no more than is needed."""

from collections.abc import Sequence

from console.paint.cells import CONTINUED
from console.paint.look import PLAIN, Look, blank, change


class Pen:
    """Collects what one frame sends."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._parts: list[str] = []
        self._x = -1
        """-1: not known."""
        self._y = -1
        self.look = PLAIN

    def go(self, x: int, y: int) -> None:
        """Put the cursor there."""
        if (x, y) == (self._x, self._y):
            return
        whole = f"\x1b[{y + 1};{x + 1}H" if x else f"\x1b[{y + 1}H"
        ways = [whole]
        if y == self._y and 0 <= self._x < x:
            ways.append(f"\x1b[{x - self._x}C" if x - self._x > 1 else "\x1b[C")
        elif y == self._y + 1 and y > 0:
            ways.append("\r\n" if x == 0 else f"\r\n\x1b[{x}C")
        self._parts.append(min(ways, key=len))
        self._x, self._y = x, y

    def wear(self, look: Look) -> None:
        if look is not self.look:
            self._parts.append(change(self.look, look))
            self.look = look

    def put(self, cells: Sequence[str], look: Look) -> None:
        """Write cells of one look."""
        text = "".join(cells)
        if not (text.isspace() and blank(look) is blank(self.look)):
            self.wear(look)
        if len(text) + cells.count(CONTINUED) == len(cells):
            self._parts.append(text)
            self._x += len(cells)
            if self._x >= self._width:
                self._x = -1  # it may hang behind the last cell, or stand on it
        else:
            self._put_apart(cells)

    def _put_apart(self, cells: Sequence[str]) -> None:
        """Terminals differ in how wide they take characters of several parts to be, so each cell behind one is gone to."""
        x, y = self._x, self._y
        for place, cell in enumerate(cells, x):
            if cell == CONTINUED:
                self._x += self._x >= 0
                continue
            self.go(place, y)
            self._parts.append(cell)
            self._x = place + 1 if len(cell) == 1 else -1
        self._x = -1

    def erase_line(self, look: Look) -> None:
        """Blank what is right of the cursor."""
        self.wear(look)
        self._parts.append("\x1b[K")

    def erase_all(self, look: Look) -> None:
        """Blank everything."""
        self.wear(look)
        self._parts.append("\x1b[2J")

    def written(self) -> str:
        """All of it; the terminal wears its own look then."""
        self.wear(PLAIN)
        return "".join(self._parts)
