"""One execution, live: its topology, its Gantt chart, its log, its dbt nodes, and what went in and came out."""

from dataclasses import dataclass
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container, Vertical
from textual.events import ScreenResume
from textual.message import Message
from textual.timer import Timer

from console.actions import bindings
from console.messages import ExecutionChanged, LinkChanged, Reconnected
from console.models import execution_gantt, execution_head, family
from console.models.address import FLOW, Address
from console.models.execution_failure import failure, first_sight
from console.models.execution_state import ExecutionState, changed, opened
from console.models.log_query import Query
from console.screens.execution_actions import ExecutionActions
from console.screens.execution_graph import GraphPane
from console.screens.execution_log import LogFeed, Scope
from console.screens.execution_panes import PANES, Panes
from console.widgets.execution_head import ExecutionHead, Tabs
from console.widgets.gantt import GanttView
from console.widgets.log_pane import LogPane
from console.widgets.nodes import NodesPane, NodesTable
from console.widgets.outputs import OutputsView
from console.widgets.table import Table
from console.widgets.topology import TopologyView
from runtime.model.execution import Execution, Node, TaskRun
from runtime.model.views import ExecutionView

REST = 0.12  # seconds that a cursor rests before the log follows it


class ExecutionScreen(ExecutionActions, Panes, GraphPane, LogFeed):
    """Five panes: all that matter at once where there is room, else one at a time."""

    SCOPE = "execution"
    CSS_PATH = "execution.tcss"
    BINDINGS: ClassVar[list[BindingType]] = bindings("execution")

    @dataclass
    class Loaded(Message):
        """All of the execution."""

        view: ExecutionView

    def __init__(self, execution_id: str) -> None:
        super().__init__(execution_id)
        self._state: ExecutionState | None = None
        self._missed: list[ExecutionChanged] = []
        """What was told while the whole was being read."""
        self._is_reading = False
        self._run_id = ""
        self._rest: Timer | None = None
        self._is_log_kept = False
        """All tasks' log was asked for: moving elsewhere does not change it."""

    # --- what it is

    @property
    def state(self) -> ExecutionState | None:
        return self._state

    @property
    def crumb(self) -> str:
        if self._state is None:
            return self.execution_id
        execution = self._state.execution
        return f"{execution.flow_id} {execution.id[-8:]}"

    @property
    def address(self) -> str:
        return self.execution_id

    @property
    def selected(self) -> Execution | None:
        return self._state.execution if self._state else None

    @property
    def scopes(self) -> tuple[str, ...]:
        table = ("table",) if self.front in {"nodes", "outputs"} else ()
        return (self.front, self.SCOPE, *table)

    def body(self) -> ComposeResult:
        charset = self.deck.charset
        yield ExecutionHead()
        yield Tabs()
        with Vertical(id="panes"):
            with Container(id="upper"):
                yield TopologyView(id="topology")
                yield NodesPane(lambda: self.now, charset=charset, id="nodes")
                yield OutputsView(id="outputs")
            with Container(id="lower"):
                yield GanttView(charset=charset, id="gantt")
                yield LogPane(charset=charset, id="log")

    def on_mount(self) -> None:
        super().on_mount()
        self.enter(self.front)

    # --- reading

    @on(ScreenResume)
    @on(Reconnected)
    def load(self) -> None:
        if self.deck.link.is_up:
            self._is_reading = True
            self._missed.clear()
            self._fetch()
            self.follow_log()

    @work(exclusive=True, group="execution")
    async def _fetch(self) -> None:
        view = await self.read(self.client.execution(self.execution_id))
        self._is_reading = False
        if view is not None:
            self.post_message(self.Loaded(view))

    @on(Loaded)
    def _show_loaded(self, event: Loaded) -> None:
        is_first = self._state is None
        state = opened(event.view)
        for missed in self._missed:
            state = changed(state, missed.change)
        self._missed.clear()
        self._state, self.execution_id = state, state.execution.id
        if is_first:
            broken = failure(state)
            self.scope = Scope(broken.run.id) if broken else Scope()
        self._show()
        if is_first:
            self._begin(state)
        self.show_link()

    def _begin(self, state: ExecutionState) -> None:
        """The cursor stands where one wants to look first: on what failed, else on what runs."""
        run = first_sight(state)
        if run is not None:
            self._run_id = run.id
            self.select_task(run.task_id)
            self.query_one(GanttView).select(run.id)

    @on(ExecutionChanged)
    def _move(self, event: ExecutionChanged) -> None:
        if self._is_reading:
            self._missed.append(event)
        if self._state is None or event.change.execution.id != self._state.execution.id:
            return
        before, self._state = self._state, changed(self._state, event.change)
        if self._state is not before:
            self._show()
        if self._state.execution.state is not before.execution.state:
            self.show_keys()

    @on(LinkChanged)
    def _pause_log(self) -> None:
        if not self.deck.link.is_up:
            self.pause_log()

    def do_reload(self) -> None:
        self.load()

    # --- showing

    def show_graph(self) -> None:
        super().show_graph()
        self.fit_upper()

    def _show(self) -> None:
        """Everything anew; each widget paints what differs."""
        if self._state is None:
            return
        self.show_head()
        self.show_graph()
        self._show_rows()
        self.query_one(NodesPane).show(tuple(self._state.nodes.values()))
        self.query_one(OutputsView).show_state(self._state)
        self.refresh_log()

    def show_head(self) -> None:
        if self._state is None:
            return
        charset = self.deck.charset
        lines = [
            execution_head.summary(self._state, self.now, charset),
            *execution_head.trouble(self._state, charset, self.size.width),
        ]
        self.query_one(ExecutionHead).show(lines, execution_head.origin(self._state, self.now))
        nodes = len(self._state.nodes)
        names = ["Topology", "Gantt", "Logs", f"Nodes {nodes}" if nodes else "Nodes", "Outputs"]
        self.query_one(Tabs).show(names, PANES.index(self.front))

    @on(GanttView.Arranged)
    def _show_rows(self) -> None:
        state, gantt = self._state, self.query_one(GanttView)
        if state is not None:
            rows = execution_gantt.rows(
                state,
                self.now,
                order=gantt.order,
                attempts=gantt.shows_attempts,
                nodes=gantt.shows_nodes,
            )
            gantt.show(rows, now=self._elapsed, begun=state.begun, is_live=not state.is_over)

    @property
    def _elapsed(self) -> float:
        """Seconds from the beginning to now, or to the end."""
        if self._state is None:
            return 0.0
        return ((self._state.execution.ended or self.now) - self._state.begun).total_seconds()

    def tick(self) -> None:
        """Once a second, and only while something goes on."""
        if self._state is None or self._state.is_over:
            return
        self.show_head()
        self.show_graph()
        self.query_one(GanttView).pass_time(self._elapsed, is_live=True)
        if self.query_one(NodesPane).display:
            self.query_one(NodesTable).repaint_changed()

    # --- where one can go

    def do_flow(self) -> None:
        if self._state is not None:
            execution = self._state.execution
            self.deck.go(Address(FLOW, f"{execution.namespace}.{execution.flow_id}"))

    def do_above(self) -> None:
        if self._state is not None and (there := family.above(self._state.execution)) is not None:
            self.deck.go(there)

    def open_run(self, run: TaskRun, attempt: int = 0) -> None:
        """Go to what a task run has begun, else to its log."""
        if (there := family.below(run)) is not None:
            self.deck.go(there)
        else:
            self.open_log(run.id, attempt)

    # --- the selection, which all panes share

    @property
    def chosen_run(self) -> TaskRun | None:
        return self._state.task_runs.get(self._run_id) if self._state else None

    def choose_task(self, task_id: str) -> None:
        run = self._state.latest(task_id) if self._state else None
        self._choose(run)
        if run is not None:
            self.query_one(GanttView).select(run.id)

    @on(GanttView.Moved)
    def _choose_row(self, event: GanttView.Moved) -> None:
        run = self._state.task_runs.get(event.row.task_run_id) if self._state else None
        if run is not None:
            self._choose(run, event.row.attempt)
            self.select_task(run.task_id)

    def _choose(self, run: TaskRun | None, attempt: int = 0) -> None:
        """The log follows when the cursor has rested, where it can be seen."""
        self._run_id = run.id if run else ""
        if self._rest is not None:
            self._rest.stop()
        if run is not None and self.is_split and not self._is_log_kept:
            self._rest = self.set_timer(REST, lambda: self.show_log(Scope(run.id, attempt)), name="rest")

    @on(GanttView.Chosen)
    def _open_row(self, event: GanttView.Chosen) -> None:
        node = self._state.nodes.get((event.row.task_run_id, event.row.node)) if self._state else None
        run = self._state.task_runs.get(event.row.task_run_id) if self._state else None
        if node is not None:
            self.show_node(node)
        elif run is not None:
            self.open_run(run, event.row.attempt)

    def open_log(self, task_run_id: str, attempt: int = 0) -> None:
        """Go to the log of a task run."""
        self._is_log_kept = False
        self._run_id = task_run_id
        self.show_log(Scope(task_run_id, attempt))
        self.enter("log")

    def swap_scope(self) -> None:
        super().swap_scope()
        self._is_log_kept = not self.scope.task_run_id

    # --- the nodes

    @on(Table.Chosen)
    def _open_node(self) -> None:
        node = self.query_one(NodesTable).selected
        if isinstance(node, Node):
            self.show_node(node)

    # --- the filter: of the nodes where they are in front, else of the log

    def do_filter(self) -> None:
        if self.front == "nodes":
            self.ask("/", value=self.query_one(NodesPane).filter.text)
        else:
            self.enter("log")
            self.ask("/", value=self.log_query.text)

    def filter_by(self, text: str) -> None:
        if self.front == "nodes":
            self.query_one(NodesPane).filter_by(text)
        else:
            self.search(Query(text))

    def clear_transient(self) -> bool:
        """A filter, then a graph of nodes, then the log of one task."""
        if self.front == "nodes" and self.query_one(NodesPane).filter:
            self.query_one(NodesPane).filter_by("")
        elif self.front == "log" and self.log_query:
            self.search(Query())
        elif self.front == "topology" and self.is_zoomed:
            self.leave_nodes()
        else:
            return False
        return True
