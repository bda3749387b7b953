"""The pure engine: what a step costs, and that its cost does not grow with the execution, whatever its shape."""

import time
from collections import deque
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks.tables import percentile, show
from runtime.engine.commands import AnyCommand, CheckCondition, Collect, Evaluate, StartAttempt, WakeAt
from runtime.engine.snapshot import Snapshot, begin
from runtime.engine.step import step
from runtime.model.events import (
    AnyEvent,
    AttemptEnded,
    AttemptStarted,
    Collected,
    ConditionChecked,
    Evaluated,
    ExecutionCreated,
    RetryDue,
)
from runtime.model.execution import Execution
from runtime.model.flow import Flow, Rule, TaskSpec
from runtime.model.retry import Retry
from runtime.model.states import State

NOW = datetime(2026, 1, 1, tzinfo=UTC)
LARGE = 5_000  # task runs
SMALL = 10
TARGET = 100e-6  # seconds


def task(identifier: str, rule: Rule = Rule.NONE, **keys: Any) -> TaskSpec:
    branches = {"tasks": tuple(keys.pop("tasks"))} if "tasks" in keys else {}
    return TaskSpec(id=identifier, type="test", rule=rule, branches=branches, **keys)


def leaves(count: int) -> list[TaskSpec]:
    return [task(f"t{number}") for number in range(count)]


def values(count: int) -> list[str]:
    return [str(number) for number in range(count)]


def each(count: int, limit: int, *tasks: TaskSpec, name: str = "each") -> TaskSpec:
    properties = {"values": values(count), "concurrencyLimit": limit}
    return task(name, Rule.FOR_EACH, tasks=tasks or leaves(1), properties=properties)


def dag(needs: Mapping[str, tuple[str, ...]], count: int, limit: int = 0) -> TaskSpec:
    return task("dag", Rule.DAG, tasks=leaves(count), needs=needs, properties={"concurrent": limit})


def loop(count: int) -> TaskSpec:
    turn = task("turn", Rule.ITERATION, tasks=leaves(1), properties={"outputs": ["x"]})
    properties = {"values": values(count // 2), "concurrencyLimit": 0, "outputs": ["x"]}
    return task("loop", Rule.LOOP, tasks=[turn], properties=properties)


def until(count: int) -> TaskSpec:
    """A loop beside a long one: what it takes out must be sought among its own."""
    properties = {"checkFrequency": {"interval": 1.0, "maxIterations": 50}}
    return task("until", Rule.LOOP_UNTIL, tasks=[task("u")], properties=properties)


def tower(count: int) -> TaskSpec:
    """Groups in groups, as deep as a file may be, many times."""
    inner = task("leaf")
    for level in range(20):
        inner = task(f"s{level}", Rule.SEQUENTIAL, tasks=[inner])
    return each(count // 21, 4, inner)


SHAPES: Mapping[str, Callable[[int], tuple[TaskSpec, ...]]] = {
    "a ForEach, all at once": lambda n: (each(n, 0),),
    "a ForEach, one by one": lambda n: (each(n, 1),),
    "a ForEach, 8 at once": lambda n: (each(n, 8),),
    "loops in loops": lambda n: (each(n // 70, 4, each(69, 4, task("x"), name="inner")),),
    "a sequence": lambda n: tuple(leaves(n)),
    "a Parallel": lambda n: (task("p", Rule.PARALLEL, tasks=leaves(n)),),
    "a Parallel, 8 at once": lambda n: (
        task("p", Rule.PARALLEL, tasks=leaves(n), properties={"concurrent": 8}),
    ),
    "a Dag of one chain": lambda n: (dag({f"t{k}": (f"t{k - 1}",) for k in range(1, n)}, n),),
    "a Dag of one root": lambda n: (dag({f"t{k}": ("t0",) for k in range(1, n)}, n, 8),),
    "a Dag of layers": lambda n: (
        dag({f"t{k}": tuple(f"t{k - 50 + back}" for back in (0, 1)) for k in range(50, n)}, n, 8),
    ),
    "a Dag that ends in one": lambda n: (dag({f"t{n - 1}": tuple(f"t{k}" for k in range(n - 1))}, n, 8),),
    "a Loop of turns": lambda n: (loop(n),),
    "a loop beside a ForEach": lambda n: (task("p", Rule.PARALLEL, tasks=[until(n), each(n, 8)]),),
    "groups in groups": lambda n: (tower(n),),
    "retries": lambda n: (
        each(n, 8, task("x", retry=Retry(type="constant", interval=timedelta(), max_attempts=2))),
    ),
}


class World:
    """Answers what the engine asks for, at once and in order, and takes the time of each step."""

    def __init__(self, tasks: tuple[TaskSpec, ...]) -> None:
        execution = Execution(id="e", namespace="n", flow_id="f", revision=1, created=NOW)
        self.snapshot: Snapshot = begin(Flow(id="f", namespace="n", tasks=tasks), execution)
        self.inbox: deque[AnyEvent] = deque([ExecutionCreated(at=NOW, execution=execution)])
        self.spent: list[float] = []

    def run(self) -> list[float]:
        """Seconds of each step, for each task run that it moves: what lets 5,000 begin moves 5,000."""
        while self.inbox:
            started = time.perf_counter()
            self.snapshot, commands = step(self.snapshot, self.inbox.popleft())
            took = time.perf_counter() - started
            self.spent.append(took / max(1, len(self.snapshot.touched)))
            for command in commands:
                self.inbox += self.answers(command)
        assert self.snapshot.finished
        assert self.snapshot.execution.state is State.SUCCESS
        return self.spent

    def answers(self, command: AnyCommand) -> list[AnyEvent]:
        match command:
            case StartAttempt(task_run_id=run, number=number):
                retried = self.snapshot.spec(run).retry is not None and number == 1
                state = State.FAILED if retried else State.SUCCESS
                started = AttemptStarted(at=NOW, task_run_id=run, number=number)
                outputs = {"value": number}
                return [
                    started,
                    AttemptEnded(at=NOW, task_run_id=run, number=number, state=state, outputs=outputs),
                ]
            case Evaluate(task_run_id=run):
                return [Evaluated(at=NOW, task_run_id=run, values=dict(self.snapshot.spec(run).properties))]
            case CheckCondition(task_run_id=run, iteration=iteration):
                return [ConditionChecked(at=NOW, task_run_id=run, iteration=iteration)]
            case Collect(task_run_id=run):
                return [Collected(at=NOW, task_run_id=run, outputs={"value": 1})]
            case WakeAt(task_run_id=run, number=number):
                return [RetryDue(at=NOW, task_run_id=run, number=number)]
        return []


def row(name: str, shape: Callable[[int], tuple[TaskSpec, ...]]) -> tuple[str, str, str, str]:
    small = World(shape(max(SMALL, 80))).run()
    large = World(shape(LARGE)).run()
    told = f"p50 {_us(large, 0.5)}, p99 {_us(large, 0.99)}"
    return (
        f"{name}, {LARGE:,} task runs",
        told,
        f"<= {TARGET * 1e6:.0f} us",
        f"p50 {_us(small, 0.5)} among 80",
    )


def _us(spent: list[float], share: float) -> str:
    return f"{percentile(spent, share) * 1e6:.0f} us"


def main() -> None:
    show("engine: a step", [row(name, shape) for name, shape in SHAPES.items()])
