"""Over random flows with late, duplicate and reordered events: every attempt starts once, every execution ends once."""

from datetime import timedelta
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.engine import unfinished
from runtime.engine.commands import StartAttempt
from runtime.engine.snapshot import begin
from runtime.engine.step import step
from runtime.model.events import KillRequested
from runtime.model.flow import Flow, Listener, Rule, TaskSpec
from runtime.model.limits import Concurrency, Sla
from runtime.model.retry import Retry
from runtime.model.states import State
from tests.unit.engine.world import START, World, flow, task

STATES = [State.SUCCESS] * 6 + [State.FAILED] * 3 + [State.WARNING, State.SKIPPED]


class Flows:
    """Draws random trees of tasks with unique ids."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.count = 0

    def flow(self) -> Flow:
        return flow(
            *self.tasks(3),
            errors=self.tasks(1),
            finally_=self.tasks(1),
            after_execution=self.tasks(1),
            retry=self.retry(),
            sla=self.sla(),
            listeners=tuple(Listener(tasks=self.tasks(1)) for _ in range(self.random.randint(0, 1))),
            concurrency=Concurrency(limit=1) if self.random.random() < 0.3 else None,
        )

    def sla(self) -> tuple[Sla, ...]:
        if self.random.random() < 0.8:
            return ()
        behavior = self.random.choice(["FAIL", "CANCEL", "NONE"])
        return (Sla(id="promise", behavior=behavior, assertion="{{ x }}"),)

    def tasks(self, depth: int) -> tuple[TaskSpec, ...]:
        most = 4 if depth == 3 else 3
        return tuple(self.task(depth) for _ in range(self.random.randint(depth == 3, most)))

    def task(self, depth: int) -> TaskSpec:
        self.count += 1
        rule = self.random.choice(list(Rule)) if depth > 0 and self.random.random() < 0.5 else Rule.NONE
        return task(f"t{self.count}", rule, **self.keys(), **(self.inside(rule, depth - 1) if rule else {}))

    def keys(self) -> dict[str, Any]:
        chance = self.random.random
        return {
            "retry": self.retry(),
            "allow_failure": chance() < 0.1,
            "allow_warning": chance() < 0.1,
            "disabled": chance() < 0.05,
            "run_if": "{{ x }}" if chance() < 0.05 else None,
        }

    def retry(self) -> Retry | None:
        if self.random.random() < 0.8:
            return None
        anew = self.random.random() < 0.2
        return Retry(
            type="constant",
            interval=timedelta(seconds=1),
            max_attempts=self.random.randint(1, 3),
            behavior="CREATE_NEW_EXECUTION" if anew else "RETRY_FAILED_TASK",
        )

    def inside(self, rule: Rule, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {"errors": self.tasks(0)[:1], "finally": self.tasks(0)[:1]}
        match rule:
            case Rule.IF:
                return found | {
                    "then": self.tasks(depth),
                    "else": self.tasks(depth),
                    "properties": {"condition": self.random.random() < 0.5},
                }
            case Rule.SWITCH:
                value = self.random.choice(["one", "two", "three"])
                return found | {
                    "cases": {"cases.one": self.tasks(depth), "cases.two": ()},
                    "properties": {"value": value},
                }
            case Rule.FOR_EACH:
                values = [str(number) for number in range(self.random.randint(0, 4))]
                limit = self.random.randint(0, 3)
                return found | {
                    "tasks": self.tasks(depth),
                    "properties": {"values": values, "concurrencyLimit": limit},
                }
            case Rule.EACH_PARALLEL:
                values = [str(number) for number in range(self.random.randint(0, 4))]
                limit = self.random.randint(0, 3)
                return found | {
                    "tasks": self.tasks(depth),
                    "properties": {"value": values, "concurrent": limit},
                }
            case Rule.LOOP:
                keys = {key: ["x"] for key in ("outputs", "breakWhen") if self.random.random() < 0.5}
                self.count += 1
                turn = task(
                    f"t{self.count}", Rule.ITERATION, tasks=self.tasks(depth), properties=keys, **found
                )
                values = [str(number) for number in range(self.random.randint(0, 4))]
                own = {
                    "values": values,
                    "concurrencyLimit": self.random.randint(0, 3),
                    "transmitFailed": self.random.random() < 0.5,
                }
                return {"tasks": [turn], "properties": keys | own}
            case Rule.LOOP_UNTIL:
                most = self.random.choice([None, 1, 2, 3])
                frequency = {"interval": 1.0, "maxIterations": most}
                return found | {
                    "tasks": self.tasks(depth),
                    "properties": {
                        "checkFrequency": frequency,
                        "failOnMaxReached": self.random.random() < 0.5,
                    },
                }
            case Rule.PAUSE:
                wait = self.random.choice([{}, {"pauseDuration": 1.0}, {"delay": 2.0}, {"timeout": 1.0}])
                behavior = self.random.choice(["RESUME", "WARN", "CANCEL", "FAIL"])
                return found | {
                    "tasks": self.tasks(depth)[:1],
                    "onPause": self.tasks(0)[:1],
                    "properties": {**wait, "behavior": behavior},
                }
            case Rule.DAG:
                children = self.tasks(depth)
                needs = {
                    child.id: tuple(other.id for other in children[:number] if self.random.random() < 0.5)
                    for number, child in enumerate(children)
                }
                return found | {
                    "tasks": children,
                    "needs": needs,
                    "properties": {"concurrent": self.random.randint(0, 2)},
                }
        return found | {"tasks": self.tasks(depth), "properties": {"concurrent": self.random.randint(0, 2)}}


def world(seed: int) -> World:
    random = Random(seed)
    outcomes: dict[tuple[str, int], State] = {}
    return World(
        Flows(random).flow(),
        lambda run, number: outcomes.setdefault((run.id, number), random.choice(STATES)),
        random=random,
        begins=START if random.random() < 0.1 else None,
    )


@settings(max_examples=400, deadline=None)
@given(st.integers(0, 2**32))
def test_every_flow_ends_once_whatever_the_order_of_events(seed: int) -> None:
    made = world(seed)
    made.run()
    made.check_promises()


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 40))
def test_a_kill_at_any_point_ends_the_execution(seed: int, when: int) -> None:
    made = world(seed)
    for _ in range(when):
        if made.inbox:
            made.take()
    made.inbox.append(KillRequested(at=START))
    made.run()
    made.check_promises()


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**32), st.integers(0, 40))
def test_a_promise_missed_at_any_point_ends_the_execution(seed: int, when: int) -> None:
    made = world(seed)
    for _ in range(when):
        if made.inbox:
            made.take()
    made.missed = (0,) if made.flow.sla else ()
    made.run()
    made.check_promises()


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 60))
def test_after_a_crash_the_log_gives_the_same_snapshot_and_all_open_commands(seed: int, when: int) -> None:
    """Whatever was asked and not answered is asked again, so that answering only that brings the execution to its end."""
    first = world(seed)
    for _ in range(when):
        if first.inbox:
            first.take()
    again = World(first.flow, first.outcome, random=None)
    again.snapshot = begin(first.flow, first.execution)
    again.inbox.clear()
    for event in first.log:
        again.snapshot, _ = step(again.snapshot, event)
        again.log.append(event)
    assert again.snapshot == first.snapshot
    for command in unfinished.commands(again.snapshot):
        if not (isinstance(command, StartAttempt) and command.id in again.started):
            again.perform(command)
    again.run()
    assert again.snapshot.finished
    assert again.snapshot.execution.state.is_terminal
    assert len(again.announced) == (0 if first.announced else 1)
