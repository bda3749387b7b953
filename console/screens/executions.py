"""What ran, runs, and went wrong: read a page at a time, so that 20,000 executions open as quickly as 20."""

from dataclasses import dataclass
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message

from console.actions import bindings
from console.messages import ExecutionChanged, Reconnected
from console.models import execution_row
from console.models.address import EXECUTION, Address
from console.screens.execution_actions import ExecutionActions
from console.screens.listing import ListScreen
from console.widgets.table import Cells, Table
from runtime.model.execution import Execution
from runtime.model.views import ExecutionPage

PAGE = 200  # executions
MOST_PAGES = 10
"""Pages that are read on end in search of what passes a filter that the runtime does not know."""


class ExecutionsScreen(ExecutionActions, ListScreen):
    """The list of executions, the newest first."""

    SCOPE = "executions"
    BINDINGS: ClassVar[list[BindingType]] = bindings("executions")

    @dataclass
    class Loaded(Message):
        """A page, and whether it is the first."""

        page: ExecutionPage
        is_first: bool

    def __init__(self) -> None:
        super().__init__()
        self._executions: list[Execution] = []
        self._next: str | None = None
        self._is_reading = False
        self._only_faulty = False
        self._pages = 0

    def body(self) -> ComposeResult:
        yield Table[Execution](execution_row.COLUMNS, cells=self._cells, key=lambda execution: execution.id)

    def _cells(self, execution: Execution) -> Cells:
        return execution_row.cells(execution, self.now, ascii_only=self.deck.ascii_only)

    @property
    def count(self) -> str:
        return f"{len(self.table.rows)}{'+' if self._next else ''}"

    # --- reading

    @on(Reconnected)
    def load(self) -> object:
        self._pages = 0
        return self._read_page(None)

    def _read_page(self, after: str | None) -> object:
        self._is_reading = True
        return self._fetch(after)

    @work(exclusive=True, group="executions")
    async def _fetch(self, after: str | None) -> None:
        faulty = tuple(state.value for state in execution_row.FAULTY) if self._only_faulty else ()
        states = execution_row.states_of(self.filter) or faulty
        parent = execution_row.parent_of(self.filter)
        page = await self.read(
            self.client.executions(states=states, parent_id=parent, limit=PAGE, after=after)
        )
        self._is_reading = False
        if page is not None:
            self.post_message(self.Loaded(page, after is None))

    @property
    def _asked(self) -> tuple[object, ...]:
        """The part of the filter that the runtime knows."""
        return execution_row.states_of(self.filter), execution_row.parent_of(self.filter)

    @on(Loaded)
    def _show_loaded(self, event: Loaded) -> None:
        self._executions = [*([] if event.is_first else self._executions), *event.page.items]
        self._next, self.is_loaded = event.page.next, True
        self._pages += 1
        self.show_rows()
        self.show_link()
        self._read_more()

    @on(Table.Moved)
    def _read_more(self) -> None:
        """The page behind the last, when the cursor comes near it, or when a filter left the screen half empty."""
        if self._next is None or self._is_reading or not self.table.is_near_end:
            return
        if self.table.cursor + 2 * self.table.size.height >= len(self.table.rows) or self._pages < MOST_PAGES:
            self._read_page(self._next)

    @on(ExecutionChanged)
    def _move(self, event: ExecutionChanged) -> None:
        moved = event.change.execution
        changed = execution_row.with_change(self._executions, moved)
        self._executions = [moved, *self._executions] if changed is None else changed
        self.show_rows()
        if changed is None:
            self.show_link()

    def show_rows(self) -> None:
        shown = [
            execution
            for execution in self._executions
            if execution_row.is_shown(execution, self.filter, only_faulty=self._only_faulty)
        ]
        hint = "Nothing went wrong. ! shows all executions." if self._only_faulty else self._nothing_ran
        self.table.show(shown, empty=self.nothing("executions", hint))

    @property
    def _nothing_ran(self) -> str:
        return "Nothing ran yet. Choose a flow on screen 1 and press r."

    def filter_by(self, text: str) -> None:
        before = self._asked
        super().filter_by(text)
        if self._asked != before or self._next:
            self.load()

    # --- what the keys do

    def do_open(self) -> None:
        execution = self.selected
        if isinstance(execution, Execution):
            self.deck.go(Address(EXECUTION, execution.id))

    def do_faulty(self) -> None:
        self._only_faulty = not self._only_faulty
        self.show_rows()
        self.load()

    def clear_transient(self) -> bool:
        if self._only_faulty:
            self.do_faulty()
            return True
        return super().clear_transient()
