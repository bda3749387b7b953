"""Schedules that are due at the same second: how long after it their executions begin."""

import asyncio
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from benchmarks.tables import ms, percentile, show
from runtime.config import Settings
from runtime.model.execution import Execution
from tests.runtimes import Daemon

COUNT = 200
ROUNDS = 3
EVERY = 10  # seconds
FLOW = """\
id: flow{number}
namespace: bench
tasks:
  - {{id: say, type: io.kestra.plugin.core.debug.Return, format: "{{{{ trigger.date }}}}"}}
triggers:
  - {{id: often, type: io.kestra.plugin.core.trigger.Schedule, withSeconds: true, cron: "*/{every} * * * * *"}}
"""


async def executions() -> list[Execution]:
    """Those of some rounds of a daemon whose flows are all due at once."""
    with tempfile.TemporaryDirectory(prefix="flowdeck-bench-") as name:
        directory = Path(name)
        (directory / "flows").mkdir()
        for number in range(COUNT):
            (directory / "flows" / f"{number}.yaml").write_text(FLOW.format(number=number, every=EVERY))
        chosen = Settings(data=directory / "data", flows=directory / "flows", socket=directory / "s.sock")
        daemon = Daemon(chosen)
        try:
            client = await daemon.start()
            await asyncio.sleep((ROUNDS + 0.7) * EVERY)
            page = await client.executions(limit=COUNT * (ROUNDS + 2))
        finally:
            await daemon.close()
    return [execution for execution in page.items if execution.schedule_date is not None]


async def timer(times: int = 5) -> list[float]:
    """How late asyncio wakes at a second that it waits for."""
    late = []
    for _ in range(times):
        second = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=1)
        await asyncio.sleep((second - datetime.now(UTC)).total_seconds())
        late.append((datetime.now(UTC) - second).total_seconds())
    return late


def after(execution: Execution, moment: datetime | None) -> float:
    assert execution.schedule_date is not None
    assert moment is not None, f"{execution.id} is {execution.state}"
    return (moment - execution.schedule_date).total_seconds()


def main() -> None:
    found = asyncio.run(executions())
    by_date: dict[datetime | None, list[Execution]] = {}
    for execution in found:
        by_date.setdefault(execution.schedule_date, []).append(execution)
    whole = [execution for date in by_date.values() if len(date) == COUNT for execution in date]
    assert whole, f"no round was whole: {[len(date) for date in by_date.values()]}"
    woken = percentile(asyncio.run(timer()), 0.5)
    rows = []
    for what, moments in {
        "date to execution's start": [after(execution, execution.started) for execution in whole],
        "date to execution's end": [after(execution, execution.ended) for execution in whole],
    }.items():
        measured = f"p50 {ms(percentile(moments, 0.5))}, p95 {ms(percentile(moments, 0.95))}"
        target = "p95 <= 50 ms" if "start" in what else ""
        rows.append((what, measured, target, f"{ms(woken)}: asyncio's timer alone"))
    show(f"{COUNT} schedules due at once, {len(whole) // COUNT} rounds", rows)
