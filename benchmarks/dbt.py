"""The sample project by `flowdeck run`, beside the same `dbt build` by hand in the same image."""

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.tables import median, show
from tests.needs import DBT_IMAGE

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

TIMES = 3


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


def by_flowdeck(scratch: Path) -> float:
    flow = scratch / "build.yaml"
    flow.write_text(FLOW.format(project=PROJECT, image=DBT_IMAGE))
    return timed([sys.executable, "-m", "console.cli", "--data", str(scratch / "data"), "run", str(flow)])


def timed(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - started


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="flowdeck-bench-") as name:
        scratch = Path(name)
        pairs = [(by_hand(scratch), by_flowdeck(scratch)) for _ in range(TIMES)]
    hand, ours = median(pair[0] for pair in pairs), median(pair[1] for pair in pairs)
    measured = f"{ours:.1f} s, {ours - hand:+.2f} s"
    beside = f"{hand:.1f} s for docker run ... dbt build; dagster-dbt +2.5 s (stated)"
    show("dbt", [("flowdeck run of the sample project", measured, "<= +0.5 s", beside)])
