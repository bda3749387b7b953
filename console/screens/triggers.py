"""What fires next, and what rests."""

from dataclasses import dataclass
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message

from console.actions import bindings
from console.format import distance
from console.messages import FlowsChanged, Reconnected, TriggersChanged
from console.models import trigger_row
from console.models.address import FLOW, Address
from console.screens.listing import ListScreen
from console.screens.notice import Notice
from console.widgets.lines import Line, Part
from console.widgets.table import Cells, Table
from runtime.client.requests import ListFires, PauseTrigger
from runtime.model.views import Done, Fire, TriggerView

FIRES = 5


class TriggersScreen(ListScreen):
    """The list of triggers, the next to fire first."""

    SCOPE = "triggers"
    BINDINGS: ClassVar[list[BindingType]] = bindings("triggers")

    @dataclass
    class Loaded(Message):
        """The runtime's triggers."""

        triggers: list[TriggerView]

    def __init__(self) -> None:
        super().__init__()
        self._triggers: list[TriggerView] = []

    def body(self) -> ComposeResult:
        yield Table[TriggerView](trigger_row.COLUMNS, cells=self._cells, key=trigger_row.key_of)

    def _cells(self, trigger: TriggerView) -> Cells:
        return trigger_row.cells(trigger, self.now, ascii_only=self.deck.ascii_only)

    @on(Reconnected)
    @on(FlowsChanged)
    @on(TriggersChanged)
    @work(exclusive=True, group="triggers")
    async def load(self) -> None:
        triggers = await self.read(self.client.triggers())
        if triggers is not None:
            self.post_message(self.Loaded(triggers))

    @on(Loaded)
    def _show_loaded(self, event: Loaded) -> None:
        self._triggers, self.is_loaded = trigger_row.by_next(event.triggers), True
        self.show_rows()
        self.show_link()

    def show_rows(self) -> None:
        shown = trigger_row.passing(self._triggers, self.filter)
        hint = "No flow has a trigger. `triggers:` in a flow file adds one."
        self.table.show(shown, empty=self.nothing("triggers", hint))

    # --- what the keys do

    def do_open(self) -> None:
        trigger = self.selected
        if isinstance(trigger, TriggerView):
            self.deck.go(Address(FLOW, f"{trigger.namespace}.{trigger.flow_id}"))

    @work(exclusive=True, group="pause")
    async def do_pause(self) -> None:
        trigger = self.selected
        if not isinstance(trigger, TriggerView):
            return
        request = PauseTrigger(
            namespace=trigger.namespace,
            flow_id=trigger.flow_id,
            trigger_id=trigger.trigger_id,
            paused=not trigger.paused,
        )
        done = await self.attempt(self.client.ask(request, Done))
        if done is not None:
            self.notify(done.message, markup=False)
            self.load()

    @work(exclusive=True, group="fires")
    async def do_upcoming(self) -> None:
        trigger = self.selected
        if not isinstance(trigger, TriggerView):
            return
        request = ListFires(
            namespace=trigger.namespace, flow_id=trigger.flow_id, trigger_id=trigger.trigger_id, count=FIRES
        )
        fires = await self.attempt(self.client.many(request, Fire))
        if fires is not None:
            lines = [self._fire(fire) for fire in fires] or [(Part("it never fires again", "dim"),)]
            self.app.push_screen(Notice(f"Next fires of {trigger_row.key_of(trigger)}", lines))

    def _fire(self, fire: Fire) -> Line:
        return (
            Part(f"{fire.at:%a %Y-%m-%d %H:%M:%S %z}"),
            Part(f"  {distance(fire.at, self.now):<9}", "dim"),
            Part(f"  {fire.note}", "warning"),
        )
