"""What dbt says, for people: its lines in the log, and one line on why it failed."""

import re
from collections.abc import Iterable, Sequence

from runtime.model.execution import Node
from runtime.tasks.dbt_events import Event
from runtime.tasks.dbt_nodes import FAILED, NodeTracker

NAMED = 3  # failed nodes that the one line names
REASON = 160  # characters of one node's reason
ERROR = 400  # characters of an error that stopped dbt as a whole

THREAD = "Exception on worker thread. "
HEADING = re.compile(r"Runtime Error$|[A-Z][\w ]* Error in ")


def shown(event: Event) -> bool:
    """Whether an event is for the log: not dbt's debug level, no blank line."""
    return event.level != "DEBUG" and bool(event.message.strip())


def failed_nodes(tracker: NodeTracker) -> str:
    """`2 of 31 nodes failed: fct_orders (Binder Error: ...), not_null_orders_id (3 failures)`; empty where none did."""
    current = tracker.current
    failed = [node for node in current if node.status in FAILED]
    hooks = [
        node for node in tracker.nodes.values() if node.resource_type == "operation" and node.status in FAILED
    ]
    if not failed:
        return f"hooks failed: {_listed(hooks)}" if hooks else ""
    total = max(tracker.node_count, len(current))
    nodes = "node" if total == 1 else "nodes"
    return f"{len(failed)} of {total} {nodes} failed: {_listed(failed)}"


def _listed(nodes: Sequence[Node]) -> str:
    """Models before tests: what a test says follows from them."""
    ordered = sorted(nodes, key=lambda node: node.resource_type in {"test", "unit_test"})
    named = ", ".join(f"{node.name} ({_reason(node)})" for node in ordered[:NAMED])
    more = len(ordered) - NAMED
    return f"{named} and {more} more" if more > 0 else named


def _reason(node: Node) -> str:
    if node.status == "fail" and node.failures:
        return f"{node.failures} {'failure' if node.failures == 1 else 'failures'}"
    return concise(node.message, REASON) or node.status


def concise(message: str, length: int) -> str:
    """An error of several lines in one: without the heading that repeats the node's name, and without the drawing below."""
    lines = [line.strip() for line in message.removeprefix(THREAD).splitlines() if line.strip()]
    if len(lines) > 1 and HEADING.match(lines[0]):
        lines = lines[1:]
    lines = [line for line in lines if not line.startswith(("LINE ", "^", "compiled code at"))]
    flat = " ".join(_joined(lines))
    return flat if len(flat) <= length else f"{flat[: length - 3].rstrip()}..."


def _joined(lines: Iterable[str]) -> Iterable[str]:
    """A heading like `Compilation Error` gets its colon."""
    for line in lines:
        yield f"{line}:" if line.endswith("Error") and " " in line else line
