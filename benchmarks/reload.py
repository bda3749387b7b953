"""Hot reload: from a save to the new revision as a face hears of it, and what 500 flows at once cost whoever asks meanwhile."""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path

from benchmarks.start import flows
from benchmarks.tables import ms, percentile, show
from runtime.client.client import Client
from runtime.config import Settings
from runtime.model.views import FlowsChanged
from tests.runtimes import Daemon

SAVES = 30
TEXT = "id: edited\nnamespace: bench\ntasks:\n  - {{id: say, type: io.kestra.plugin.core.log.Log, message: save {number}}}\n"


@asynccontextmanager
async def daemon(count: int) -> AsyncIterator[tuple[Client, Path]]:
    """A runtime over so many flows, each with a schedule."""
    with tempfile.TemporaryDirectory(prefix="flowdeck-bench-") as name:
        directory = Path(name)
        flows(directory / "flows", count)
        chosen = Settings(data=directory / "data", flows=directory / "flows", socket=directory / "s.sock")
        made = Daemon(chosen)
        try:
            client = await made.start()
            await asyncio.sleep(1)  # the watch begins with the runtime, not before
            yield client, directory / "flows"
        finally:
            await made.close()


async def saves(count: int) -> list[float]:
    """Seconds from the end of a write to the news of the new revision, over the socket."""
    spent = []
    async with daemon(count) as (client, directory), aclosing(client.watch()) as news:  # type: ignore[type-var]
        listening = asyncio.ensure_future(anext(news))
        for number in range(SAVES):
            await asyncio.sleep(0.15)  # as a person saves: nothing else is under way
            (directory / "edited.yaml").write_text(TEXT.format(number=number))
            started = time.perf_counter()
            while not isinstance(await listening, FlowsChanged):
                listening = asyncio.ensure_future(anext(news))
            spent.append(time.perf_counter() - started)
            listening = asyncio.ensure_future(anext(news))
        listening.cancel()
        await asyncio.wait({listening})
        saved = next(flow for flow in await client.flows() if flow.id == "edited")
        assert saved.revision == SAVES, saved
    return spent


async def kernel() -> list[float]:
    """The floor: the same writes, watched by watchfiles as it is by default but for the debounce."""
    from watchfiles import awatch

    spent = []
    with tempfile.TemporaryDirectory() as name:
        watcher = awatch(name, debounce=40, step=5)
        listening = asyncio.ensure_future(anext(watcher))
        for number in range(SAVES):
            await asyncio.sleep(0.15)
            (Path(name) / "edited.yaml").write_text(TEXT.format(number=number))
            started = time.perf_counter()
            await listening
            spent.append(time.perf_counter() - started)
            listening = asyncio.ensure_future(anext(watcher))
        listening.cancel()
        await asyncio.wait({listening})
    return spent


async def flood(count: int) -> tuple[float, float]:
    """(seconds until so many new flows are all active, the longest answer to a small question meanwhile)."""
    async with daemon(0) as (client, directory):
        started = time.perf_counter()
        await asyncio.to_thread(flows, directory, count)
        longest = 0.0
        while True:
            asked = time.perf_counter()
            status = await client.status()
            longest = max(longest, time.perf_counter() - asked)
            if status.flows == count:
                return time.perf_counter() - started, longest
            await asyncio.sleep(0.002)


def told(spent: list[float]) -> str:
    return f"p50 {ms(percentile(spent, 0.5))}, p95 {ms(percentile(spent, 0.95))}"


def main() -> None:
    floor = f"{told(asyncio.run(kernel()))}: watchfiles alone"
    alone, among = asyncio.run(saves(0)), asyncio.run(saves(500))
    active, answer = asyncio.run(flood(500))
    show(
        "hot reload",
        [
            ("save to news of the new revision", told(alone), "<= 100 ms", floor),
            ("the same among 500 flows", told(among), "<= 100 ms", floor),
            ("500 new flows at once, all active", f"{active:.2f} s", "", "their writing included"),
            ("the longest answer meanwhile", ms(answer), "", "no more than about 10 ms of it is the loop's"),
        ],
    )
