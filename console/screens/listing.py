"""What the screens of the first level share: a table, a filter with the number of hits, and reading anew when news come."""

from collections.abc import Sequence

from textual import on
from textual.events import ScreenResume

from console.models.filter import Filter
from console.screens.base import ConsoleScreen
from console.widgets.lines import Line, Part
from console.widgets.table import Table

FILTERS_KEPT = 50


class ListScreen(ConsoleScreen):
    """A screen around one table."""

    def __init__(self) -> None:
        super().__init__()
        self.filter = Filter()
        self.filter_history: list[str] = []
        self.is_loaded = False

    @property
    def table(self) -> Table[object]:
        return self.query_one(Table)

    @property
    def selected(self) -> object:
        return self.table.selected if self.is_mounted else None

    @property
    def crumb(self) -> str:
        """The name, the hits of all, and the filter."""
        if not self.is_loaded:
            return self.SCOPE
        wanted = f" /{self.filter.text}" if self.filter else ""
        return f"{self.SCOPE} {self.count}{wanted}".replace("  ", " ").strip()

    @property
    def count(self) -> str:
        """How many are shown, of how many."""
        return str(len(self.table.rows))

    @property
    def address(self) -> str:
        return f"{self.SCOPE} {self.filter.text}".strip()

    def load(self) -> object:
        """Ask the runtime; the answer comes as a message."""
        raise NotImplementedError

    def show_rows(self) -> None:
        """Hand the table what passes the filter."""
        raise NotImplementedError

    def nothing(self, what: str, hint: str) -> Sequence[Line]:
        """Why the table is empty, and the next key."""
        if not self.is_loaded:
            reason = self.deck.link.offline or "reading ..."
            return [(Part(reason, "dim"),)]
        if self.filter:
            return [
                (
                    Part(f"No {what} match "),
                    Part(self.filter.text, "strong"),
                    Part(". Esc clears the filter."),
                )
            ]
        return [(Part(hint),)]

    @on(ScreenResume)
    def _read(self) -> None:
        if self.deck.link.is_up:
            self.load()
        else:
            self.show_rows()

    @on(Table.Moved)
    def _moved(self) -> None:
        self.show_keys()

    @on(Table.Chosen)
    async def _chosen(self) -> None:
        await self.action_do("flows.open")

    def tick(self) -> None:
        self.table.repaint_changed()

    # --- the filter

    def do_filter(self) -> None:
        self.ask("/", value=self.filter.text, history=self.filter_history)

    def do_reload(self) -> None:
        self.load()

    def filter_by(self, text: str) -> None:
        self.filter = Filter(text)
        self.show_rows()
        self.show_link()

    def clear_transient(self) -> bool:
        if not self.filter:
            return False
        self.filter_by("")
        return True
