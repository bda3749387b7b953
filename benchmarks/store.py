"""The store: a step's commit beside a bare one, lists over 20,000 executions, and logs of a million lines."""

import asyncio
import sqlite3
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from benchmarks.tables import median, ms, percentile, show
from runtime.model.events import AttemptStarted
from runtime.model.execution import Execution, Node, TaskRun
from runtime.model.states import State
from runtime.store import Filter, Recorded, Store
from runtime.store.log_index import path_of
from runtime.store.logs import LogReader, LogWriter

NOW = datetime(2026, 1, 1, tzinfo=UTC)
COMMITS = 1000
BATCH = 100  # steps of one group commit
EXECUTIONS = 20_000
LINES = 1_000_000
FLUSH = 10_000  # lines: what a tenth of a second brings at 100,000 a second
MESSAGE = "12:00:00  17 of 42 OK created sql table model analytics.orders_by_day ... [OK in 0.31s]"

Row = tuple[str, str, str, str]


def execution(number: int) -> Execution:
    return Execution(
        id=f"{number:020}",
        namespace=f"company.team{number % 7}",
        flow_id=f"flow{number % 50}",
        revision=1,
        created=NOW,
        state=State.SUCCESS if number % 9 else State.FAILED,
        inputs={"day": "2026-01-01", "note": "x" * 200},
        labels={"env": f"env{number % 3}"},
    )


def recorded(number: int, seq: int = 1) -> Recorded:
    """A step that touches one task run."""
    subject = execution(number)
    run = TaskRun(id=f"{subject.id}-1", execution_id=subject.id, task_id="build", type="dbt", created=NOW)
    event = AttemptStarted(at=NOW, task_run_id=run.id, number=1, runner="docker")
    return Recorded(seq=seq, event=event, execution=subject, touched=(run,), finished=True)


# --- commits


def bare(directory: Path) -> list[float]:
    """Seconds of an INSERT and its COMMIT by sqlite3 itself, with the settings of the store."""
    connection = sqlite3.connect(directory / "bare.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE bare (number INTEGER PRIMARY KEY, text TEXT)")
    spent = []
    for number in range(COMMITS):
        started = time.perf_counter()
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO bare VALUES (?, ?)", (number, "x" * 500))
        connection.execute("COMMIT")
        spent.append(time.perf_counter() - started)
    connection.close()
    return spent


async def timed(work: Callable[[], Awaitable[object]]) -> float:
    started = time.perf_counter()
    await work()
    return time.perf_counter() - started


async def commits(store: Store, floor: list[float]) -> list[Row]:
    alone = [await timed(partial(store.executions.record, [recorded(0, n)])) for n in range(1, COMMITS + 1)]
    batches = []
    for first in range(0, EXECUTIONS, BATCH):
        steps = [recorded(number) for number in range(first + 1, first + BATCH + 1)]
        batches.append(await timed(partial(store.executions.record, steps)) / BATCH)
    return [
        (
            "one recorded step, p50",
            ms2(percentile(alone, 0.5)),
            "",
            f"bare commit {ms2(percentile(floor, 0.5))}",
        ),
        (
            "one recorded step, p99",
            ms2(percentile(alone, 0.99)),
            "",
            f"bare commit {ms2(percentile(floor, 0.99))}",
        ),
        (f"a step of {BATCH} in one commit, p50", ms2(median(batches)), "", "one alone is above"),
    ]


def ms2(seconds: float) -> str:
    return f"{seconds * 1000:.2f} ms"


# --- lists


async def lists(store: Store) -> list[Row]:
    first = await store.executions.page(Filter(), limit=100)
    wanted = {
        "newest 100": (Filter(), None),
        "a page at the far end": (Filter(), f"{EXECUTIONS // 100:020}"),
        "one namespace": (Filter(namespace="company.team3"), None),
        "all below a namespace": (Filter(namespace="company"), None),
        "the failed ones": (Filter(states=(State.FAILED,)), None),
        "a text that no label has": (Filter(text="nowhere"), None),
    }
    rows = []
    for name, (filter_, before) in wanted.items():
        spent = [
            await timed(partial(store.executions.page, filter_, limit=100, before=before)) for _ in range(9)
        ]
        rows.append((f"{EXECUTIONS:,} executions: {name}", ms2(median(spent)), "", ""))
    assert len(first.items) == 100
    return [*rows, *await figures(store)]


async def figures(store: Store) -> list[Row]:
    flows = [(f"company.team{number % 7}", f"flow{number % 50}") for number in range(350)]
    nodes = [
        Node(task_run_id="r", unique_id=f"model.shop.m{n}", resource_type="model", status="success")
        for n in range(5000)
    ]
    return [
        (
            "the last execution of 350 flows",
            ms2(await timed(partial(store.executions.latest, flows))),
            "",
            "",
        ),
        ("5,000 dbt nodes kept", ms2(await timed(partial(store.nodes.upsert, "e", nodes))), "", ""),
        ("5,000 dbt nodes read", ms2(await timed(partial(store.nodes.of, "e"))), "", ""),
    ]


# --- logs


def rate(seconds: float) -> str:
    return f"{LINES / seconds:,.0f} lines/s"


def written(path: Path) -> tuple[LogWriter, float]:
    """A log of a million lines, not yet closed, and the seconds that it took."""
    started = time.perf_counter()
    writer = LogWriter(path)
    for number in range(1, LINES + 1):
        writer.write("INFO", MESSAGE, NOW)
        if number % FLUSH == 0:
            writer.flush()
    return writer, time.perf_counter() - started


def plain(path: Path) -> float:
    """Seconds to write the same bytes as lines, with nothing done to them."""
    line = f"2026-01-01T12:00:00.000000Z INFO {MESSAGE}\n".encode()
    started = time.perf_counter()
    with path.open("wb") as file:
        for _ in range(LINES):
            file.write(line)
    return time.perf_counter() - started


def last_page(path: Path) -> float:
    """Seconds from nothing to the last hundred lines and the number of all."""
    started = time.perf_counter()
    reader = LogReader(path)
    total = reader.count()
    page = list(reader.page(total - 100, 100))
    assert (total, len(page)) == (LINES, 100)
    return time.perf_counter() - started


def read(path: Path) -> float:
    started = time.perf_counter()
    assert sum(1 for _ in LogReader(path).page(0, None)) == LINES
    return time.perf_counter() - started


def logs(directory: Path) -> list[Row]:
    path = directory / "1.log"
    floor = plain(directory / "plain.log")
    writer, took = written(path)
    live = last_page(path)
    writer.close()
    closed = median(last_page(path) for _ in range(9))
    path_of(path).unlink()
    return [
        ("a million lines written", rate(took), ">= 100,000 lines/s", f"{rate(floor)} as bare bytes"),
        ("its last page, while it is written", ms(live), "<= 100 ms", ""),
        ("its last page, when it is closed", ms(closed), "<= 100 ms", ""),
        ("its last page, the index lost", ms(last_page(path)), "", "reads all of it"),
        ("a million lines read", rate(read(path)), "", ""),
    ]


async def stored(directory: Path) -> list[Row]:
    floor = bare(directory)
    async with Store.open(directory / "data") as store:
        return [*await commits(store, floor), *await lists(store)]


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        show("store", [*asyncio.run(stored(Path(name))), *logs(Path(name))])


if __name__ == "__main__":
    main()
