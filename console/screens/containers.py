"""The containers that attempts run in: what the engine holds for flowdeck at this moment."""

from dataclasses import dataclass
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message

from console.actions import bindings
from console.messages import ExecutionChanged, Reconnected
from console.models import container_row
from console.models.address import EXECUTION, Address
from console.screens.listing import ListScreen
from console.widgets.table import Cells, Table
from runtime.client.requests import ListContainers
from runtime.errors import Failure
from runtime.model.views import Container


class ContainersScreen(ListScreen):
    """The list of containers, the newest first."""

    SCOPE = "containers"
    BINDINGS: ClassVar[list[BindingType]] = bindings("containers")

    @dataclass
    class Loaded(Message):
        """The engine's containers, or why it told of none."""

        containers: list[Container]
        trouble: str = ""

    def __init__(self) -> None:
        super().__init__()
        self._containers: list[Container] = []
        self._trouble = ""

    def body(self) -> ComposeResult:
        yield Table[Container](container_row.COLUMNS, cells=self._cells, key=lambda each: each.id)

    def _cells(self, container: Container) -> Cells:
        return container_row.cells(container, self.now, ascii_only=self.deck.ascii_only)

    @on(Reconnected)
    @on(ExecutionChanged)
    @work(exclusive=True, group="containers")
    async def load(self) -> None:
        try:
            self.post_message(self.Loaded(await self.client.many(ListContainers(), Container)))
        except Failure as failure:
            self.post_message(self.Loaded([], f"{failure.message}. {failure.hint}".strip()))

    @on(Loaded)
    def _show_loaded(self, event: Loaded) -> None:
        self._containers, self._trouble, self.is_loaded = event.containers, event.trouble, True
        self.show_rows()
        self.show_link()

    def show_rows(self) -> None:
        hint = (
            self._trouble
            or "No container runs for flowdeck. One is made for each attempt, and removed when it ended."
        )
        shown = container_row.passing(self._containers, self.filter)
        self.table.show(shown, empty=self.nothing("containers", hint))

    def do_open(self) -> None:
        container = self.selected
        if isinstance(container, Container) and container.execution_id:
            self.deck.go(Address(EXECUTION, container.execution_id))
