"""What flowdeck adds to the work itself: sequences of small tasks, the way from a request to the first instruction, many at once."""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from benchmarks.tables import ms, percentile, show
from runtime.client.client import Client
from runtime.client.requests import CreateExecution
from runtime.config import Settings
from runtime.model.views import ExecutionView
from tests.runtimes import Daemon, until_ended

TRUE = "{id: t%d, type: shell, commands: ['true']}"
RETURN = "{id: t%d, type: return, format: x}"


def flow(task: str, count: int) -> str:
    tasks = "\n".join(f"  - {task % number}" for number in range(count))
    return f"id: many\nnamespace: bench\ntasks:\n{tasks}\n"


@asynccontextmanager
async def daemon() -> AsyncIterator[Client]:
    with tempfile.TemporaryDirectory(prefix="flowdeck-bench-") as name:
        directory = Path(name)
        (directory / "flows").mkdir()
        made = Daemon(
            Settings(
                data=directory / "data",
                flows=directory / "flows",
                socket=directory / "s.sock",
                runner="process",
            )
        )
        try:
            yield await made.start()
        finally:
            await made.close()


async def sequence(client: Client, task: str, count: int = 40) -> float:
    """Seconds from the first event of an execution to its last, as it says itself."""
    created = await client.ask(CreateExecution(source=flow(task, count)), ExecutionView)
    view = await until_ended(client, created.execution.id)
    assert view.execution.ended is not None
    return (view.execution.ended - view.execution.created).total_seconds()


async def latencies(client: Client, times: int = 40) -> list[float]:
    """Seconds from the request to the task's first instruction, which writes down the time."""
    source = "id: one\nnamespace: bench\ntasks:\n  - {id: t, type: shell, commands: ['date +%s.%N']}\n"
    spent = []
    for _ in range(times):
        before = time.time()
        created = await client.ask(CreateExecution(source=source), ExecutionView)
        view = await until_ended(client, created.execution.id)
        page = await client.log(view.execution.id, view.task_runs[0].id)
        spent.append(float(page.lines[0].text) - before)
    return spent


async def at_once(client: Client, count: int = 200) -> float:
    """Seconds until so many executions of one task, submitted together, have all ended."""
    source = flow(RETURN, 1)
    started = time.perf_counter()
    requests = [client.ask(CreateExecution(source=source), ExecutionView) for _ in range(count)]
    made = {view.execution.id for view in await asyncio.gather(*requests)}
    while True:
        page = await client.executions(limit=count + 10)
        if made <= {item.id for item in page.items if item.state.is_terminal}:
            return time.perf_counter() - started
        await asyncio.sleep(0.01)


async def floor(count: int = 40) -> float:
    started = time.perf_counter()
    for _ in range(count):
        process = await asyncio.create_subprocess_exec(
            "/bin/sh", "-c", "true", stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
        )
        await process.communicate()
    return time.perf_counter() - started


async def measure() -> None:
    async with daemon() as client:
        await sequence(client, TRUE, 3)
        shell = min([await sequence(client, TRUE) for _ in range(3)])
        plain = min([await sequence(client, RETURN) for _ in range(3)])
        first = await latencies(client)
        many = await at_once(client)
    spawned = await floor()
    latency = f"p50 {ms(percentile(first, 0.5))}, p95 {ms(percentile(first, 0.95))}"
    show(
        "tasks (process runner, daemon over its socket, durable)",
        [
            (
                "40 sequential `true`",
                f"{shell:.3f} s",
                "<= 0.3 s",
                f"{spawned:.3f} s for bare asyncio spawns of sh",
            ),
            (
                "40 sequential Return",
                f"{plain:.3f} s",
                "<= 0.12 s",
                "DBOS on SQLite 0.12 s, Prefect 1.08 s (stated)",
            ),
            (
                "request to first instruction",
                latency,
                "p50 <= 15, p95 <= 30 ms",
                "DBOS 2 ms, Luigi 150 ms (stated)",
            ),
            ("200 executions at once", f"{many:.2f} s", "<= 1.5 s", "DBOS 1.5 s (stated)"),
        ],
    )


def main() -> None:
    asyncio.run(measure())
