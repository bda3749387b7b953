"""How the panes of an execution's screen stand, and how one goes from one to the next."""

from textual import events, on
from textual.css.scalar import Scalar
from textual.widget import Widget

from console.screens.execution_graph import GraphPane
from console.screens.execution_log import LogFeed
from console.widgets.gantt import GanttView
from console.widgets.log_view import LogView
from console.widgets.nodes import NodesTable
from console.widgets.outputs import OutputsView
from console.widgets.topology import TopologyView

SPLIT = (160, 40)
"""Columns and rows from which on topology, Gantt and log stand side by side."""

LEAST = 6  # lines of the upper pane where the screen is split
TALLEST = 45  # percent of the screen that it takes at most

PANES = ("topology", "gantt", "log", "nodes", "outputs")
UPPER = frozenset({"topology", "nodes", "outputs"})
FOCUSED: dict[str, type[Widget]] = {
    "topology": TopologyView,
    "gantt": GanttView,
    "log": LogView,
    "nodes": NodesTable,
    "outputs": OutputsView,
}


class Panes(GraphPane, LogFeed):
    """Five panes: all that matter at once where there is room, else one at a time."""

    front: str = PANES[0]
    """The one that has the keys."""
    _upper: str = PANES[0]
    """Which of the upper panes is shown where the screen is split."""

    def show_head(self) -> None:
        """What stands above the panes: it depends on the width, and on which pane is in front."""
        raise NotImplementedError

    @property
    def is_split(self) -> bool:
        return self.size.width >= SPLIT[0] and self.size.height >= SPLIT[1]

    @property
    def is_log_shown(self) -> bool:
        return self.is_split or self.front == "log"

    # --- how they stand

    @on(events.Resize)
    def _arrange(self) -> None:
        """Which panes are shown: one, or one of the upper with both of the lower."""
        self.set_class(self.is_split, "-split")
        shown = {self._upper, "gantt", "log"} if self.is_split else {self.front}
        for name in PANES:
            self.query_one(f"#{name}").display = name in shown
        self.query_one("#upper").display = bool(shown & UPPER)
        self.query_one("#lower").display = bool(shown - UPPER)
        self.fit_upper()
        self.show_head()
        if self.is_log_shown:
            self.follow_log()
        else:
            self.pause_log()

    def fit_upper(self) -> None:
        """A small drawing leaves its room to what stands below; one that changes with the cursor keeps its own."""
        upper = self.query_one("#upper")
        most = self.size.height * TALLEST // 100
        if not self.is_split:
            height: int | str = "1fr"
        elif self._upper != "topology" or self.graph_view.is_partial:
            height = most
        else:
            height = min(max(self.graph_view.lines_needed + 1, LEAST), most)
        if upper.styles.height != Scalar.parse(str(height)):
            upper.styles.height = height

    # --- going there

    def enter(self, pane: str) -> None:
        """Give a pane the keys."""
        self.front = pane
        if pane in UPPER:
            self._upper = pane
        self._arrange()
        self.set_focus(self.query_one(FOCUSED[pane]))  # at once: the next key may be for it

    @on(events.DescendantFocus)
    def _came_to(self, event: events.DescendantFocus) -> None:
        """A click goes to another pane as its key does."""
        front = next((name for name, kind in FOCUSED.items() if isinstance(event.widget, kind)), self.front)
        if front != self.front:
            self.enter(front)
        self.show_keys()

    def do_topology(self) -> None:
        self.enter("topology")

    def do_gantt(self) -> None:
        self.enter("gantt")

    def do_log(self) -> None:
        self.enter("log")

    def do_nodes(self) -> None:
        if self.state is not None and not self.state.nodes:
            self.notify("no task of this execution told of dbt nodes so far", severity="warning")
        else:
            self.enter("nodes")

    def do_outputs(self) -> None:
        self.enter("outputs")

    def do_next(self) -> None:
        self._step(1)

    def do_back(self) -> None:
        self._step(-1)

    def _step(self, step: int) -> None:
        """To the next pane that has something to show."""
        panes = [name for name in PANES if name != "nodes" or (self.state and self.state.nodes)]
        here = panes.index(self.front) if self.front in panes else 0
        self.enter(panes[(here + step) % len(panes)])
