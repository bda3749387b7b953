"""One execution in all its parts, and a script of its logs: lines are made when they are asked for."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import msgspec

from runtime.client import requests
from runtime.errors import RuntimeUnreachable
from runtime.model.execution import Attempt, Change, Execution, Node, TaskRun
from runtime.model.states import State
from runtime.model.views import ExecutionChanged, ExecutionView, LogLine, LogPage, Topology, TopologyNode
from tests.console import facts
from tests.console.scripted import Scripted

EXECUTION = facts.EXECUTIONS[0]
BEGUN = EXECUTION.created

TOPOLOGY = Topology(
    nodes=(
        TopologyNode(id="work", type="working_directory", is_cluster=True, rule="working_directory"),
        TopologyNode(id="clone", type="io.kestra.plugin.git.Clone", parent="work", line=12),
        TopologyNode(
            id="build", type="io.kestra.plugin.dbt.cli.DbtCLI", parent="work", description="Builds it all"
        ),
        TopologyNode(id="each", type="io.kestra.plugin.core.flow.ForEach", is_cluster=True, rule="for_each"),
        TopologyNode(id="report", type="io.kestra.plugin.core.log.Log", parent="each"),
        TopologyNode(id="publish", type="io.kestra.plugin.core.log.Log"),
        TopologyNode(id="alert", type="io.kestra.plugin.slack.SlackIncomingWebhook", branch="errors"),
    ),
    edges=(("clone", "build"), ("build", "report"), ("report", "publish")),
)


def at(seconds: float) -> datetime:
    return BEGUN + timedelta(seconds=seconds)


def history(*states: tuple[State, float]) -> tuple[Change, ...]:
    return tuple(Change(state, at(seconds)) for state, seconds in states)


def run(
    number: int, task: str, state: State, start: float, end: float | None = None, **keys: object
) -> TaskRun:
    moves = [(State.CREATED, start), (State.RUNNING, start + 0.5)]
    made = TaskRun(
        id=f"{EXECUTION.id}-{number}",
        execution_id=EXECUTION.id,
        task_id=task,
        type=task,
        state=state,
        created=at(start),
        started=at(start + 0.5),
        ended=None if end is None else at(end),
        history=history(*moves, *([(state, end)] if end is not None else [])),
    )
    return msgspec.structs.replace(made, **keys)


def attempt(
    number: int, state: State, start: float, end: float | None = None, lines: int = 0, **keys: object
) -> Attempt:
    made = Attempt(
        number=number,
        state=state,
        started=at(start),
        ended=None if end is None else at(end),
        log_lines=lines,
        runner="docker",
    )
    return msgspec.structs.replace(made, **keys)


WORK = run(1, "work", State.RUNNING, 0)
CLONE = run(
    2, "clone", State.SUCCESS, 0, 8.2, parent_id=WORK.id, attempts=(attempt(1, State.SUCCESS, 0.5, 8.2, 6),)
)
BUILD = run(
    3,
    "build",
    State.RUNNING,
    8.2,
    parent_id=WORK.id,
    attempts=(
        attempt(
            1, State.FAILED, 9, 40, 300, exit_code=1, error="dbt build: 1 of 3 nodes failed: fct_bookings"
        ),
        attempt(2, State.RUNNING, 50),
    ),
)
RUNS = (WORK, CLONE, BUILD)


def node(name: str, status: str, *parents: str, start: float | None = 60, **keys: object) -> Node:
    kind = "model" if name.startswith(("stg", "fct", "m")) else "seed"
    made = Node(
        task_run_id=BUILD.id,
        unique_id=f"{kind}.ferry.{name}",
        resource_type=kind,
        status=status,
        name=name,
        started=None if start is None else at(start),
        ended=None if start is None or status == "started" else at(start + 0.4),
        execution_s=0.4,
        depends_on=parents,
    )
    return msgspec.structs.replace(made, **keys)


NODES = (
    node("raw_bookings", "success", rows=2046, message="INSERT 2046"),
    node("raw_ports", "success", rows=7, message="INSERT 7"),
    node(
        "stg_bookings",
        "success",
        "seed.ferry.raw_bookings",
        start=61,
        relation='"ferry"."main"."stg_bookings"',
    ),
    node(
        "fct_bookings",
        "error",
        "model.ferry.stg_bookings",
        "seed.ferry.raw_ports",
        start=62,
        message='Binder Error: Referenced column "price_eur" not found\nLINE 12: sum(price_eur)',
    ),
    node("fct_ports", "started", "seed.ferry.raw_ports", start=63),
    node("mart_sales", "queued", "model.ferry.fct_bookings", start=None),
    Node(
        task_run_id=BUILD.id,
        unique_id="test.ferry.unique_stg_bookings_id",
        resource_type="test",
        status="fail",
        name="unique_stg_bookings_id",
        started=at(61.5),
        ended=at(61.6),
        failures=3,
        attached_node="model.ferry.stg_bookings",
        depends_on=("model.ferry.stg_bookings",),
    ),
)

RUNNING = ExecutionView(
    execution=msgspec.structs.replace(
        EXECUTION,
        inputs={"island": "Gannet Rock", "days": 7, "nested": {"a": [1, 2]}},
        labels={"team": "data"},
        history=history((State.CREATED, 0), (State.RUNNING, 0)),
    ),
    task_runs=RUNS,
    nodes=NODES,
    topology=TOPOLOGY,
    typical={"clone": 6.0, "build": 90.0},
)


def ended(view: ExecutionView, state: State, seconds: float, error: str | None = None) -> Execution:
    return msgspec.structs.replace(
        view.execution,
        state=state,
        ended=at(seconds),
        error=error,
        history=(*view.execution.history, Change(state, at(seconds))),
    )


def failed_build() -> TaskRun:
    attempts = (
        *BUILD.attempts[:-1],
        attempt(2, State.FAILED, 50, 80, 20, exit_code=2, error="no such column"),
    )
    return msgspec.structs.replace(
        BUILD,
        state=State.FAILED,
        ended=at(80),
        attempts=attempts,
        error="Binder Error: no such column",
        history=(*BUILD.history, Change(State.FAILED, at(80))),
    )


def failed() -> ExecutionView:
    """The same, when it has gone wrong."""
    work = msgspec.structs.replace(
        WORK, state=State.FAILED, ended=at(80.2), history=(*WORK.history, Change(State.FAILED, at(80.2)))
    )
    execution = ended(RUNNING, State.FAILED, 80.5, "work failed")
    return msgspec.structs.replace(RUNNING, execution=execution, task_runs=(work, CLONE, failed_build()))


def change(
    *runs: TaskRun, execution: Execution | None = None, sequence: int = 1, **keys: object
) -> ExecutionChanged:
    made = ExecutionChanged(sequence=sequence, execution=execution or RUNNING.execution, task_runs=runs)
    return msgspec.structs.replace(made, **keys)


# --- logs


def line(source: TaskRun, attempt_number: int, number: int) -> LogLine:
    """Every 1,000th line is an error, every 100th a warning; times tell the order."""
    level = "ERROR" if number % 1000 == 777 else "WARN" if number % 100 == 50 else "INFO"
    text = f"line {number} of \x1b[32m{source.task_id}\x1b[0m" + (
        " \x1b]0;owned\x07needle" if number % 5000 == 4321 else ""
    )
    offset = {CLONE.id: 1.0, BUILD.id: 9.0}.get(source.id, 50.0) + 41 * (attempt_number - 1)
    return LogLine(number, at(offset + number / 1000), level, text, source.id, attempt_number)


class Logs:
    """Logs that grow when the test says so."""

    def __init__(self, lengths: dict[tuple[str, int], int], view: ExecutionView = RUNNING) -> None:
        self._runs = {each.id: each for each in view.task_runs}
        self.lengths = dict(lengths)
        self.is_over = view.execution.state.is_terminal
        self.reads: list[requests.ReadLog] = []
        self._news = asyncio.Event()
        self._is_cut = False

    def page(self, request: requests.ReadLog) -> LogPage:
        self.reads.append(request)
        key = request.task_run_id, request.attempt
        total = self.lengths.get(key, 0)
        first = max(0, total + request.first) if request.first < 0 else request.first
        lines = self._lines(key, first, min(total, first + request.limit))
        return LogPage(lines=lines, total=total, ended=self.is_over)

    def _lines(self, key: tuple[str, int], first: int, last: int) -> tuple[LogLine, ...]:
        return tuple(line(self._runs[key[0]], key[1], number) for number in range(first, last))

    def grow(self, source: TaskRun, attempt_number: int, lines: int) -> None:
        self.lengths[source.id, attempt_number] = self.lengths.get((source.id, attempt_number), 0) + lines
        self._wake()

    def end(self) -> None:
        self.is_over = True
        self._wake()

    def cut(self) -> None:
        """The line to the runtime is lost: streams break."""
        self._is_cut = True
        self._wake()

    def mend(self) -> None:
        self._is_cut = False

    def _wake(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    async def _wait(self) -> None:
        await self._news.wait()
        if self._is_cut:
            raise RuntimeUnreachable("the line was cut")

    async def follow(self, request: requests.FollowLog) -> AsyncIterator[LogPage]:
        key, first = (request.task_run_id, request.attempt), request.first
        while True:
            total = self.lengths.get(key, 0)
            while first < total:
                last = min(total, first + 1000)
                yield LogPage(lines=self._lines(key, first, last), total=total)
                first = last
            if self.is_over:
                yield LogPage(total=total, ended=True)
                return
            await self._wait()

    async def follow_all(self, request: requests.FollowExecutionLog) -> AsyncIterator[LogPage]:
        """As the runtime does it: up to 1,000 lines of each attempt a round."""
        seen = dict.fromkeys(self.lengths, 0)
        while True:
            found: list[LogLine] = []
            for key, total in self.lengths.items():
                first = seen.get(key, 0)
                seen[key] = min(total, first + 1000)
                found += self._lines(key, first, seen[key])
            if found:
                yield LogPage(lines=tuple(sorted(found, key=lambda each: each.at)))
            elif self.is_over:
                yield LogPage(ended=True)
                return
            else:
                await self._wait()


def runtime(view: ExecutionView = RUNNING, logs: Logs | None = None) -> Scripted:
    """A runtime that has this execution."""
    known = {each.id for each in view.task_runs}
    lengths = {(CLONE.id, 1): 6, (BUILD.id, 1): 300, (BUILD.id, 2): 20}
    script = logs or Logs({key: lines for key, lines in lengths.items() if key[0] in known}, view)
    transport = facts.runtime()
    transport.answers |= {requests.GetExecution: view, requests.ReadLog: script.page}
    transport.streams |= {
        requests.FollowLog: script.follow,
        requests.FollowExecutionLog: script.follow_all,
    }
    return transport
