"""Does what the engine asks, each command once: attempts as tasks of one group, timers, expressions, and the last deeds of a WorkingDirectory."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from datetime import datetime
from typing import Any

import msgspec

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
from runtime.engine.snapshot import Snapshot
from runtime.errors import Failure
from runtime.executor import assertions, evaluate, listeners, turns, variables, workspace
from runtime.executor.attempt import Attempt
from runtime.executor.begin import begin_again
from runtime.executor.resources import Resources
from runtime.executor.slots import Slots
from runtime.executor.turns import Deed
from runtime.language.inputs import resolve_outputs
from runtime.model.events import (
    AnyEvent,
    BeginDue,
    BegunAgain,
    Collected,
    ConditionChecked,
    Evaluated,
    KillRequested,
    ListenersChosen,
    OutputsRendered,
    RetryDue,
    SlaChecked,
)
from runtime.model.execution import Execution, TaskRun
from runtime.model.flow import Rule
from runtime.model.states import State

logger = logging.getLogger(__name__)


_DEEDS: Mapping[Rule, Callable[[Resources, Snapshot, TaskRun], Awaitable[Deed]]] = {
    Rule.WORKING_DIRECTORY: workspace.finish,
    Rule.ITERATION: turns.finish_turn,
    Rule.LOOP: turns.finish_loop,
}


class Performer:
    """Holds a handle on everything that it has begun."""

    def __init__(self, resources: Resources, announce: Callable[[Execution], None]) -> None:
        self._resources = resources
        self._announce = announce
        self._slots = Slots(resources.clock, resources.supervisor.post)
        self._group: asyncio.TaskGroup | None = None
        self._attempts: dict[str, tuple[Attempt, asyncio.Task[None]]] = {}
        self._timers: dict[str, set[asyncio.Task[None]]] = {}
        self._doing: set[tuple[str, str]] = set()

    @property
    def attempts(self) -> int:
        """Attempts that run at this moment."""
        return len(self._attempts)

    async def run(self) -> None:
        """Own what is begun, until cancelled; attempts are told that the runtime leaves, not that they are killed."""
        async with asyncio.TaskGroup() as group:
            self._group = group
            try:
                await asyncio.Event().wait()
            finally:
                for attempt, _ in self._attempts.values():
                    attempt.leaving = True

    # --- commands

    def perform(self, snapshot: Snapshot, command: AnyCommand) -> None:
        execution_id = snapshot.execution.id
        match command:
            case BeginAt(at=at):
                self._wake(execution_id, at, BeginDue(at=at))
            case RequestSlot():
                self._slots.ask(snapshot)
            case StartAttempt():
                self._start(snapshot, command, resumed=False)
            case KillAttempt():
                self._kill(snapshot, command)
            case KillChildren():
                self._kill_children(snapshot)
            case Evaluate(task_run_id=run_id):
                self._once(execution_id, ("evaluate", run_id), self._evaluate(execution_id, run_id))
            case CheckCondition(task_run_id=run_id, iteration=iteration):
                key = ("condition", f"{run_id} {iteration}")
                self._once(execution_id, key, self._check_condition(execution_id, run_id, iteration))
            case Collect(task_run_id=run_id):
                self._once(execution_id, ("collect", run_id), self._collect(execution_id, run_id))
            case WakeAt(task_run_id=run_id, number=number, at=at):
                self._wake(execution_id, at, RetryDue(at=at, task_run_id=run_id, number=number))
            case WakeSla(number=number, at=at):
                self._wake(execution_id, at, SlaChecked(at=at, missed=(number,)))
            case CheckSla(final=final):
                self._once(
                    execution_id,
                    ("sla", f"{execution_id} {final}"),
                    self._check_sla(execution_id, final=final),
                )
            case BeginAgain():
                self._slots.release(snapshot)
                self._once(execution_id, ("again", execution_id), self._begin_again(execution_id))
            case ChooseListeners(state=state):
                self._once(
                    execution_id, ("listeners", execution_id), self._choose_listeners(execution_id, state)
                )
            case RenderOutputs():
                self._once(execution_id, ("outputs", execution_id), self._render_outputs(execution_id))
            case Announce():
                self._announce(snapshot.execution)
            case Forget():
                self._slots.release(snapshot)
                self._forget(execution_id)

    def recall(self, snapshot: Snapshot) -> None:
        """An execution of an earlier runtime is back, and nothing was performed for it yet."""
        self._slots.recall(snapshot)

    def resume(self, snapshot: Snapshot, command: AnyCommand) -> None:
        """Perform a command that an earlier runtime may have begun."""
        if isinstance(command, StartAttempt):
            run = snapshot.task_runs[command.task_run_id]
            self._start(snapshot, command, resumed=len(run.attempts) == command.number)
        else:
            self.perform(snapshot, command)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        assert self._group is not None, "the performer is not running"
        return self._group.create_task(work)

    def _once(self, execution_id: str, key: tuple[str, str], work: Coroutine[Any, Any, None]) -> None:
        if key in self._doing:
            work.close()
            return
        self._doing.add(key)
        self._spawn(self._guarded(execution_id, work)).add_done_callback(lambda _: self._doing.discard(key))

    async def _guarded(self, execution_id: str, work: Coroutine[Any, Any, None]) -> None:
        """A defect ends the execution that it hits, and no other."""
        try:
            await work
        except Exception as defect:
            logger.exception("what execution %s asked for broke", execution_id)
            self._resources.supervisor.give_up(execution_id, defect)

    # --- attempts

    def _start(self, snapshot: Snapshot, command: StartAttempt, *, resumed: bool) -> None:
        if command.id in self._attempts:
            return
        run = snapshot.task_runs[command.task_run_id]
        attempt = Attempt(self._resources, snapshot.execution.id, run, command.number, resumed)
        task = self._spawn(attempt.perform())
        self._attempts[command.id] = attempt, task
        task.add_done_callback(lambda task: self._over(command.id, attempt, task))

    def _over(self, command_id: str, attempt: Attempt, task: "asyncio.Task[None]") -> None:
        self._attempts.pop(command_id, None)
        if task.cancelled() and not attempt.leaving:
            attempt.never_began()

    def _kill(self, snapshot: Snapshot, command: KillAttempt) -> None:
        started = self._attempts.get(f"{command.task_run_id}/{command.number}")
        if started is not None:
            started[1].cancel()

    def _kill_children(self, snapshot: Snapshot) -> None:
        parent, now = snapshot.execution.id, self._resources.clock.now()
        for live in self._resources.supervisor.live():
            if live.execution.parent_id == parent:
                killed = KillRequested(at=now, reason=f"its parent execution {parent} was stopped")
                self._resources.supervisor.post(live.execution.id, killed)

    # --- timers

    def _wake(self, execution_id: str, at: datetime, event: AnyEvent) -> None:
        timer = self._spawn(self._due(execution_id, at, event))
        timers = self._timers.setdefault(execution_id, set())
        timers.add(timer)
        timer.add_done_callback(timers.discard)

    async def _due(self, execution_id: str, at: datetime, event: AnyEvent) -> None:
        await self._resources.clock.sleep_until(at)
        now = self._resources.clock.now()
        self._resources.supervisor.post(execution_id, msgspec.structs.replace(event, at=now))

    def _forget(self, execution_id: str) -> None:
        for timer in self._timers.pop(execution_id, set()):
            timer.cancel()
        for attempt, task in list(self._attempts.values()):
            if attempt.execution_id == execution_id:  # only where a defect has ended it
                task.cancel()
        self._resources.directories.clear(execution_id)
        self._resources.logs.wake()

    # --- expressions and last deeds

    async def _evaluate(self, execution_id: str, run_id: str) -> None:
        snapshot = self._snapshot(execution_id)
        run, spec = snapshot.task_runs[run_id], snapshot.spec(run_id)
        seen = variables.of_task(snapshot, run)
        found = await evaluate.evaluate(
            spec,
            seen,
            self._resources.renderer,
            namespace=snapshot.flow.namespace,
            files=self._resources.files,
        )
        if found.error is None and not found.skipped:
            found.error = await workspace.prepare(self._resources, snapshot, run, found.values)
        self._resources.supervisor.post(
            execution_id,
            Evaluated(
                at=self._resources.clock.now(),
                task_run_id=run_id,
                values=msgspec.to_builtins(found.values),
                skipped=found.skipped,
                error=found.error,
            ),
        )

    async def _check_condition(self, execution_id: str, run_id: str, iteration: int) -> None:
        snapshot = self._snapshot(execution_id)
        seen = variables.of_task(snapshot, snapshot.task_runs[run_id])
        found = await evaluate.holds(
            snapshot.spec(run_id), seen, self._resources.renderer, namespace=snapshot.flow.namespace
        )
        self._resources.supervisor.post(
            execution_id,
            ConditionChecked(
                at=self._resources.clock.now(),
                task_run_id=run_id,
                iteration=iteration,
                holds=found.values.get("condition", False),
                error=found.error,
            ),
        )

    async def _collect(self, execution_id: str, run_id: str) -> None:
        snapshot = self._snapshot(execution_id)
        deed = await _DEEDS[snapshot.spec(run_id).rule](self._resources, snapshot, snapshot.task_runs[run_id])
        collected = Collected(
            at=self._resources.clock.now(),
            task_run_id=run_id,
            outputs=deed.outputs,
            breaks=deed.breaks,
            error=deed.error,
        )
        self._resources.supervisor.post(execution_id, collected)

    async def _choose_listeners(self, execution_id: str, state: State) -> None:
        chosen = await listeners.chosen(self._snapshot(execution_id), state, self._resources)
        now = self._resources.clock.now()
        self._resources.supervisor.post(execution_id, ListenersChosen(at=now, chosen=chosen))

    async def _begin_again(self, execution_id: str) -> None:
        snapshot = self._snapshot(execution_id)
        identifier = await begin_again(self._resources, snapshot.flow, snapshot.execution)
        now = self._resources.clock.now()
        self._resources.supervisor.post(execution_id, BegunAgain(at=now, execution_id=identifier))

    async def _check_sla(self, execution_id: str, *, final: bool) -> None:
        """Look at the assertions, and again where something has moved meanwhile."""
        looked_at: Snapshot | None = None
        while (snapshot := self._resources.supervisor.snapshot(execution_id)) is not None:
            if snapshot is looked_at:
                return
            missed = await assertions.missed(snapshot, self._resources.renderer, final=final)
            if missed or final:
                now = self._resources.clock.now()
                self._resources.supervisor.post(execution_id, SlaChecked(at=now, missed=missed, final=final))
                return
            looked_at = snapshot

    async def _render_outputs(self, execution_id: str) -> None:
        snapshot = self._snapshot(execution_id)
        outputs: dict[str, Any] = {}
        error = None
        try:
            rendered = await self._rendered_outputs(snapshot)
            outputs = self._resources.redactor.redact_value(resolve_outputs(snapshot.flow.outputs, rendered))
        except Failure as failure:
            error = f"Failed to render output values: {failure}"
        now = self._resources.clock.now()
        rendered_event = OutputsRendered(at=now, outputs=msgspec.to_builtins(outputs), error=error)
        self._resources.supervisor.post(execution_id, rendered_event)

    async def _rendered_outputs(self, snapshot: Snapshot) -> dict[str, Any]:
        """One that is not required and can't be rendered is left out."""
        seen, namespace = variables.of_flow(snapshot), snapshot.flow.namespace
        rendered = {}
        for spec in snapshot.flow.outputs:
            try:
                rendered[spec.id] = await self._resources.renderer.render(
                    spec.value, seen, namespace=namespace
                )
            except Failure:
                if spec.required:
                    raise
        return rendered

    def _snapshot(self, execution_id: str) -> Snapshot:
        snapshot = self._resources.supervisor.snapshot(execution_id)
        assert snapshot is not None, f"{execution_id} is not live"
        return snapshot
