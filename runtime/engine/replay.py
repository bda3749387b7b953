"""From a log back to a snapshot."""

from collections.abc import Iterable

from runtime.engine.snapshot import Snapshot, begin
from runtime.engine.step import step
from runtime.model.events import AnyEvent, ExecutionCreated
from runtime.model.flow import Flow


def replay(flow: Flow, events: Iterable[AnyEvent]) -> Snapshot:
    """The snapshot that a log gives; the log begins with ExecutionCreated."""
    log = iter(events)
    first = next(log)
    assert isinstance(first, ExecutionCreated)
    snapshot, _ = step(begin(flow, first.execution), first)
    for event in log:
        snapshot, _ = step(snapshot, event)
    return snapshot
