"""Home: what wants a person, what runs, what comes next. Five seconds at three in the morning."""

from dataclasses import dataclass
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message

from console.actions import bindings
from console.messages import ExecutionChanged, FlowsChanged, Reconnected, TriggersChanged
from console.models import pulse
from console.models.address import EXECUTION, FLOW, PROBLEMS, Address
from console.models.flow_row import name_of
from console.models.pulse import Failure, Heading, Pulse, Row
from console.screens.execution_actions import ExecutionActions
from console.screens.listing import ListScreen
from console.widgets.table import Cells, Table
from runtime.model.execution import Execution
from runtime.model.states import State
from runtime.model.views import FlowView, TriggerView

MOST = 200  # executions of each kind


class PulseScreen(ExecutionActions, ListScreen):
    """One list in three parts."""

    SCOPE = "pulse"
    BINDINGS: ClassVar[list[BindingType]] = bindings("pulse")

    @dataclass
    class Loaded(Message):
        """What the runtime said."""

        pulse: Pulse

    def __init__(self) -> None:
        super().__init__()
        self._pulse = Pulse()

    def body(self) -> ComposeResult:
        yield Table[Row](pulse.COLUMNS, cells=self._cells, key=pulse.key_of, has_header=False)

    def _cells(self, row: Row) -> Cells:
        return pulse.cells(row, self.now, ascii_only=self.deck.ascii_only)

    @property
    def selected(self) -> object:
        """Of a failure its execution: what can be done with that is what one wants here."""
        row = super().selected
        return row.execution if isinstance(row, Failure) else row

    @property
    def count(self) -> str:
        return ""

    # --- reading

    @on(Reconnected)
    @on(ExecutionChanged)
    @on(FlowsChanged)
    @on(TriggersChanged)
    @work(exclusive=True, group="pulse")
    async def load(self) -> None:
        found = await self.read(self._ask())
        if found is not None:
            self.post_message(self.Loaded(found))

    async def _ask(self) -> Pulse:
        since = self.deck.looked.at
        failed = await self.client.executions(states=_names(pulse.ENDED_BADLY), since=since, limit=MOST)
        running = await self.client.executions(states=_names(pulse.UNDER_WAY), limit=MOST)
        waiting = await self.client.executions(states=_names(pulse.WAITING), limit=MOST)
        return Pulse(
            running=running.items,
            failed=failed.items,
            waiting=waiting.items,
            flows=await self.client.flows(),
            triggers=await self.client.triggers(),
            since=since,
        )

    @on(Loaded)
    def _show_loaded(self, event: Loaded) -> None:
        self._pulse, self.is_loaded = event.pulse, True
        self.deck.flow_names = tuple(name_of(flow) for flow in event.pulse.flows if flow.id)
        self.show_rows()
        self.show_link()

    def show_rows(self) -> None:
        rows = self._pulse.rows(self.now, self.filter) if self.is_loaded else []
        at_start = not self.table.rows
        self.table.show(rows, empty=self.nothing("executions", ""))
        if at_start:
            self.table.move(next((at for at, row in enumerate(rows) if not isinstance(row, Heading)), 0))

    # --- what the keys do

    def do_open(self) -> None:
        match self.selected:
            case Execution(id=id):
                self.deck.go(Address(EXECUTION, id))
            case TriggerView(namespace=namespace, flow_id=flow_id):
                self.deck.go(Address(FLOW, f"{namespace}.{flow_id}"))
            case FlowView(file=file):
                self.deck.go(Address(PROBLEMS, filter=file))

    def do_seen(self) -> None:
        """All that went wrong until now was seen."""
        self.deck.looked.now(self.now)
        self.notify("what went wrong until now is seen; it stays in the list of executions")
        self.load()


def _names(states: tuple[State, ...]) -> tuple[str, ...]:
    return tuple(state.value for state in states)
