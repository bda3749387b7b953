"""Executions that an attempt begins as children of its own. Their ids are computed from the attempt's, so that a crash makes none twice."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from runtime.engine.replay import replay
from runtime.engine.snapshot import Snapshot
from runtime.errors import NotAllowed
from runtime.executor import variables
from runtime.executor.begin import CORRELATION, FROM, SYSTEM, begin, check_labels
from runtime.executor.functions import successor_id
from runtime.executor.resources import Resources
from runtime.model.events import KillRequested, Restarted
from runtime.model.execution import Execution, TaskRun, Trigger
from runtime.model.flow import Flow
from runtime.model.states import State
from runtime.tasks.children import Child

DEEPEST = 20
"""Executions that may stand above another: a flow that calls itself without an end comes to one."""


@dataclass
class AttemptChildren:
    """The children of attempt `number` of a task run."""

    resources: Resources
    snapshot: Snapshot
    """Of the parent, as it was when the attempt began."""
    run: TaskRun
    number: int
    _known: list[Execution] | None = field(default=None, init=False)
    """What earlier attempts of this execution have begun."""

    @property
    def begun(self) -> datetime:
        """When the attempt did, as it is written down."""
        now = self.resources.supervisor.snapshot(self.run.execution_id)
        assert now is not None
        return now.task_runs[self.run.id].attempts[self.number - 1].started

    async def begin(self, child: Child) -> str:
        earlier = await self._earlier(child.iteration) if child.again else None
        if earlier is not None:
            return await self._gone_on(earlier)
        place = "" if child.iteration is None else f"/{child.iteration}"
        identifier = successor_id(f"{self.run.id}/{self.number}{place}", self.begun)
        if not await self.resources.supervisor.knows(identifier):
            await self._begin(child, identifier)
        return identifier

    async def _begin(self, child: Child, identifier: str) -> None:
        parent = self.snapshot.execution
        if parent.depth >= DEEPEST:
            raise NotAllowed(
                f"{DEEPEST} executions stand above this one already, each begun by the one before",
                hint="a flow that calls itself, or flows that call each other, must come to an end",
            )
        check_labels(child.labels)
        flow = await self.resources.flows(child.namespace, child.flow_id, child.revision)
        await begin(
            self.resources,
            flow,
            inputs=child.inputs,
            labels=self._labels(child, flow),
            user=parent.created_by,
            trigger=self._trigger(child.iteration),
            id=identifier,
            parent_id=parent.id,
            depth=parent.depth + 1,
            schedule_date=child.schedule_date,
        )

    def _labels(self, child: Child, flow: Flow) -> dict[str, str]:
        above = self.snapshot.execution.labels
        inherited = {
            name: value
            for name, value in above.items()
            if child.inherit_labels and not name.startswith(SYSTEM) and name not in flow.labels
        }
        own = {FROM: "subflow", CORRELATION: above.get(CORRELATION, self.snapshot.execution.id)}
        return {**inherited, **own, **child.labels}

    def _trigger(self, iteration: int | None) -> Trigger:
        """What the child sees as `trigger.*`."""
        snapshot, run = self.snapshot, self.run
        spec = snapshot.spec(run.id)
        facts = {
            "executionId": snapshot.execution.id,
            "namespace": snapshot.flow.namespace,
            "flowId": snapshot.flow.id,
            "flowRevision": snapshot.flow.revision,
            "taskRunId": run.id,
            "taskId": run.task_id,
            "taskRunValue": run.value,
            "taskRunIteration": run.iteration if iteration is None else iteration,
        }
        known = {name: fact for name, fact in facts.items() if fact is not None}
        return Trigger(id=run.task_id, type=spec.written_type or spec.type, variables=known)

    # --- after a restart of the parent

    async def _earlier(self, iteration: int | None) -> Execution | None:
        """The latest child that an earlier attempt of this task run has begun in this place."""
        wanted = self._trigger(iteration).variables
        if self._known is None:
            self._known = await self.resources.executions.children(self.run.execution_id)
        same = [child for child in self._known if child.trigger and child.trigger.variables == wanted]
        return max(same, key=lambda child: child.id, default=None)

    async def _gone_on(self, child: Execution) -> str:
        """Restart it where it has failed, unless that was done in this attempt already."""
        restarted = any(
            change.state is State.RESTARTED and change.at >= self.begun for change in child.history
        )
        if child.state is State.FAILED and not restarted:
            await self._restart(child)
        return child.id

    async def _restart(self, child: Execution) -> None:
        supervisor = self.resources.supervisor
        await supervisor.wait_end(child.id)  # its afterExecution may still run
        flow = await self.resources.flows(child.namespace, child.flow_id, child.revision)
        await supervisor.revive(flow, child.id)
        await supervisor.record(child.id, Restarted(at=self.resources.clock.now(), by=child.created_by))

    # --- the end of a child

    async def ended(self, execution_id: str) -> Execution:
        while True:
            await self.resources.supervisor.wait_end(execution_id)
            execution, _ = await self.resources.executions.get(execution_id)
            if execution.state is not State.RETRIED or execution.ended is None:
                return execution
            execution_id = successor_id(execution.id, execution.ended)

    async def stop(self, execution_ids: Sequence[str]) -> None:
        supervisor, now = self.resources.supervisor, self.resources.clock.now()
        reason = f"the execution that waited for it, {self.run.execution_id}, was stopped"
        for execution_id in execution_ids:
            supervisor.post(execution_id, KillRequested(at=now, reason=reason))
        await asyncio.gather(*map(self.ended, execution_ids))

    async def look_into(self, execution_id: str, templates: Mapping[str, Any]) -> dict[str, Any]:
        executions = self.resources.executions
        execution, _ = await executions.get(execution_id)
        flow = await self.resources.flows(execution.namespace, execution.flow_id, execution.revision)
        log = [event for _, event in await executions.events(execution_id)]
        snapshot = await asyncio.to_thread(replay, flow, log)
        seen = variables.of_flow(snapshot)
        found: dict[str, Any] = await self.resources.renderer.render(
            dict(templates), seen, namespace=flow.namespace
        )
        return found
