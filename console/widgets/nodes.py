"""The dbt nodes of an execution as a table: what runs, what failed, and how long each took."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical

from console.actions import bindings
from console.models import execution_nodes
from console.models.execution_tasks import Charset
from console.models.filter import Filter
from console.widgets.chrome import OneLine
from console.widgets.lines import Part
from console.widgets.table import Table
from runtime.model.execution import Node


class NodesTable(Table[Node]):
    """The rows. Enter is `Table.Chosen`."""

    BINDINGS: ClassVar[list[BindingType]] = bindings("nodes")

    def action_do(self, id: str) -> None:
        if id == "nodes.open":
            self.post_message(self.Chosen(self))  # type: ignore[arg-type]  # whoever hears it knows its rows
        else:
            super().action_do(id)


class NodesPane(Vertical):
    """A line of counts, and the table below."""

    DEFAULT_CSS = "NodesPane { height: 1fr; } NodesPane OneLine { background: $panel; }"

    def __init__(self, now: Callable[[], datetime], *, charset: Charset, id: str | None = None) -> None:
        super().__init__(id=id)
        self._now = now
        self._charset: Charset = charset
        self._told: tuple[Node, ...] = ()
        self.filter = Filter(known=execution_nodes.FIELDS)

    def compose(self) -> ComposeResult:
        yield OneLine()
        yield NodesTable(
            execution_nodes.COLUMNS,
            cells=lambda node: execution_nodes.cells(node, self._now(), ascii_only=self._charset == "ascii"),
            key=lambda node: node.task_run_id + node.unique_id,
        )

    @property
    def table(self) -> NodesTable:
        return self.query_one(NodesTable)

    @property
    def shown_nodes(self) -> Sequence[Node]:
        return self._told

    def show(self, nodes: Sequence[Node]) -> None:
        self._told = tuple(nodes)
        found = execution_nodes.shown(self._told, self.filter)
        self.table.show(found, empty=[(Part(self._nothing),)])
        hits = f"/{self.filter.text} {len(found)} of {len(self._told)}" if self.filter else ""
        tally = execution_nodes.tally(self._told, self._charset)
        self.query_one(OneLine).say([Part(" "), *tally], [Part(f"{hits} ", "accent")])

    def filter_by(self, text: str) -> None:
        self.filter = Filter(text, execution_nodes.FIELDS)
        self.show(self._told)

    @property
    def _nothing(self) -> str:
        if self.filter:
            return f"No node matches {self.filter.text}. Esc clears the filter."
        return "No dbt nodes: no task of this execution told of any so far."
