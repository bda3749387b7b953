"""A log with the line above it: whose it is, how long, what is looked for."""

from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical

from console.render.durations import count
from console.widgets.chrome import OneLine
from console.widgets.lines import Part
from console.widgets.log_line import Times
from console.widgets.log_view import LogView
from console.widgets.log_window import LogWindow


@dataclass(frozen=True)
class LogTitle:
    """Whose log it is."""

    name: str = "all tasks"
    attempt: int = 0
    """0: of all tasks."""
    attempts: int = 0


class LogPane(Vertical):
    """Title and log."""

    DEFAULT_CSS = "LogPane { height: 1fr; } LogPane OneLine { background: $panel; }"

    def __init__(self, *, charset: str = "unicode", id: str | None = None) -> None:
        super().__init__(id=id)
        self._charset = charset
        self._title = LogTitle()

    def compose(self) -> ComposeResult:
        yield OneLine()
        yield LogView(charset=self._charset)

    @property
    def view(self) -> LogView:
        return self.query_one(LogView)

    def entitle(self, title: LogTitle) -> None:
        self._title = title
        self.show_title()

    @on(LogWindow.Moved)
    def show_title(self) -> None:
        """The cursor, the number of lines or a setting changed."""
        self.query_one(OneLine).say(self._left(), self._right())

    def _left(self) -> list[Part]:
        title, log = self._title, self.view.log_shown
        parts = [Part(" log of ", "dim"), Part(title.name, "strong")]
        if title.attempts > 1:
            parts.append(Part(f"  attempt {title.attempt}/{title.attempts}", "retrying"))
        if log is not None:
            parts.append(Part(f"  {count(min(self.view.cursor + 1, log.total))}/{count(log.total)}", "dim"))
        hits = self.view.hits
        if hits is not None and log is not None:
            more = (
                "" if hits.scanned >= log.total else f", {hits.scanned * 100 // max(1, log.total)} % searched"
            )
            found = f"{count(hits.ordinal(self.view.cursor))}/{count(len(hits.positions))}{more}"
            parts.append(Part(f"  /{hits.query.text} {found}", "accent"))
        return parts

    def _right(self) -> list[Part]:
        view = self.view
        words = ["wrapped"] if view.is_wrapped else []
        words += [] if view.times is Times.CLOCK else [f"times {view.times.value}"]
        words += ["with context"] if view.shows_context else []
        parts = [Part(", ".join(words), "dim")]
        ended = view.log_shown is not None and view.log_shown.is_ended
        if view.is_following:
            parts.append(Part(" end" if ended else " following", "dim" if ended else "running"))
        else:
            parts.append(Part(" s follows", "dim"))
        return [*parts, Part(" ")]
