"""What a container costs from the attempt's start until it is gone, beside `docker run --rm` by the command line."""

import asyncio
import subprocess
import tempfile
import time
from pathlib import Path

from benchmarks.tables import median, show
from runtime.runners.base import Job, Labels
from runtime.runners.docker import DockerRunner
from runtime.runners.docker_engine import DockerEngine
from runtime.runners.docker_images import Images
from runtime.runners.session import run_job
from tests.needs import IMAGE

TIMES = 12


async def ours() -> float:
    engine = DockerEngine()
    runner = DockerRunner(engine, Images(engine, {}))
    spent = []
    with tempfile.TemporaryDirectory() as name:
        for number in range(TIMES):
            job = Job(
                id=f"bench-{time.time_ns()}-{number}/1",
                command=("true",),
                directory=Path(name),
                labels=Labels(
                    namespace="n", flow_id="f", execution_id="e", task_id="t", task_run_id="r", attempt=1
                ),
                image=IMAGE,
            )
            started = time.perf_counter()
            await run_job(runner, job, lambda line: None, lambda message: None)
            spent.append(time.perf_counter() - started)
    await engine.close()
    return median(spent)


def theirs() -> float:
    spent = []
    for _ in range(TIMES):
        started = time.perf_counter()
        subprocess.run(["docker", "run", "--rm", "--init", IMAGE, "true"], check=True, capture_output=True)
        spent.append(time.perf_counter() - started)
    return median(spent)


def main() -> None:
    mine, cli = asyncio.run(ours()), theirs()
    show(
        "containers",
        [
            (
                "start to gone",
                f"{mine:.3f} s, ratio {mine / cli:.2f}",
                "ratio <= 1.0",
                f"{cli:.3f} s for docker run --rm --init",
            )
        ],
    )
