"""The execution in the pictures: a ferry company's dbt project, a minute into its second attempt, with one model that failed."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import msgspec

from runtime.client import requests
from runtime.model.execution import Attempt, Change, Execution, Node, TaskRun
from runtime.model.states import State
from runtime.model.views import ExecutionView, LogLine, LogPage, Topology, TopologyNode
from tests.console import facts
from tests.console.scripted import Scripted

BEGUN = facts.ago(minutes=2, seconds=14)

TOPOLOGY = Topology(
    nodes=(
        TopologyNode(id="sources", type="parallel", is_cluster=True, rule="parallel"),
        TopologyNode(id="tide_tables", type="http.request", parent="sources"),
        TopologyNode(id="bookings", type="shell", parent="sources"),
        TopologyNode(id="work", type="working_directory", is_cluster=True, rule="working_directory"),
        TopologyNode(id="clone", type="git.clone", parent="work"),
        TopologyNode(id="dbt_build", type="dbt", parent="work"),
        TopologyNode(id="freshness", type="dbt", parent="work"),
        TopologyNode(id="publish", type="shell"),
        TopologyNode(id="alert", type="slack", branch="errors"),
    ),
    edges=(
        ("tide_tables", "clone"),
        ("bookings", "clone"),
        ("clone", "dbt_build"),
        ("dbt_build", "freshness"),
        ("freshness", "publish"),
    ),
)


def at(seconds: float) -> datetime:
    return BEGUN + timedelta(seconds=seconds)


EXECUTION: Execution = msgspec.structs.replace(
    facts.EXECUTIONS[0],
    inputs={"target": "prod", "full_refresh": False},
    labels={"team": "data"},
    history=(Change(State.CREATED, BEGUN), Change(State.RUNNING, BEGUN)),
)


def run(
    number: int,
    task: str,
    state: State,
    start: float,
    end: float | None,
    *,
    parent: TaskRun | None = None,
    attempts: tuple[Attempt, ...] | None = None,
) -> TaskRun:
    ended = None if end is None else at(end)
    one = (Attempt(number=1, state=state, started=at(start + 0.3), ended=ended, runner="docker"),)
    return TaskRun(
        id=f"{EXECUTION.id}-{number}",
        execution_id=EXECUTION.id,
        task_id=task,
        type=task,
        state=state,
        parent_id=parent.id if parent else None,
        created=at(start),
        started=at(start + 0.3),
        ended=ended,
        attempts=one if attempts is None else attempts,
        history=(
            Change(State.CREATED, at(start)),
            Change(State.RUNNING, at(start + 0.3)),
            *((Change(state, ended),) if ended else ()),
        ),
    )


SOURCES = run(1, "sources", State.SUCCESS, 0, 19.4, attempts=())
TIDES = run(2, "tide_tables", State.SUCCESS, 0, 6.2, parent=SOURCES)
BOOKINGS = run(3, "bookings", State.SUCCESS, 0, 19.4, parent=SOURCES)
WORK = run(4, "work", State.RUNNING, 19.4, None, attempts=())
CLONE = run(5, "clone", State.SUCCESS, 19.5, 24.1, parent=WORK)
BUILD = run(
    6,
    "dbt_build",
    State.RUNNING,
    24.2,
    None,
    parent=WORK,
    attempts=(
        Attempt(
            number=1,
            state=State.FAILED,
            started=at(24.6),
            ended=at(58),
            runner="docker",
            exit_code=1,
            log_lines=48,
            error="the warehouse closed the connection",
        ),
        Attempt(number=2, state=State.RUNNING, started=at(73), runner="docker"),
    ),
)

_PARENTS = {
    "raw_islands": (),
    "raw_ferries": (),
    "raw_bookings": (),
    "raw_tides": (),
    "stg_islands": ("raw_islands",),
    "stg_ferries": ("raw_ferries",),
    "stg_bookings": ("raw_bookings",),
    "stg_tides": ("raw_tides",),
    "int_crossings": ("stg_ferries", "stg_tides"),
    "int_booked_seats": ("stg_bookings", "stg_ferries"),
    "dim_islands": ("stg_islands",),
    "fct_crossings": ("int_crossings", "stg_islands"),
    "fct_payments": ("int_booked_seats",),
    "mart_revenue": ("fct_payments", "dim_islands"),
    "mart_punctuality": ("fct_crossings",),
}
_STATUS = {
    "fct_payments": "error",
    "mart_revenue": "skipped",
    "fct_crossings": "started",
    "mart_punctuality": "queued",
}


def node(number: int, name: str) -> Node:
    kind = "seed" if name.startswith("raw") else "model"
    status = _STATUS.get(name, "success")
    begun = None if status in {"queued", "skipped"} else at(76 + 2.6 * number)
    seconds = 0.9 + number % 4 * 0.7
    return Node(
        task_run_id=BUILD.id,
        unique_id=f"{kind}.ferry_line.{name}",
        resource_type=kind,
        status=status,
        name=name,
        started=begun,
        ended=begun + timedelta(seconds=seconds) if begun and status != "started" else None,
        execution_s=seconds if begun and status != "started" else None,
        message='Binder Error: Referenced column "amount_eur" not found' if status == "error" else "",
        depends_on=tuple(
            f"{'seed' if parent.startswith('raw') else 'model'}.ferry_line.{parent}"
            for parent in _PARENTS[name]
        ),
    )


NODES = tuple(node(number, name) for number, name in enumerate(_PARENTS))

VIEW = ExecutionView(
    execution=EXECUTION,
    task_runs=(SOURCES, TIDES, BOOKINGS, WORK, CLONE, BUILD),
    nodes=NODES,
    topology=TOPOLOGY,
    typical={"tide_tables": 7.0, "bookings": 18.0, "clone": 4.0, "dbt_build": 95.0, "freshness": 6.0},
)


def _told() -> list[tuple[float, str, str]]:
    lines = [
        (73.4, "INFO", "Running with dbt=1.11.2"),
        (74.0, "INFO", "Registered adapter: duckdb=1.10.0"),
        (75.1, "INFO", "Found 11 models, 4 seeds, 23 data tests, 1 source, 478 macros"),
        (75.9, "INFO", "Concurrency: 4 threads (target='prod')"),
    ]
    total = len(NODES)
    for number, each in enumerate(NODES, 1):
        if each.started is None:
            continue
        start = (each.started - BEGUN).total_seconds()
        kind = "seed file" if each.resource_type == "seed" else "sql table model"
        lines.append((start, "INFO", f"{number} of {total} START {kind} main.{each.name}"))
        if each.status == "error":
            lines.append(
                (start + 1.5, "ERROR", f"{number} of {total} ERROR creating {kind} main.{each.name}")
            )
            lines.append((start + 1.6, "ERROR", each.message))
            lines.append((start + 1.7, "ERROR", "  LINE 12: sum(amount_eur) as revenue"))
        elif each.ended is not None:
            took = each.execution_s or 0
            lines.append(
                (
                    start + took,
                    "INFO",
                    f"{number} of {total} OK created {kind} main.{each.name} in {took:.2f}s",
                )
            )
    lines.append((118.0, "WARN", "15 of 15 SKIP relation main.mart_revenue: fct_payments did not succeed"))
    return sorted(lines)


LINES = tuple(
    LogLine(number, at(seconds), level, text, BUILD.id, 2)
    for number, (seconds, level, text) in enumerate(_told())
)


def log_page(request: requests.ReadLog) -> LogPage:
    lines = LINES if request.task_run_id == BUILD.id and request.attempt in {0, 2} else ()
    first = max(0, len(lines) + request.first) if request.first < 0 else request.first
    return LogPage(lines=lines[first : first + request.limit], total=len(lines))


async def follow(request: requests.FollowLog | requests.FollowExecutionLog) -> AsyncIterator[LogPage]:
    """What there is, and then nothing more."""
    first = request.first if isinstance(request, requests.FollowLog) else 0
    is_build = isinstance(request, requests.FollowExecutionLog) or request.task_run_id == BUILD.id
    if is_build:
        yield LogPage(lines=LINES[first:], total=len(LINES))
    await asyncio.Event().wait()


def runtime() -> Scripted:
    """A runtime with this execution, in whose logs nothing more happens."""
    transport = facts.runtime()
    transport.answers |= {requests.GetExecution: VIEW, requests.ReadLog: log_page}
    transport.streams |= {requests.FollowLog: follow, requests.FollowExecutionLog: follow}
    return transport
