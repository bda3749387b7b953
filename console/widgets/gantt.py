"""The Gantt chart: a row for each task run, bars as time went by. Repainted once a second, and then only rows that changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from console.actions import BY_ID, bindings
from console.models.execution_gantt import Order, Row
from console.render.axis import Clock, Window
from console.render.cells import Row as Cells
from console.render.gantt import Chart, GanttRow, around
from console.theme import palette
from console.widgets.lines import Part, strip

ZOOM = 2.0
PAN = 0.25  # of the window
SPARE = (
    1.25  # a window that grows with what it shows leaves so much room, so that it need not grow every second
)
HEAD = 1  # the axis


class GanttView(ScrollView, can_focus=True):
    """Rows over time, with a cursor. Whoever shows it hands it rows; order and attempts are asked for by a message."""

    DEFAULT_CSS = "GanttView { height: 1fr; scrollbar-size: 1 1; overflow-x: hidden; }"
    BINDINGS: ClassVar[list[BindingType]] = bindings("gantt")

    @dataclass
    class Moved(Message):
        """The cursor stands on another row."""

        row: Row

    @dataclass
    class Chosen(Message):
        """Enter was pressed on a row."""

        row: Row

    @dataclass
    class Arranged(Message):
        """Rows are wanted in another order, or with others for attempts or nodes."""

        gantt: "GanttView"

        @property
        def control(self) -> Widget:
            return self.gantt

    def __init__(self, *, charset: str = "unicode", id: str | None = None) -> None:
        super().__init__(id=id)
        self._charset = charset
        self._rows: Sequence[GanttRow] = ()
        self._now = 0.0
        self._begun: datetime | None = None
        self._is_live = False
        self._window: Window | None = None
        """As it was zoomed and panned; None fits all."""
        self._fitted = Window(0.0, 1.0)
        self._painted: dict[int, tuple[Cells, Style]] = {}
        self.cursor = 0
        self.order = Order.START
        self.shows_attempts = False
        self.shows_nodes = False

    # --- what it shows

    def show(self, rows: Sequence[GanttRow], *, now: float, begun: datetime, is_live: bool) -> None:
        """Replace the rows; `now` is in seconds from `begun`. The cursor stays on its row."""
        kept = self.selected.id if self.selected else None
        self._rows, self._begun = rows, begun
        self.cursor = next(
            (index for index, row in enumerate(rows) if row.id == kept), min(self.cursor, len(rows) - 1)
        )
        self.cursor = max(0, self.cursor)
        self.virtual_size = Size(0, len(rows) + HEAD)
        self.pass_time(now, is_live=is_live)

    def pass_time(self, now: float, *, is_live: bool) -> None:
        """It is later: bars that are open have grown."""
        self._now, self._is_live = now, is_live
        self._fit()
        self.repaint_changed()

    def _fit(self) -> None:
        wanted = around(self._rows, self._now)
        if not self._is_live:
            self._fitted = wanted
        elif not (
            self._fitted.start == wanted.start and wanted.end <= self._fitted.end <= wanted.end * 2 + 1
        ):
            self._fitted = Window(wanted.start, wanted.start + wanted.span * SPARE)

    @property
    def rows(self) -> Sequence[GanttRow]:
        return self._rows

    @property
    def selected(self) -> GanttRow | None:
        return self._rows[self.cursor] if self.cursor < len(self._rows) else None

    @property
    def window(self) -> Window:
        """The time that is shown."""
        return self._window or self._fitted

    # --- the cursor

    def select(self, task_run_id: str) -> None:
        """Put the cursor on a task run's row; nobody is told."""
        for index, row in enumerate(self._rows):
            if Row.of(row.id).task_run_id == task_run_id:
                if self.selected is None or Row.of(self.selected.id).task_run_id != task_run_id:
                    self._put(index)
                return

    def move(self, to: int) -> None:
        to = max(0, min(to, len(self._rows) - 1))
        if to != self.cursor:
            self._put(to)
            self.post_message(self.Moved(Row.of(self._rows[to].id)))

    def _put(self, index: int) -> None:
        self.cursor = index
        top, room = round(self.scroll_target_y), max(1, self.size.height - HEAD)
        if not top <= index < top + room:
            to = index if index < top else index - room + 1
            self.scroll_to(y=to, animate=False, force=True, immediate=True)
        self.repaint_changed()

    # --- what the keys do

    def action_do(self, id: str) -> None:
        verb = BY_ID[id].verb
        half = max(1, self.size.height // 2)
        steps = {
            "down": 1,
            "up": -1,
            "page_down": half,
            "page_up": -half,
            "bottom": len(self._rows),
            "top": -len(self._rows),
        }
        if verb in steps:
            self.move(self.cursor + steps[verb])
        else:
            getattr(self, f"_do_{verb}")()

    def _do_open(self) -> None:
        if self.selected is None:
            self.notify("no task has begun yet", severity="warning")
        else:
            self.post_message(self.Chosen(Row.of(self.selected.id)))

    def _do_zoom_in(self) -> None:
        self._look_at(self.window.zoomed(ZOOM, self._middle))

    def _do_zoom_out(self) -> None:
        self._look_at(self.window.zoomed(1 / ZOOM, self._middle))

    @property
    def _middle(self) -> float:
        """What a zoom leaves where it is: the beginning of the selected row, where it is shown, else the middle."""
        window, row = self.window, self.selected
        if row is not None and row.spans and window.start <= row.spans[0].start <= window.end:
            return row.spans[0].start
        return (window.start + window.end) / 2

    def _do_pan_left(self) -> None:
        self._look_at(self.window.panned(-PAN))

    def _do_pan_right(self) -> None:
        self._look_at(self.window.panned(PAN))

    def _do_fit(self) -> None:
        self._look_at(None)

    def _do_now(self) -> None:
        """The instant that is now stands at three quarters."""
        window = self.window
        self._look_at(window.panned((self._now - window.start) / window.span - 0.75))

    def _look_at(self, window: Window | None) -> None:
        self._window = window
        self.repaint_changed()

    def _do_order(self) -> None:
        self.order = self.order.following
        self.notify(f"sorted by {self.order.value}", timeout=2)
        self.post_message(self.Arranged(self))

    def _do_attempts(self) -> None:
        self.shows_attempts = not self.shows_attempts
        self.post_message(self.Arranged(self))

    def _do_nodes(self) -> None:
        self.shows_nodes = not self.shows_nodes
        self.post_message(self.Arranged(self))

    def on_click(self, event: events.Click) -> None:
        row = event.y - HEAD + self.scroll_offset.y
        if event.y >= HEAD and 0 <= row < len(self._rows):
            self.move(row)
            if event.chain == 2:
                self._do_open()

    def watch_has_focus(self, has_focus: bool) -> None:
        super().watch_has_focus(has_focus)
        self.repaint_changed()

    # --- painting

    @property
    def chart(self) -> Chart:
        width = self.scrollable_size.width
        longest = max((2 * row.depth + len(row.label) + 2 for row in self._rows), default=0)
        return Chart(
            self.window,
            width,
            self._now,
            is_live=self._is_live,
            label=max(12, min(longest, width // 3, 40)),
            gutter=width >= 110,
            charset=self._charset,
        )

    def repaint_changed(self) -> None:
        chart = self.chart
        for y in range(self.size.height):
            if self._content(y, chart) != self._painted.get(y):
                self.refresh(Region(0, y, self.size.width, 1))

    def _content(self, y: int, chart: Chart) -> tuple[Cells, Style]:
        if not self._rows:
            return ([Part(" No task has begun yet.", "dim")] if y == 0 else []), Style.null()
        if y < HEAD:
            return self._axis(chart), Style.null()
        index = y - HEAD + self.scroll_offset.y
        if index >= len(self._rows):
            return [], Style.null()
        over = "cursor" if self.has_focus else "cursor-blurred"
        style = palette(self.app.theme)[over] if index == self.cursor else Style.null()
        return chart.line(self._rows[index]), style

    def _axis(self, chart: Chart) -> Cells:
        if self._begun is None or chart.bars < 60:
            return chart.axis()
        clock = Clock(self._begun.astimezone())
        return chart.axis(told=clock, origin=clock.origin)

    def render_line(self, y: int) -> Strip:
        row, over = self._content(y, self.chart)
        self._painted[y] = (row, over)
        base = self.rich_style
        return strip(row, palette(self.app.theme), base + over).adjust_cell_length(
            self.size.width, base + over
        )
