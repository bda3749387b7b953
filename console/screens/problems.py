"""What is wrong in flow files: every problem of every file, with the text around it."""

from dataclasses import dataclass
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.events import Resize
from textual.message import Message

from console.actions import bindings
from console.messages import FlowsChanged, Reconnected
from console.models import trouble
from console.models.trouble import Trouble
from console.screens.flow_actions import FlowActions
from console.screens.listing import ListScreen
from console.widgets.lines import Lines, Part
from console.widgets.table import Cells, Table
from runtime.model.views import FlowView


class ProblemsScreen(FlowActions, ListScreen):
    """Problems above, the one below the cursor in full beneath."""

    SCOPE = "problems"
    CSS_PATH = "problems.tcss"
    BINDINGS: ClassVar[list[BindingType]] = bindings("problems")

    @dataclass
    class Loaded(Message):
        """The runtime's flows, with their problems."""

        flows: list[FlowView]

    def __init__(self) -> None:
        super().__init__()
        self._troubles: list[Trouble] = []

    def body(self) -> ComposeResult:
        with Container(classes="list-body"):
            yield Table[Trouble](trouble.COLUMNS, cells=self._cells, key=lambda each: each.key)
            yield Lines(id="account")

    def _cells(self, each: Trouble) -> Cells:
        return trouble.cells(each, ascii_only=self.deck.ascii_only)

    @on(Reconnected)
    @on(FlowsChanged)
    @work(exclusive=True, group="problems")
    async def load(self) -> None:
        flows = await self.read(self.client.flows())
        if flows is not None:
            self.post_message(self.Loaded(flows))

    @on(Loaded)
    def _show_loaded(self, event: Loaded) -> None:
        self._troubles, self.is_loaded = trouble.troubles(event.flows), True
        self.show_rows()
        self.show_link()

    def show_rows(self) -> None:
        shown = trouble.passing(self._troubles, self.filter)
        self.table.show(shown, empty=self.nothing("problems", "Every flow file is valid."))

    @on(Table.Moved)
    @on(Resize)
    def _show_account(self) -> None:
        each, pane = self.selected, self.query_one("#account", Lines)
        if not isinstance(each, Trouble):
            pane.show([])
            return
        source, width = self._source(each.file), pane.size.width - 3
        account = trouble.account(each, source, width=width, ascii_only=self.deck.ascii_only)
        pane.show([[Part(" "), *line] for line in account])

    def _source(self, file: str) -> str | None:
        """The file as it is now: no view holds the text of a file that is invalid."""
        path = self.deck.flow_path(file)
        try:
            return path.read_text(encoding="utf-8", errors="replace") if path else None
        except OSError:
            return None

    def do_open(self) -> None:
        self.do_edit()
