"""The keys of a log: moving in it, seeking errors, warnings and hits, and how its lines look."""

from dataclasses import dataclass
from typing import ClassVar

from textual.binding import BindingType
from textual.message import Message

from console.actions import BY_ID, bindings
from console.widgets.log_window import LogWindow

COLUMNS = 8  # that left and right move
SOUGHT = {
    "error": ("ERROR", 1),
    "error_back": ("ERROR", -1),
    "warning": ("WARN", 1),
    "warning_back": ("WARN", -1),
}


class LogView(LogWindow, can_focus=True):
    """A window on a log that is moved by keys."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("log")

    @dataclass
    class Sought(Message):
        """The next line of a level is wanted, from a position on."""

        level: str
        start: int
        step: int

    @dataclass
    class Asked(Message):
        """A key was pressed that is not for the widget to answer: `attempt`, `scope`, `copy`, `save`."""

        what: str

    # --- what the keys do

    def action_do(self, id: str) -> None:
        verb = BY_ID[id].verb
        half = max(1, self.size.height // 2)
        steps = {"down": 1, "up": -1, "page_down": half, "page_up": -half}
        if verb in steps:
            self._step(steps[verb])
        elif verb in SOUGHT:
            level, step = SOUGHT[verb]
            self.post_message(self.Sought(level, self.cursor + step, step))
        elif verb in {"attempt", "scope", "copy", "save"}:
            self.post_message(self.Asked(verb))
        else:
            getattr(self, f"_do_{verb}")()

    def _step(self, step: int) -> None:
        row = self._row(self.cursor) + step
        if step < 0 or row < self.count - 1:
            self.is_following = False
        self._put(row)

    def _do_top(self) -> None:
        self.is_following = False
        self._put(0)

    def _do_bottom(self) -> None:
        self.is_following = True
        self.catch_up()

    def _do_follow(self) -> None:
        self.is_following = not self.is_following
        self.catch_up()

    def _do_hit(self) -> None:
        self._go_hit(1)

    def _do_hit_back(self) -> None:
        self._go_hit(-1)

    def _go_hit(self, step: int) -> None:
        if self._hits is None:
            self.notify("there is no filter: / sets one", severity="warning")
            return
        found = self._hits.following(self.cursor, step)
        if found is None:
            self.notify(f"nothing {'below' if step > 0 else 'above'} passes the filter", severity="warning")
        else:
            self.jump(found)

    def _do_context(self) -> None:
        if self._hits is None:
            self.notify("there is no filter: / sets one", severity="warning")
            return
        self.shows_context = not self.shows_context
        self.catch_up()
        self._put(self._row(self.cursor))

    def _do_times(self) -> None:
        self.times = self.times.following
        self._look_anew()

    def _do_wrap(self) -> None:
        self.is_wrapped = not self.is_wrapped
        self._pan = self._skip = 0
        self._look_anew()

    def _look_anew(self) -> None:
        self.forget_looks()
        self.refresh()
        self.catch_up()
        if not self.is_following:
            self._keep_visible(self._row(self.cursor))

    def _do_left(self) -> None:
        self._go_aside(-COLUMNS)

    def _do_right(self) -> None:
        self._go_aside(COLUMNS)

    def _go_aside(self, columns: int) -> None:
        if self.is_wrapped:
            self.notify("lines are wrapped: z cuts them", severity="warning")
            return
        self._pan = max(0, self._pan + columns)
        self.forget_looks()
        self._refresh_changed()
