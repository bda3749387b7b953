"""The dbt nodes of an execution: as lines of a table, and as the graph that dbt builds along."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Final

from console.format import first_line
from console.models.columns import Column
from console.models.execution_tasks import Charset
from console.models.filter import Filter
from console.models.flow_row import Cell, state_cell
from console.render.cells import Segment
from console.render.drawing import NodeLook
from console.render.durations import count, duration
from console.render.graph import Graph
from console.render.graph import Node as Place
from console.render.states import Look, look
from runtime.model.execution import Node

COLUMNS = (
    Column("STATE", 11),
    Column("NODE", least=24, most=72),
    Column("TYPE", 8, rank=4),
    Column("TOOK", 6, rank=6, right=True),
    Column("ROWS", 7, rank=3, right=True),
    Column("MESSAGE", least=16, rank=5),
)

FIELDS: Final = frozenset({"state", "type"})
TESTS: Final = frozenset({"test", "unit_test"})
NOTE = 8  # cells kept free behind a node's name: `0.2s ⚑12`

_FIRST: Final = {"running": 0, "retrying": 0, "failed": 1, "killed": 1, "warning": 2}
_FAILING: Final = frozenset({"failed", "killed"})


def ordered(nodes: Iterable[Node]) -> list[Node]:
    """Those that run, then those that failed, then what is to be looked at, then as they began; what has not begun is last."""
    return sorted(nodes, key=_rank)


def _rank(node: Node) -> tuple[int, bool, float, str]:
    began = node.started.timestamp() if node.started else 0.0
    return _FIRST.get(look(node.status).style, 3), node.started is None, began, node.unique_id


def shown(nodes: Iterable[Node], wanted: Filter) -> list[Node]:
    return [node for node in ordered(nodes) if wanted.passes(*_searched(node))]


def _searched(node: Node) -> tuple[str, dict[str, str]]:
    fields = {"state": f"{look(node.status).word} {node.status}", "type": node.resource_type}
    return name_of(node), fields


def cells(node: Node, now: datetime, *, ascii_only: bool) -> tuple[Cell, ...]:
    took = seconds(node, now)
    bad = look(node.status).style in _FAILING
    return (
        state_cell(node.status, ascii_only=ascii_only),
        (Segment(name_of(node), "strong" if bad else ""),),
        (Segment(node.resource_type.replace("_", " "), "dim"),),
        (Segment("" if took is None else duration(took)),),
        (Segment("" if node.rows is None else count(node.rows), "dim"),),
        (Segment(_message(node), "failed" if bad else "dim"),),
    )


def name_of(node: Node) -> str:
    return node.name or node.unique_id.rpartition(".")[2]


def _message(node: Node) -> str:
    if node.failures:
        return f"{count(node.failures)} rows fail the test" if node.resource_type == "test" else node.message
    return first_line(node.message)


def seconds(node: Node, now: datetime) -> float | None:
    """How long it took, by dbt's own count where it has told that."""
    if node.execution_s is not None and node.ended is not None:
        return node.execution_s
    return ((node.ended or now) - node.started).total_seconds() if node.started else None


def tally(nodes: Iterable[Node], charset: Charset) -> list[Segment]:
    """`✔ 81  ✖ 1  ⊘ 3`."""
    seen = [look(node.status) for node in nodes]
    looks = {each.style: each for each in seen}
    counted = Counter(each.style for each in seen)
    return [
        Segment(f"{_glyph(looks[style], charset)} {number}  ", style)
        for style, number in counted.most_common()
    ]


def _glyph(seen: Look, charset: Charset) -> str:
    return seen.ascii if charset == "ascii" else seen.glyph


# --- the graph


@dataclass(frozen=True)
class NodeGraph:
    """The nodes that build something, with what follows what; tests stand as counts beside what they test."""

    nodes: Mapping[str, Node]
    tests: Mapping[str, tuple[Node, ...]]
    """By the node that they test."""

    @classmethod
    def of(cls, nodes: Sequence[Node]) -> "NodeGraph":
        built = {node.unique_id: node for node in nodes if node.resource_type not in TESTS}
        tests: dict[str, list[Node]] = {}
        loose: dict[str, Node] = {}
        for node in nodes:
            if node.resource_type in TESTS:
                tested = _tested(node, built)
                if tested is None:
                    loose[node.unique_id] = node
                else:
                    tests.setdefault(tested, []).append(node)
        return cls(built | loose, {name: tuple(found) for name, found in tests.items()})

    @cached_property
    def shape(self) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
        """Ids and edges: while these are the same, the drawing is."""
        edges = (
            (above, node.unique_id)
            for node in self.nodes.values()
            for above in node.depends_on
            if above in self.nodes
        )
        return tuple(self.nodes), tuple(dict.fromkeys(edges))

    def graph(self) -> Graph:
        names, edges = self.shape
        return Graph(tuple(Place(name, name_of(self.nodes[name]), extra=NOTE) for name in names), edges)

    def states(self) -> dict[str, str]:
        """The status of each node; a test that failed weighs more than that its model was built."""
        return {name: self._status(node) for name, node in self.nodes.items()}

    def _status(self, node: Node) -> str:
        failing = [test for test in self.tests.get(node.unique_id, ()) if look(test.status).style == "failed"]
        return failing[0].status if failing else node.status

    def looks(self, now: datetime, charset: Charset) -> dict[str, NodeLook]:
        states = self.states()
        return {name: self._look(node, states[name], now, charset) for name, node in self.nodes.items()}

    def _look(self, node: Node, status: str, now: datetime, charset: Charset) -> NodeLook:
        seen = look(status)
        took = seconds(node, now)
        parts = ["" if took is None else duration(took), self._tests_of(node, charset)]
        return NodeLook(_glyph(seen, charset), seen.style, " ".join(filter(None, parts)))

    def _tests_of(self, node: Node, charset: Charset) -> str:
        tests = self.tests.get(node.unique_id, ())
        failed = sum(look(test.status).style == "failed" for test in tests)
        if failed:
            return f"{'X' if charset == 'ascii' else '✖'}{failed}"
        return f"{'t' if charset == 'ascii' else '⚑'}{len(tests)}" if tests else ""

    def failed(self) -> tuple[str, ...]:
        """The nodes that `[` and `]` walk over."""
        return tuple(name for name, status in self.states().items() if look(status).style in _FAILING)


def _tested(test: Node, built: Mapping[str, Node]) -> str | None:
    """What a test stands beside: the node that it is attached to, else the last that it reads."""
    candidates = [test.attached_node, *reversed(test.depends_on)]
    return next((name for name in candidates if name in built), None)


def account(node: Node, tests: Sequence[Node], now: datetime) -> list[list[Segment]]:
    """All that is known of one node, for a dialog."""
    took = seconds(node, now)
    facts = {
        "type": node.resource_type,
        "state": node.status,
        "took": "" if took is None else duration(took),
        "rows": "" if node.rows is None else f"{node.rows:,}",
        "failing rows": "" if not node.failures else f"{node.failures:,}",
        "relation": node.relation,
        "thread": node.thread,
        "tests": node.attached_node,
    }
    lines = [[Segment(f"{name:<13}", "dim"), Segment(value)] for name, value in facts.items() if value]
    lines += _listed("depends on", node.depends_on)
    lines += _listed("tests", [f"{test.status}  {name_of(test)}" for test in tests])
    if node.message.strip():
        lines += [[], *([Segment(line.expandtabs(4))] for line in node.message.strip().splitlines())]
    return lines


def _listed(title: str, items: Sequence[str]) -> list[list[Segment]]:
    heads = [title] + [""] * (len(items) - 1)
    return [[Segment(f"{head:<13}", "dim"), Segment(item)] for head, item in zip(heads, items, strict=False)]
