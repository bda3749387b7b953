"""One flow: its drawing, its text, its executions."""

from dataclasses import dataclass
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.events import ScreenResume
from textual.message import Message
from textual.widget import Widget

from console.actions import bindings
from console.messages import ExecutionChanged, FlowsChanged, Reconnected, TriggersChanged
from console.models import execution_row
from console.models.address import EXECUTION, Address
from console.screens.execution_actions import ExecutionActions
from console.screens.flow_actions import FlowActions
from console.widgets.lines import Line, Lines, Part
from console.widgets.preview import lines
from console.widgets.table import Cells, Table
from runtime.client.requests import GetFlow
from runtime.model.execution import Execution
from runtime.model.views import ExecutionPage, FlowDetail, FlowView

EXECUTIONS = 100  # the latest that are listed; screen 2 has them all
PANES = ("topology", "source", "runs")


class FlowScreen(FlowActions, ExecutionActions):
    """Topology, source and executions: side by side where there is room, else one at a time."""

    SCOPE = "flow"
    CSS_PATH = "flow.tcss"
    BINDINGS: ClassVar[list[BindingType]] = bindings("flow")

    @dataclass
    class Loaded(Message):
        """The flow, and its latest executions."""

        detail: FlowDetail
        page: ExecutionPage

    def __init__(self, namespace: str, flow_id: str) -> None:
        super().__init__()
        self._namespace = namespace
        self._flow_id = flow_id
        self._detail: FlowDetail | None = None
        self._executions: list[Execution] = []

    @property
    def crumb(self) -> str:
        return f"{self._namespace}.{self._flow_id}"

    @property
    def address(self) -> str:
        return f"{self._namespace}.{self._flow_id}"

    @property
    def selected(self) -> object:
        """The flow; for what is done with an execution, the one below the cursor."""
        return self._detail.flow if self._detail else None

    def body(self) -> ComposeResult:
        with Container(classes="panes"):
            yield Lines(id=PANES[0])
            yield Lines(id=PANES[1])
            yield Table[Execution](
                execution_row.COLUMNS, cells=self._cells, key=lambda execution: execution.id, id=PANES[2]
            )

    def _cells(self, execution: Execution) -> Cells:
        return execution_row.cells(execution, self.now, ascii_only=self.deck.ascii_only)

    # --- reading

    @on(ScreenResume)
    @on(Reconnected)
    @on(TriggersChanged)
    @work(exclusive=True, group="flow")
    async def load(self) -> None:
        asked = self.client.ask(GetFlow(namespace=self._namespace, id=self._flow_id), FlowDetail)
        detail = await self.read(asked)
        if detail is None:
            return
        runs = self.client.executions(namespace=self._namespace, flow_id=self._flow_id, limit=EXECUTIONS)
        page = await self.read(runs)
        self.post_message(self.Loaded(detail, page or ExecutionPage()))

    @on(FlowsChanged)
    def _read_again(self, event: FlowsChanged) -> None:
        if not event.names or self.crumb in event.names:
            self.notify(f"{self.crumb} was read again", markup=False)
            self.load()

    @on(Loaded)
    def _show_loaded(self, event: Loaded) -> None:
        self._detail, self._executions = event.detail, list(event.page.items)
        self._draw(event.detail)
        self.query_one("#source", Lines).show(numbered(event.detail.source))
        self._show_executions()
        self.show_link()

    def _draw(self, detail: FlowDetail) -> None:
        pane = self.query_one("#topology", Lines)
        width, ascii_only = pane.size.width - 3, self.deck.ascii_only
        pane.show(list(lines(detail.flow, detail.topology, self.now, width=width, ascii_only=ascii_only)))

    @on(ExecutionChanged)
    def _move(self, event: ExecutionChanged) -> None:
        moved = event.change.execution
        if (moved.namespace, moved.flow_id) == (self._namespace, self._flow_id):
            changed = execution_row.with_change(self._executions, moved)
            self._executions = [moved, *self._executions] if changed is None else changed
            self._show_executions()

    def _show_executions(self) -> None:
        runs = self.query_one("#runs", Table)
        runs.show(self._executions, empty=[(Part("It never ran. r runs it."),)])

    def tick(self) -> None:
        self.query_one("#runs", Table).repaint_changed()

    # --- panes

    def on_mount(self) -> None:
        super().on_mount()
        self._enter(PANES[0])

    def _enter(self, pane: str) -> None:
        for name in PANES:
            self.query_one(f"#{name}").set_class(name == pane, "-front")
        self.query_one(f"#{pane}").focus()

    @property
    def _pane(self) -> int:
        front: list[Widget] = list(self.query(".-front"))
        return PANES.index(front[0].id or PANES[0]) if front else 0

    def do_pane(self) -> None:
        self._enter(PANES[(self._pane + 1) % len(PANES)])

    def do_pane_back(self) -> None:
        self._enter(PANES[(self._pane - 1) % len(PANES)])

    # --- what the keys do

    def do_open(self) -> None:
        execution = self.query_one("#runs", Table).selected
        if isinstance(execution, Execution):
            self.deck.go(Address(EXECUTION, execution.id))

    @on(Table.Chosen)
    def _chosen(self) -> None:
        self.do_open()

    def do_reload(self) -> None:
        self.load()

    @property
    def flow(self) -> FlowView | None:
        return self._detail.flow if self._detail else None


def numbered(source: str) -> list[Line]:
    """A source with the numbers of its lines."""
    texts = source.splitlines()
    size = len(str(len(texts)))
    return [
        (Part(f" {number:>{size}} ", "number"), Part(line.expandtabs(4), _look(line)))
        for number, line in enumerate(texts, 1)
    ]


def _look(line: str) -> str:
    return "dim" if line.lstrip().startswith("#") else "code"
