"""A scripted world for the engine: it answers commands with events, by rules or by chance, and checks the engine's promises."""

from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import msgspec

from runtime.engine import unfinished
from runtime.engine.commands import (
    Announce,
    AnyCommand,
    BeginAgain,
    BeginAt,
    CheckCondition,
    CheckSla,
    ChooseListeners,
    Collect,
    Evaluate,
    Forget,
    KillAttempt,
    KillChildren,
    RenderOutputs,
    RequestSlot,
    StartAttempt,
    WakeAt,
    WakeSla,
)
from runtime.engine.replay import replay
from runtime.engine.snapshot import Snapshot, begin
from runtime.engine.step import step
from runtime.model.events import (
    AnyEvent,
    AttemptEnded,
    AttemptStarted,
    BeginDue,
    BegunAgain,
    Collected,
    ConditionChecked,
    Evaluated,
    ExecutionCreated,
    ListenersChosen,
    OutputsRendered,
    PauseEnded,
    RetryDue,
    SlaChecked,
    SlotAnswered,
)
from runtime.model.execution import Execution, TaskRun
from runtime.model.flow import Flow, Rule, TaskSpec
from runtime.model.states import State

START = datetime(2026, 1, 1, tzinfo=UTC)


def task(id: str, rule: Rule = Rule.NONE, **keys: Any) -> TaskSpec:
    branches = {
        name: tuple(keys.pop(name))
        for name in ("tasks", "errors", "finally", "then", "else", "defaults", "onPause")
        if name in keys
    }
    return TaskSpec(id=id, type=rule or "test", rule=rule, branches=branches | keys.pop("cases", {}), **keys)


def flow(*tasks: TaskSpec, **keys: Any) -> Flow:
    return Flow(id="f", namespace="n", tasks=tasks, **keys)


def execution() -> Execution:
    return Execution(id="e", namespace="n", flow_id="f", revision=1, created=START)


class World:
    """Runs one execution to its end."""

    def __init__(
        self,
        flow: Flow,
        outcome: Callable[[TaskRun, int], State] | None = None,
        *,
        random: Random | None = None,
        begins: datetime | None = None,
    ) -> None:
        self.flow = flow
        self.random = random
        self.outcome = outcome or (lambda run, number: State.SUCCESS)
        self.slots = [State.QUEUED, State.RUNNING]
        """What is answered where the flow's executions are limited."""
        self.missed: tuple[int, ...] = ()
        """The promises that the next look finds missed."""
        self.alarms: dict[int, datetime] = {}
        self.values: dict[str, dict[str, Any]] = {}
        self.holds: Callable[[int], bool] = lambda iteration: iteration >= 2
        """The condition of a loop after so many iterations."""
        self.is_resuming = True
        """Whether Pause tasks are resumed when nothing else happens."""
        self.execution = msgspec.structs.replace(execution(), schedule_date=begins)
        self.snapshot = begin(flow, self.execution)
        self.log: list[AnyEvent] = []
        created = ExecutionCreated(at=START, execution=self.execution, begins=begins)
        self.inbox: deque[AnyEvent] = deque([created])
        self.started: list[str] = []
        self.announced: list[State] = []
        self.forgotten = 0
        self.asked: set[AnyCommand] = set()
        self.now = START

    def run(self, limit: int = 20_000) -> Snapshot:
        while self.inbox or self.resume():
            self.take()
            assert len(self.log) < limit, "no end in sight"
        return self.snapshot

    def resume(self) -> bool:
        """Where nothing else happens, somebody lets go on what waits for a person."""
        if not self.is_resuming:
            return False
        paused = [run for run in self.snapshot.ordered() if run.state is State.PAUSED]
        self.inbox += [PauseEnded(at=self.now, task_run_id=run.id, by="ada") for run in paused]
        return bool(paused)

    def run_by_the_clock(self) -> Snapshot:
        """As `run`, where the clock stands at what was waited for."""
        while self.inbox:
            self.now = max(self.now, self.inbox[0].at)
            self.take()
        return self.snapshot

    def take(self) -> None:
        """Feed one event, in order or (with chance) in any order and now and then twice."""
        position = self.random.randrange(len(self.inbox)) if self.random and self.log else 0
        event = self.inbox[position]
        if not (self.random and self.log and self.random.random() < 0.1):
            del self.inbox[position]
        self.feed(event)

    def feed(self, event: AnyEvent) -> None:
        self.now += timedelta(milliseconds=1)
        self.log.append(event)
        self.snapshot, commands = step(self.snapshot, event)
        for command in commands:
            self.perform(command)

    def perform(self, command: AnyCommand) -> None:
        match command:
            case BeginAt(at=at):
                self.inbox.append(BeginDue(at=at))
            case RequestSlot():
                self.inbox += [SlotAnswered(at=self.now, state=state) for state in self.slots]
            case StartAttempt(task_run_id=run_id, number=number):
                self.attempt(command, self.snapshot.task_runs[run_id], number)
            case KillAttempt(task_run_id=run_id, number=number):
                self.inbox.append(
                    AttemptEnded(at=self.now, task_run_id=run_id, number=number, state=State.KILLED)
                )
            case KillChildren():
                self.asked.add(command)
            case Evaluate(task_run_id=run_id):
                self.inbox.append(Evaluated(at=self.now, task_run_id=run_id, **self.evaluation(run_id)))
            case CheckCondition(task_run_id=run_id, iteration=iteration):
                holds = self.holds(iteration)
                answer = ConditionChecked(at=self.now, task_run_id=run_id, iteration=iteration, holds=holds)
                self.inbox.append(answer)
            case Collect(task_run_id=run_id):
                breaks = self.random is not None and self.random.random() < 0.1
                self.inbox.append(Collected(at=self.now, task_run_id=run_id, breaks=breaks))
            case WakeAt(task_run_id=run_id, number=number, at=at):
                self.inbox.append(RetryDue(at=at, task_run_id=run_id, number=number))
            case WakeSla(number=number, at=at):
                self.alarms[number] = at
            case CheckSla(final=final):
                if final or self.missed:
                    self.inbox.append(SlaChecked(at=self.now, final=final, missed=self.missed))
            case BeginAgain():
                self.inbox.append(BegunAgain(at=self.now, execution_id="e2"))
            case ChooseListeners():
                chosen = tuple(range(len(self.flow.listeners)))
                self.inbox.append(ListenersChosen(at=self.now, chosen=chosen))
            case RenderOutputs():
                self.inbox.append(OutputsRendered(at=self.now, outputs={"answer": 42}))
            case Announce(state=state):
                self.announced.append(state)
            case Forget():
                self.forgotten += 1

    def attempt(self, command: StartAttempt, run: TaskRun, number: int) -> None:
        assert command.id not in self.started, f"{command.id} started twice"
        self.started.append(command.id)
        state = self.outcome(run, number)
        if state is not State.SKIPPED:
            self.inbox.append(AttemptStarted(at=self.now, task_run_id=run.id, number=number))
        error = "on purpose" if state is State.FAILED else None
        self.inbox.append(
            AttemptEnded(
                at=self.now,
                task_run_id=run.id,
                number=number,
                state=state,
                error=error,
                outputs={"n": number},
            )
        )

    def evaluation(self, run_id: str) -> dict[str, Any]:
        spec = self.snapshot.spec(run_id)
        return self.values.get(spec.id, {"values": dict(spec.properties)})

    # --- what tests ask

    def states(self) -> dict[str, str]:
        """Task id (with the value of its iteration) -> state, in the order of creation."""
        return {
            f"{run.task_id}{f'[{run.value}]' if run.value else ''}": run.state.value
            for run in self.snapshot.ordered()
        }

    @property
    def state(self) -> State:
        return self.snapshot.execution.state

    def check_promises(self) -> None:
        """What must hold at the end of every execution."""
        assert self.snapshot.finished
        assert self.snapshot.execution.state.is_terminal
        assert len(self.announced) == 1
        assert self.forgotten == 1
        assert all(run.state.is_terminal for run in self.snapshot.task_runs.values())
        assert not list(self.snapshot.live)
        assert replay(self.flow, self.log) == self.snapshot
        assert unfinished.commands(self.snapshot) == (Forget(),)
