"""The sample project by `flowdeck run`, beside the same `dbt build` by hand in the same image."""

import asyncio
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.tables import median, show
from runtime.config import Settings
from tests.needs import DBT_IMAGE
from tests.runtimes import Daemon

PROJECT = Path(__file__).parent.parent / "sample_flows" / "ferry_line"

FLOW = """\
id: build
namespace: bench
tasks:
  - id: both
    type: io.kestra.plugin.core.flow.WorkingDirectory
    tasks:
      - id: copy
        type: io.kestra.plugin.scripts.shell.Commands
        taskRunner: {{type: process}}
        commands: ["cp -r {project}/. ."]
      - id: build
        type: io.kestra.plugin.dbt.cli.DbtCLI
        containerImage: {image}
        commands: [dbt build]
"""

TIMES = 5


def by_hand(scratch: Path) -> float:
    copy = scratch / f"hand{time.time_ns()}"
    shutil.copytree(PROJECT, copy, ignore=shutil.ignore_patterns("target", "*.duckdb", "logs"))
    command = [
        "docker",
        "run",
        "--rm",
        "--init",
        "-v",
        f"{copy}:{copy}",
        "-w",
        str(copy),
        DBT_IMAGE,
        "dbt",
        "build",
    ]
    return timed(command)


def by_flowdeck(scratch: Path, *, data: Path) -> float:
    """`flowdeck run` of the same: where a daemon listens in `data` it runs there, else in the command's own process."""
    flow = scratch / "build.yaml"
    flow.write_text(FLOW.format(project=PROJECT, image=DBT_IMAGE))
    return timed([sys.executable, "-m", "console.cli", "--data", str(data), "run", str(flow)])


async def rounds(scratch: Path) -> list[tuple[float, float, float]]:
    """By hand, by a daemon, in the command's own process, in turns: a machine that is busy for a while is so for all three."""
    data = scratch / "daemon"
    daemon = Daemon(
        Settings(data=data, flows=scratch / "flows", socket=data / "flowdeck.sock", runner="auto")
    )
    await daemon.start()
    try:
        return [await asyncio.to_thread(one_round, scratch, data) for _ in range(TIMES)]
    finally:
        await daemon.close()


def one_round(scratch: Path, data: Path) -> tuple[float, float, float]:
    return (
        by_hand(scratch),
        by_flowdeck(scratch, data=data),
        by_flowdeck(scratch, data=scratch / "own"),
    )


def timed(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - started


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="flowdeck-bench-") as name:
        scratch = Path(name)
        measured = asyncio.run(rounds(scratch))
    hand = median(by_hand for by_hand, _, _ in measured)
    daemon = median(by_daemon - by_hand for by_hand, by_daemon, _ in measured)
    own = median(by_own - by_hand for by_hand, _, by_own in measured)
    beside = f"{hand:.1f} s for docker run ... dbt build; dagster-dbt +2.5 s (stated)"
    show(
        "dbt: flowdeck run of the sample project",
        [
            ("where a daemon runs", f"{daemon:+.2f} s", "<= +0.5 s", beside),
            (
                "in its own process",
                f"{own:+.2f} s",
                "",
                "the same, and the start of a runtime",
            ),
        ],
    )
