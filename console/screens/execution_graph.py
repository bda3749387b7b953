"""The topology of an execution's screen: its tasks, and one level deeper the dbt nodes of one of them."""

from textual import on

from console.models import execution_nodes
from console.models.execution_failure import label
from console.models.execution_nodes import NodeGraph
from console.models.execution_picture import HOPS, Painter, Picture, first
from console.models.execution_runs import account
from console.models.execution_state import ExecutionState
from console.screens.base import ConsoleScreen
from console.screens.notice import Notice
from console.widgets.lines import Part
from console.widgets.topology import TopologyView
from runtime.model.execution import Node, TaskRun


class GraphPane(ConsoleScreen):
    """The part of the execution's screen that draws."""

    _painter: Painter | None = None
    _zoomed: str | None = None
    """The task whose nodes are shown."""
    _at_task: str | None = None
    _at_node: str | None = None
    _hops: int = HOPS[0]

    # --- what the screen says

    @property
    def state(self) -> ExecutionState | None:
        raise NotImplementedError

    def choose_task(self, task_id: str) -> None:
        """The cursor stands on a task."""
        raise NotImplementedError

    def open_log(self, task_run_id: str, attempt: int = 0) -> None:
        raise NotImplementedError

    def open_run(self, run: TaskRun, attempt: int = 0) -> None:
        """What there is of it: its log, or the execution that it has begun."""
        raise NotImplementedError

    # --- showing

    @property
    def graph_view(self) -> TopologyView:
        return self.query_one(TopologyView)

    @property
    def is_zoomed(self) -> bool:
        return self._zoomed is not None

    def show_graph(self) -> None:
        """Paint what is known now."""
        if self.state is not None:
            cursor = self._at_task if self._zoomed is None else self._at_node
            empty = [[Part(" This execution has no topology.", "dim")]]
            self.graph_view.show(self._picture(self.state), cursor=cursor, empty=empty)
            self._keep_cursor()

    def _keep_cursor(self) -> None:
        if self._zoomed is None:
            self._at_task = self.graph_view.cursor
        else:
            self._at_node = self.graph_view.cursor

    def _picture(self, state: ExecutionState) -> Picture:
        if self._painter is None:
            self._painter = Painter(self.deck.charset)
        run = self._zoomed_run(state)
        if run is None:
            return self._painter.tasks(state, self.now)
        return self._painter.nodes(
            self._node_graph(state, run),
            self.now,
            cursor=self._at_node,
            hops=self._hops,
            width=self.graph_view.size.width,
            title=f"dbt nodes of {label(run)}   Esc: back to the tasks",
        )

    def _zoomed_run(self, state: ExecutionState) -> TaskRun | None:
        return None if self._zoomed is None else state.dbt_run(self._zoomed)

    @staticmethod
    def _node_graph(state: ExecutionState, run: TaskRun) -> NodeGraph:
        return NodeGraph.of(state.by_run.get(run.id, ()))

    # --- moving

    def select_task(self, task_id: str) -> None:
        """Put the cursor on a task because another pane did."""
        if self._zoomed is None:
            self._at_task = task_id
            self.show_graph()

    @on(TopologyView.Moved)
    def _moved(self, event: TopologyView.Moved) -> None:
        if self._zoomed is None:
            self._at_task = event.node_id
            self.choose_task(event.node_id)
        else:
            self._at_node = event.node_id
            self.show_graph()

    @on(TopologyView.Chosen)
    def _chosen(self, event: TopologyView.Chosen) -> None:
        if self.state is None:
            return
        if self._zoomed is not None:
            self._show_details(event.node_id)
        elif (run := self.state.dbt_run(event.node_id)) is not None:
            self._zoomed, self._at_node = event.node_id, first(self._node_graph(self.state, run))
            self.show_graph()
        elif (latest := self.state.latest(event.node_id)) is not None:
            self.open_run(latest)
        else:
            self._open_log_of(event.node_id)

    @on(TopologyView.Asked)
    def _asked(self, event: TopologyView.Asked) -> None:
        match event.what:
            case "log":
                self._open_log_of(self._zoomed or event.node_id)
            case "details":
                self._show_details(event.node_id)
            case "hops":
                self._widen()

    def leave_nodes(self) -> None:
        """Back to the tasks."""
        self._zoomed = None
        self.show_graph()

    def _widen(self) -> None:
        if self._zoomed is None:
            self.notify("this is for the nodes of a dbt task: Enter opens them", severity="warning")
            return
        self._hops = HOPS[(HOPS.index(self._hops) + 1) % len(HOPS)]
        self.show_graph()

    def _open_log_of(self, task_id: str) -> None:
        run = self.state.latest(task_id) if self.state else None
        if run is None:
            self.notify(f"{task_id} has not begun, so it has no log", severity="warning", markup=False)
        else:
            self.open_log(run.id)

    # --- details

    def _show_details(self, node_id: str) -> None:
        state = self.state
        if state is None:
            return
        run = self._zoomed_run(state)
        if run is not None:
            self.show_node(state.nodes[run.id, node_id])
        elif node_id in state.tasks:
            self.app.push_screen(Notice(node_id, account(state, state.tasks[node_id], self.now)))

    def show_node(self, node: Node) -> None:
        """Message, relation, what it depends on, its tests."""
        siblings = self.state.by_run.get(node.task_run_id, ()) if self.state else ()
        tests = [each for each in siblings if each.attached_node == node.unique_id]
        lines = execution_nodes.account(node, tests, self.now)
        self.app.push_screen(Notice(execution_nodes.name_of(node), lines))
