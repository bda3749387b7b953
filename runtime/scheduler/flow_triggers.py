"""The triggers that wait for executions of other flows.

Whatever state an execution comes into is written down together with that, and stays until every Flow trigger has been asked
about it: a crash between the two loses nothing. The id of an execution that is begun for it follows from the change and the
trigger, so that being asked twice begins nothing twice.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from runtime.calendar import zones
from runtime.calendar.checks import SCHEDULES
from runtime.calendar.zones import local_name
from runtime.errors import ExecutionNotFound, Failure
from runtime.executor import variables
from runtime.executor.begin import CORRELATION, begin_by_trigger
from runtime.executor.conditions import Judge
from runtime.executor.functions import successor_id
from runtime.executor.resources import Resources
from runtime.model.execution import Execution, TaskRun, Trigger
from runtime.model.flow import ConditionSpec, Flow, TriggerSpec
from runtime.scheduler import requirements
from runtime.scheduler.filters import passes
from runtime.scheduler.requirements import Entry, Requirement, Wanted
from runtime.scheduler.standing import Standing
from runtime.scheduler.windows import bounds
from runtime.store import Store
from runtime.store.changes import StateChange, Window, WindowKey
from runtime.tasks.conditions import Occasion
from runtime.tasks.flow_trigger import ExecutionFilter

logger = logging.getLogger(__name__)

FLOW = "io.kestra.plugin.core.trigger.Flow"

PATIENCE = 5.0
"""Seconds between two tries to read or write, while the store refuses."""


@dataclass
class Moved:
    """An execution that has come into a state, and what may be said about it."""

    change: StateChange
    execution: Execution
    task_runs: tuple[TaskRun, ...] = field(repr=False)
    windows: dict[WindowKey, Window | None] = field(default_factory=dict)
    """As they are to be kept when all triggers have been asked."""

    def occasion(self, flow: Flow) -> Occasion:
        return Occasion(
            namespace=flow.namespace,
            flow_id=flow.id,
            execution=self.execution,
            task_runs=self.task_runs,
        )

    def seen(self, flow: Flow) -> dict[str, Any]:
        """What conditions and filters see: the waiting flow, and the execution that moved."""
        seen = variables.of_execution(flow, self.execution)
        outputs = variables.outputs_of(self.task_runs)
        return seen | {"outputs": outputs, "trigger": {**seen["trigger"], "outputs": self.execution.outputs}}


class FlowTriggers:
    """All Flow triggers of a runtime."""

    def __init__(
        self,
        resources: Resources,
        store: Store,
        standing: Standing,
        *,
        timezone: str,
        changed: Callable[[], None],
    ) -> None:
        self._resources = resources
        self._store = store
        self._standing = standing
        self._judge = Judge(resources.registry, resources.renderer)
        self._zone = zones.load(timezone or local_name()).rules
        self._changed = changed
        self._flows: dict[tuple[str, str], Flow] = {}
        self._triggers: list[tuple[Flow, TriggerSpec]] = []
        self._stopping: deque[Execution] = deque()
        """Executions that ended, and whose trigger may be one to stop after that."""
        self._woken = asyncio.Event()

    def reload(self, flows: Iterable[Flow]) -> None:
        """Take over the triggers of the active flows."""
        flows = list(flows)
        self._flows = {(flow.namespace, flow.id): flow for flow in flows}
        self._triggers = [(flow, spec) for flow in flows for spec in flow.triggers if spec.type == FLOW]
        self._resources.supervisor.tell = self._woken.set if self._triggers else None
        self._woken.set()

    async def run(self) -> None:
        while True:
            self._woken.clear()
            try:
                await self._stop_after()
                while changes := await self._store.changes.waiting():
                    for change in changes:
                        await self._ask(change)
            except Failure:  # a full disk, mostly: what is not settled is asked again
                logger.exception("flow triggers wait until the store can be used")
                await asyncio.sleep(PATIENCE)
                continue
            await self._woken.wait()

    def ended(self, execution: Execution) -> None:
        """An execution that an event began has ended: its trigger may say `stopAfter`."""
        if execution.trigger is not None:
            self._stopping.append(execution)
            self._woken.set()

    async def _stop_after(self) -> None:
        while self._stopping:
            execution = self._stopping.popleft()
            flow = self._flows.get((execution.namespace, execution.flow_id))
            for spec in flow.triggers if flow else ():
                assert flow is not None
                if execution.trigger and spec.id == execution.trigger.id and spec.type not in SCHEDULES:
                    await self._standing.ended(flow, spec, execution)

    async def _ask(self, change: StateChange) -> None:
        """Ask every trigger about one change."""
        moved = await self._moved(change)
        for flow, spec in self._triggers if moved else ():
            assert moved is not None
            if self._standing.is_active(flow, spec):
                await self._ask_one(flow, spec, moved)
        await self._store.changes.settle(change, moved.windows if moved else {})

    async def _moved(self, change: StateChange) -> Moved | None:
        live = self._resources.supervisor.snapshot(change.execution_id)
        if live is not None:
            execution, runs = live.execution, live.ordered()
        else:
            try:
                execution, runs = await self._store.executions.get(change.execution_id)
            except ExecutionNotFound:  # deleted meanwhile
                return None
        return Moved(change, msgspec.structs.replace(execution, state=change.state), tuple(runs))

    async def _ask_one(self, flow: Flow, spec: TriggerSpec, moved: Moved) -> None:
        """A trigger that can't be judged tells why, and keeps no other from being asked."""
        windows: dict[WindowKey, Window | None] = {}
        try:
            wanted = requirements.read(spec)
            if not await self._concerns(flow, wanted, moved):
                return
            found = await self._gathered(flow, spec, wanted, moved, windows)
            if found is not None:
                await self._fire(flow, spec, moved, found)
        except Exception as failure:  # whatever it is, the other triggers are asked
            known = isinstance(failure, Failure)
            logger.warning("%s.%s: %s", flow.name, spec.id, failure, exc_info=not known)
            self._standing.failed(flow, spec, str(failure) or type(failure).__name__)
            self._changed()
        moved.windows |= windows

    async def _concerns(self, flow: Flow, wanted: Wanted, moved: Moved) -> bool:
        """A flow never waits for itself."""
        execution = moved.execution
        if (execution.namespace, execution.flow_id) == (flow.namespace, flow.id):
            return False
        if moved.change.state not in wanted.trigger.states:
            return False
        return await self._judged(flow, wanted.conditions, moved)

    # --- several executions

    async def _gathered(
        self,
        flow: Flow,
        spec: TriggerSpec,
        wanted: Wanted,
        moved: Moved,
        windows: dict[WindowKey, Window | None],
    ) -> dict[str, Any] | None:
        """The outputs of all that had to come, when all has; `windows` takes what is to be kept."""
        if not wanted.requirements:
            return moved.execution.outputs
        outputs: dict[str, Any] = {}
        is_complete = True
        is_touched = False
        for requirement in wanted.requirements:
            key = (flow.namespace, flow.id, spec.id, requirement.id)
            window = await self._window(key, requirement, moved.change.at)
            matched = [
                name
                for name in requirement.entries
                if await self._holds(flow, requirement.entries[name], moved)
            ]
            if window is not None and matched:
                window = windows[key] = _taken(requirement, window, matched, moved.execution)
                is_touched = True
            is_complete &= window is not None and len(window.held) >= requirement.needed
            outputs = merged(outputs, window.outputs if window else {})
        if not (is_complete and is_touched):
            return None
        for requirement in wanted.requirements:
            if requirement.resets:
                windows[(flow.namespace, flow.id, spec.id, requirement.id)] = None
        return outputs

    async def _window(self, key: WindowKey, requirement: Requirement, at: datetime) -> Window | None:
        """The window that is open, or a new one; None where none can be open at that time of the day."""
        known = await self._store.changes.window(key)
        if known is not None and known.start <= at <= known.end:
            return known
        start, end = bounds(requirement.window, at.astimezone(self._zone))
        return Window(start=start, end=end) if start <= at <= end else None

    async def _holds(self, flow: Flow, entry: Entry, moved: Moved) -> bool:
        if entry.upstream is not None and not entry.upstream.matches(moved.execution):
            return False
        if entry.filter is not None and not await self._passes(flow, entry.filter, moved):
            return False
        return entry.condition is None or await self._judged(flow, (entry.condition,), moved)

    async def _passes(self, flow: Flow, asked: ExecutionFilter, moved: Moved) -> bool:
        async def render(value: Any) -> Any:
            return await self._resources.renderer.render(value, moved.seen(flow), namespace=flow.namespace)

        try:
            return await passes(asked, moved.execution, render)
        except Failure as failure:
            return _no(flow, failure)

    async def _judged(self, flow: Flow, conditions: tuple[ConditionSpec, ...], moved: Moved) -> bool:
        seen = moved.seen(flow) if conditions else {}
        try:
            return await self._judge.holds(conditions, moved.occasion(flow), seen, namespace=flow.namespace)
        except Failure as failure:
            return _no(flow, failure)

    # --- firing

    async def _fire(self, flow: Flow, spec: TriggerSpec, moved: Moved, outputs: dict[str, Any]) -> None:
        execution, change = moved.execution, moved.change
        told = {
            "executionId": execution.id,
            "executionLabels": variables.nested(execution.labels),
            "namespace": execution.namespace,
            "flowId": execution.flow_id,
            "flowRevision": execution.revision,
            "state": change.state.value,
            "outputs": outputs,
        }
        identifier = successor_id(f"{change.number} {execution.id} {flow.name} {spec.id}", change.at)
        if await self._resources.supervisor.knows(identifier):
            return
        await begin_by_trigger(
            self._resources,
            flow,
            spec,
            trigger=Trigger(id=spec.id, type=spec.type, variables=told),
            inputs=spec.properties.get("inputs") or {},
            seen=moved.seen(flow) | {"trigger": told},
            labels={CORRELATION: execution.labels.get(CORRELATION, execution.id)},
            is_lenient=True,
            id=identifier,
        )
        await self._standing.fired(flow, spec, identifier)
        self._changed()


def _no(flow: Flow, failure: Failure) -> bool:
    """What can't be judged of an execution is said of another one, mostly: a label that only those have."""
    logger.info("a flow trigger of %s takes it for a no: %s", flow.name, failure)
    return False


def _taken(requirement: Requirement, window: Window, matched: list[str], execution: Execution) -> Window:
    own: dict[str, Any] = (
        {execution.flow_id: execution.outputs} if requirement.is_scoped else execution.outputs
    )
    return msgspec.structs.replace(
        window,
        held=tuple(dict.fromkeys([*window.held, *matched])),
        outputs=merged(window.outputs, own),
    )


def merged(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
    """One laid over the other, map by map."""
    both = {**below, **above}
    for key in below.keys() & above.keys():
        if isinstance(below[key], dict) and isinstance(above[key], dict):
            both[key] = merged(below[key], above[key])
    return both
