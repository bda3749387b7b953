"""A log of any length: a window on its positions. No line is kept here, and what is not at hand is asked for by a message."""

from array import array
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import monotonic

from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from console.models.log import LEVELS, Log
from console.models.log_hits import Hits
from console.models.log_pages import Want
from console.theme import palette
from console.widgets.log_line import Format, Times, blank, rows_of
from runtime.model.views import LogLine

NOTHING = "Nothing was written yet."
PERIOD = 0.2  # seconds between two paintings of what comes
STRIPS = 2000  # lines whose looks are remembered


class LogWindow(ScrollView):
    """Shows a Log, or those of its lines that Hits found; where it is, and how it looks."""

    DEFAULT_CSS = "LogWindow { height: 1fr; scrollbar-size: 1 1; overflow-x: hidden; }"

    @dataclass
    class Wanted(Message):
        """Lines that are to be shown are not at hand."""

        wants: Sequence[Want]

    @dataclass
    class Moved(Message):
        """The cursor, the number of lines or a setting changed: what stands above the log is old."""

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, LogWindow.Moved)

    def __init__(self, *, charset: str = "unicode", id: str | None = None) -> None:
        super().__init__(id=id)
        self._charset = charset
        self._log: Log | None = None
        self._hits: Hits | None = None
        self._names: Mapping[str, str] = {}
        self._begun: datetime | None = None
        self._says = NOTHING
        self._strips: dict[object, list[Strip]] = {}
        self._painted: dict[int, object] = {}
        self._width = 0
        self._look = 0
        """Counts the ways in which lines were laid out, so that a change of it repaints them."""
        self._last_paint = 0.0
        self._is_paint_due = False
        self._pan = 0
        self._skip = 0
        """Wrapped: the rows of the first line that are above the window."""
        self.times = Times.CLOCK
        self.is_wrapped = False
        self.is_following = True
        self.shows_context = False
        self.cursor = 0
        """A position of the log."""

    # --- what it shows

    def show(self, log: Log, *, names: Mapping[str, str], begun: datetime | None) -> None:
        """Show another log, from its end. With `names` each line tells which task run wrote it."""
        self._log, self._hits, self._names, self._begun = log, None, names, begun
        self._pan = self._skip = 0
        self.is_following = True
        self.forget_looks()
        self.catch_up()

    def name_runs(self, names: Mapping[str, str]) -> None:
        """More task runs have names than before; lines that are shown have theirs already."""
        if self._names:
            self._names = names

    def seek(self, hits: Hits | None) -> None:
        """Show what passes a query; None is everything."""
        self._hits = hits
        self.forget_looks()
        self.catch_up()

    def say(self, text: str) -> None:
        """What stands in place of a log without lines."""
        if text != self._says:
            self._says = text
            self.refresh()

    @property
    def log_shown(self) -> Log | None:
        return self._log

    @property
    def hits(self) -> Hits | None:
        return self._hits

    @property
    def _filtered(self) -> "array[int] | None":
        return self._hits.positions if self._hits is not None and not self.shows_context else None

    @property
    def count(self) -> int:
        """Lines that can be scrolled to."""
        filtered = self._filtered
        return len(filtered) if filtered is not None else self._log.total if self._log else 0

    def _position(self, row: int) -> int:
        filtered = self._filtered
        return filtered[row] if filtered is not None else row

    def _row(self, position: int) -> int:
        """Where a position stands; where it does not, the one behind it."""
        filtered = self._filtered
        return (
            position if filtered is None else min(bisect_left(filtered, position), max(0, len(filtered) - 1))
        )

    @property
    def line(self) -> LogLine | None:
        """The line below the cursor."""
        return self._log.line(self.cursor) if self._log and self.cursor < self._log.total else None

    def forget_looks(self) -> None:
        """Lines are laid out differently from now on."""
        self._strips.clear()
        self._look += 1

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self.forget_looks()

    # --- what comes

    def grew(self) -> None:
        """There is more of the log: painted at once if nothing was for a while, else a little later."""
        if self._is_paint_due:
            return
        wait = self._last_paint + PERIOD - monotonic()
        if wait <= 0:
            self.catch_up()
        else:
            self._is_paint_due = True
            self.set_timer(wait, self.catch_up, name="catch-up")

    def catch_up(self) -> None:
        """Bring the window to what is known by now."""
        self._is_paint_due, self._last_paint = False, monotonic()
        room = self.size.height - 1 if self.is_wrapped else 0
        self.virtual_size = Size(0, self.count + max(0, room))
        if self.is_following and self.count:
            self.cursor = self._position(self.count - 1)
            self._to_end()
        self._refresh_changed()
        self._ask()
        self.post_message(self.Moved())

    def lines_came(self) -> None:
        """Lines that were asked for are at hand."""
        if self.is_following and self.is_wrapped:
            self._to_end()
        self._refresh_changed()

    def _ask(self) -> None:
        """For what is in sight, and a page before and behind it."""
        if self._log is None or not self.size.height:
            return
        top, height = round(self.scroll_target_y), self.size.height
        rows = range(max(0, top - height), min(self.count, top + 2 * height))
        if wants := self._log.wants([self._position(row) for row in rows]):
            self.post_message(self.Wanted(wants))

    # --- moving

    def jump(self, position: int) -> None:
        """Put the cursor on a position, which one then no longer follows from."""
        self.is_following = False
        self._put(self._row(position))

    def _put(self, row: int) -> None:
        row = max(0, min(row, self.count - 1))
        if self.count:
            self.cursor = self._position(row)
        self._keep_visible(row)
        self._refresh_changed()
        self._ask()
        self.post_message(self.Moved())

    def _keep_visible(self, row: int) -> None:
        top = round(self.scroll_target_y)
        if row < top or (row == top and self._skip):
            self._scroll(row)
        elif self.is_wrapped:
            self._show_end_of(row, top)
        elif row >= top + self.size.height:
            self._scroll(row - self.size.height + 1)

    def _show_end_of(self, row: int, top: int) -> None:
        """Wrapped: no further down than is needed for the last row of a line."""
        needed = (
            sum(len(self._rows(each)) for each in range(top, row + 1))
            if row - top <= self.size.height
            else 10**6
        )
        if needed - self._skip > self.size.height:
            first, self_skip = self._window_ending_with(row)
            self._scroll(first, self_skip)

    def _window_ending_with(self, row: int) -> tuple[int, int]:
        """The first line of a window whose last row is a line's last, and how many of its rows are above."""
        left = self.size.height
        while row > 0 and (height := len(self._rows(row))) < left:
            left -= height
            row -= 1
        return row, max(0, len(self._rows(row)) - left)

    def _to_end(self) -> None:
        if self.is_wrapped:
            self._scroll(*self._window_ending_with(self.count - 1))
        else:
            self._scroll(max(0, self.count - self.size.height))

    def _scroll(self, top: int, skip: int = 0) -> None:
        if skip != self._skip:
            self._skip = skip
        self.scroll_to(y=top, animate=False, force=True, immediate=True)

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """The wheel and the scrollbar move the window without the cursor."""
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self._ask()

    def watch_show_vertical_scrollbar(self, is_shown: bool) -> None:
        """A scrollbar that has just come does not know where the window is."""
        if is_shown:
            self.vertical_scrollbar.position = self.scroll_y

    def on_mouse_scroll_up(self) -> None:
        self.is_following = False
        self.post_message(self.Moved())

    def on_click(self, event: events.Click) -> None:
        shown = self._visible()
        if event.y < len(shown):
            self.is_following = False
            self._put(shown[event.y][0])

    def on_resize(self) -> None:
        self.forget_looks()
        self.catch_up()

    def watch_has_focus(self, has_focus: bool) -> None:
        super().watch_has_focus(has_focus)
        self._refresh_changed()

    # --- painting

    @property
    def _format(self) -> Format:
        return Format(
            width=self.scrollable_size.width,
            times=self.times,
            begun=self._begun,
            names=self._names,
            is_wrapped=self.is_wrapped,
            pan=self._pan,
            theme=self.app.theme,
            charset=self._charset,
        )

    def _rows(self, row: int) -> list[Strip]:
        """The rows of a line: one, or as many as it takes where lines are wrapped."""
        if self.scrollable_size.width != self._width:  # a scrollbar came or went
            self._width = self.scrollable_size.width
            self.forget_looks()
        position = self._position(row)
        line = self._log.line(position) if self._log else None
        if self._log is None or line is None:
            return [blank(self.scrollable_size.width, self.rich_style)]
        key = (line.task_run_id, line.attempt, line.number)
        if key not in self._strips:
            if len(self._strips) > STRIPS:
                self._strips.clear()
            spans = self._hits.query.spans if self._hits is not None else None
            self._strips[key] = rows_of(
                line, LEVELS[self._log.level(position)], self._format, self.rich_style, spans
            )
        return self._strips[key]

    def _visible(self) -> list[tuple[int, int]]:
        """(row, part of its line) for each line of the widget that has one."""
        top, height = self.scroll_offset.y, self.size.height
        if not self.is_wrapped:
            return [(row, 0) for row in range(top, min(self.count, top + height))]
        found: list[tuple[int, int]] = []
        for row in range(top, self.count):
            first = self._skip if row == top else 0
            found += [(row, part) for part in range(first, len(self._rows(row)))]
            if len(found) >= height:
                break
        return found[:height]

    def _content(self, visible: Sequence[tuple[int, int]], y: int) -> object:
        if y >= len(visible):
            return None
        row, part = visible[y]
        position = self._position(row)
        line = self._log.line(position) if self._log else None
        whose = (line.task_run_id, line.attempt, line.number) if line else None
        return (whose, self._look, part, position == self.cursor and self.has_focus)

    def _refresh_changed(self) -> None:
        visible = self._visible()
        for y in range(self.size.height):
            if self._content(visible, y) != self._painted.get(y):
                self.refresh(Region(0, y, self.size.width, 1))

    def render_line(self, y: int) -> Strip:
        visible = self._visible()
        self._painted[y] = self._content(visible, y)
        width, base = self.size.width, self.rich_style
        if y >= len(visible):
            return self._nothing(y, width, base)
        row, part = visible[y]
        made = self._rows(row)[part]
        is_cursor = self.has_focus and self._position(row) == self.cursor
        return made.apply_style(palette(self.app.theme)["cursor"]) if is_cursor else made

    def _nothing(self, y: int, width: int, base: Style) -> Strip:
        if y or self.count:
            return Strip.blank(width, base)
        says = (
            f"No line passes `{self._hits.query.text}`. Esc clears the filter." if self._hits else self._says
        )
        return blank(width, base, f" {says}", palette(self.app.theme)["dim"])
