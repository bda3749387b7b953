"""Home: every flow, how it went last, when it runs next, and what is wrong with it."""

from dataclasses import dataclass
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.timer import Timer

from console.actions import bindings
from console.messages import ExecutionChanged, FlowsChanged, Reconnected, TriggersChanged
from console.models import flow_row
from console.models.address import FLOW, Address
from console.models.flow_list import changed_toast, with_execution
from console.screens.flow_actions import FlowActions
from console.screens.listing import ListScreen
from console.widgets.preview import Preview
from console.widgets.table import Cells, Table
from runtime.client.requests import GetFlow
from runtime.model.views import FlowDetail, FlowView, Topology

REST = 0.12  # seconds that the cursor must rest before the preview is asked for


class FlowsScreen(FlowActions, ListScreen):
    """The list of flows; on a wide screen with a drawing of the one below the cursor."""

    SCOPE = "flows"
    CSS_PATH = "flows.tcss"
    BINDINGS: ClassVar[list[BindingType]] = bindings("flows")

    @dataclass
    class Loaded(Message):
        """The runtime's flows."""

        flows: list[FlowView]

    @dataclass
    class Detailed(Message):
        """The flow that is previewed."""

        detail: FlowDetail

    def __init__(self) -> None:
        super().__init__()
        self._flows: list[FlowView] = []
        self._only_faulty = False
        self._resting: Timer | None = None
        self._announced: tuple[str, ...] = ()
        """Flows whose files were just read again: to be lit when the new list comes."""

    def body(self) -> ComposeResult:
        with Horizontal(classes="list-body"):
            yield Table[FlowView](flow_row.COLUMNS, cells=self._cells, key=flow_row.key_of)
            yield Preview()

    def _cells(self, flow: FlowView) -> Cells:
        return flow_row.cells(flow, self.now, ascii_only=self.deck.ascii_only)

    @property
    def count(self) -> str:
        shown, all_ = len(self.table.rows), len(self._flows)
        return str(all_) if shown == all_ else f"{shown}/{all_}"

    # --- reading

    @on(Reconnected)
    @on(TriggersChanged)
    @work(exclusive=True, group="flows")
    async def load(self) -> None:
        flows = await self.read(self.client.flows())
        if flows is not None:
            self.post_message(self.Loaded(flows))

    @on(FlowsChanged)
    def _read_again(self, event: FlowsChanged) -> None:
        self._announced += event.names
        self.load()

    @on(Loaded)
    def _show_loaded(self, event: Loaded) -> None:
        before = {flow_row.key_of(flow): flow for flow in self._flows}
        self._flows, self.is_loaded = event.flows, True
        self.deck.flow_names = tuple(flow_row.name_of(flow) for flow in event.flows if flow.revision)
        self.show_rows()
        self.show_link()
        if self._announced:
            self._announce(before)

    def _announce(self, before: dict[str, FlowView]) -> None:
        names, self._announced = self._announced, ()
        self.table.flash(names)
        toast = changed_toast(names, before, {flow_row.key_of(flow): flow for flow in self._flows})
        if toast is not None:
            self.notify(toast.text, severity="error" if toast.is_error else "information", markup=False)

    @on(ExecutionChanged)
    def _move_state(self, event: ExecutionChanged) -> None:
        self._flows = with_execution(self._flows, event.change.execution)
        self.show_rows()

    def show_rows(self) -> None:
        shown = flow_row.passing(self._flows, self.filter, only_faulty=self._only_faulty)
        hint = "No flow has a problem. ! shows all flows." if self._only_faulty else self._no_flows
        self.table.show(shown, empty=self.nothing("flows", hint))

    @property
    def _no_flows(self) -> str:
        status = self.deck.link.status
        place = status.flows_directory if status else None
        return f"No flows yet. Save a .yaml file below {place}, or see `flowdeck flow new`."

    # --- the preview

    @on(Table.Moved)
    def _wait_for_rest(self) -> None:
        if self._resting is not None:
            self._resting.stop()
        if self.query_one(Preview).is_wanted:
            self._resting = self.set_timer(REST, self._preview, name="rest")

    def _preview(self) -> None:
        flow = self.selected
        if isinstance(flow, FlowView):
            if flow.revision and self.deck.link.is_up:
                self._fetch_topology(flow)
            else:
                self._draw(flow, None)

    @work(exclusive=True, group="preview")
    async def _fetch_topology(self, flow: FlowView) -> None:
        detail = await self.read(self.client.ask(GetFlow(namespace=flow.namespace, id=flow.id), FlowDetail))
        if detail is not None:
            self.post_message(self.Detailed(detail))

    @on(Detailed)
    def _show_preview(self, event: Detailed) -> None:
        self._draw(event.detail.flow, event.detail.topology)

    def _draw(self, flow: FlowView, topology: Topology | None) -> None:
        self.query_one(Preview).show_flow(flow, topology, self.now, ascii_only=self.deck.ascii_only)

    # --- what the keys do

    def do_open(self) -> None:
        flow = self.selected
        if isinstance(flow, FlowView):
            if flow.revision:
                self.deck.go(Address(FLOW, flow_row.name_of(flow)))
            else:
                self.deck.go(Address("problems", filter=flow.file))

    def do_faulty(self) -> None:
        self._only_faulty = not self._only_faulty
        self.show_rows()
        self.show_link()

    def clear_transient(self) -> bool:
        if self._only_faulty:
            self.do_faulty()
            return True
        return super().clear_transient()
