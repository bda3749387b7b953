"""The pure engine: what a step costs, and that its cost does not grow with the execution."""

import time
from datetime import UTC, datetime

from benchmarks.tables import percentile, show
from runtime.engine.snapshot import Snapshot, begin
from runtime.engine.step import step
from runtime.model.events import AnyEvent, AttemptEnded, AttemptStarted, Evaluated, ExecutionCreated
from runtime.model.execution import Execution
from runtime.model.flow import Flow, Rule, TaskSpec
from runtime.model.states import State

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def foreach(values: int) -> list[float]:
    """Seconds of each step of a ForEach over so many values."""
    body = TaskSpec(id="body", type="test")
    each = TaskSpec(
        id="each",
        type="each",
        rule=Rule.FOR_EACH,
        branches={"tasks": (body,)},
        properties={"concurrencyLimit": 0},
    )
    execution = Execution(id="e", namespace="n", flow_id="f", revision=1, created=NOW)
    snapshot = begin(Flow(id="f", namespace="n", tasks=(each,)), execution)
    snapshot = fed(snapshot, ExecutionCreated(at=NOW, execution=execution))[0]
    given = {"values": [str(number) for number in range(values)]}
    snapshot = fed(snapshot, Evaluated(at=NOW, task_run_id="e-1", values=given))[0]
    spent = []
    for number in range(2, values + 2):
        for event in (
            AttemptStarted(at=NOW, task_run_id=f"e-{number}", number=1),
            AttemptEnded(
                at=NOW, task_run_id=f"e-{number}", number=1, state=State.SUCCESS, outputs={"value": number}
            ),
        ):
            snapshot, took = fed(snapshot, event)
            spent.append(took)
    assert snapshot.finished
    return spent


def fed(snapshot: Snapshot, event: AnyEvent) -> tuple[Snapshot, float]:
    started = time.perf_counter()
    after, _ = step(snapshot, event)
    return after, time.perf_counter() - started


def main() -> None:
    rows = []
    small = percentile(foreach(10), 0.5)
    for values in (10, 1000, 5000):
        spent = foreach(values)
        measured = f"p50 {percentile(spent, 0.5) * 1e6:.0f} us, p99 {percentile(spent, 0.99) * 1e6:.0f} us"
        rows.append(
            (f"step among {values} task runs", measured, "<= 100 us", f"{small * 1e6:.0f} us among 10")
        )
    show("engine", rows)
