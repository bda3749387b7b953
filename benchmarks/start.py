"""Cold start, idling, and the small commands."""

import asyncio
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.tables import median, show
from runtime.config import Settings
from tests.runtimes import Daemon

FLOW = """\
id: flow{number}
namespace: bench.area{area}
description: One of many.
inputs:
  - {{id: day, type: STRING, defaults: "2026-01-01"}}
tasks:
  - id: parallel
    type: io.kestra.plugin.core.flow.Parallel
    tasks:
      - {{id: a, type: io.kestra.plugin.core.log.Log, message: "Hello {{{{ inputs.day }}}}"}}
      - {{id: b, type: io.kestra.plugin.core.debug.Return, format: "{{{{ flow.id }}}}"}}
  - id: build
    type: io.kestra.plugin.dbt.cli.DbtCLI
    commands: [dbt build]
triggers:
  - {{id: nightly, type: io.kestra.plugin.core.trigger.Schedule, cron: "{minute} 3 * * *", timezone: Europe/Oslo}}
"""

IDLE = 20  # seconds that are watched


def flows(directory: Path, count: int) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        text = FLOW.format(number=number, area=number % 7, minute=number % 60)
        (directory / f"flow{number}.yaml").write_text(text)


def timed(*arguments: str, times: int = 5) -> float:
    spent = []
    for _ in range(times):
        started = time.perf_counter()
        subprocess.run([sys.executable, "-m", "console.cli", *arguments], check=True, capture_output=True)
        spent.append(time.perf_counter() - started)
    return median(spent)


def bare() -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    return time.perf_counter() - started


async def cold() -> float:
    with tempfile.TemporaryDirectory() as name:
        daemon = Daemon(
            Settings(data=Path(name) / "data", flows=Path(name) / "flows", socket=Path(name) / "s")
        )
        started = time.perf_counter()
        await daemon.start()
        spent = time.perf_counter() - started
        await daemon.close()
    return spent


async def idle(count: int) -> tuple[float, float]:
    """MiB and per cent of a core with so many flows and schedules, when all is quiet."""
    with tempfile.TemporaryDirectory() as name:
        flows(Path(name) / "flows", count)
        daemon = Daemon(
            Settings(data=Path(name) / "data", flows=Path(name) / "flows", socket=Path(name) / "s")
        )
        client = await daemon.start()
        await asyncio.sleep(3)
        status = await client.status()
        before = cpu(status.pid)
        await asyncio.sleep(IDLE)
        spent = cpu(status.pid) - before
        memory = (await client.status()).memory / 1024**2
        await daemon.close()
    return memory, spent / IDLE * 100


def cpu(pid: int) -> float:
    """Seconds of processor time so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        flows(Path(name), 500)
        validate = timed("validate", name, times=3)
    start = median([asyncio.run(cold()) for _ in range(3)])
    memory, load = asyncio.run(idle(200))
    python = f"{bare():.2f} s for python -c pass"
    show(
        "start and idle",
        [
            (
                "cold start to the first answer",
                f"{start:.2f} s",
                "<= 0.6 s",
                "DBOS 0.45 s, Prefect 3.3-8.6 s (stated)",
            ),
            (
                "idle, 200 flows, 200 schedules",
                f"{memory:.0f} MiB",
                "<= 80 MB",
                "Prefect 541 MB, Dagster 639 MB (stated)",
            ),
            ("", f"{load:.2f} % of a core", "<= 1 %", ""),
            ("flowdeck --help", f"{timed('--help'):.2f} s", "< 0.25 s", python),
            ("flowdeck validate, 500 flows", f"{validate:.2f} s", "< 2 s", python),
        ],
    )
