"""Running an ended execution once more: an execution of its own, which takes over what came before the task that it begins with."""

import asyncio
import os
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from runtime.engine.draft import ImpossibleTransition
from runtime.errors import NotAllowed
from runtime.executor.functions import execution_id
from runtime.executor.resources import Resources
from runtime.model.events import AnyEvent, ExecutionCreated, RunAnew
from runtime.model.execution import Execution, TaskRun
from runtime.model.flow import Flow
from runtime.store import Store

REPLAY = "system.replay"
"""The label of an execution that runs another one once more."""

replace = msgspec.structs.replace


async def replay_from(
    resources: Resources, store: Store, flow: Flow, old: Execution, run: TaskRun, user: str
) -> str:
    """The new execution's id. Raises NotAllowed where the flow's revision does not fit what is taken over."""
    now, identifier = resources.clock.now(), execution_id(resources.clock)
    move = _Move(old.id, identifier)
    log = [event for _, event in await store.executions.events(old.id)]
    labels = {**old.labels, REPLAY: "true"}
    past = [move.event(event, labels=labels, created_by=user, revision=flow.revision) for event in log]
    anew = RunAnew(at=now, task_run_id=move.run(run.id), by=user)
    try:
        await resources.supervisor.adopt(flow, [*past, anew])
    except (KeyError, IndexError, ImpossibleTransition) as misfit:
        raise NotAllowed(
            f"revision {flow.revision} has other tasks before `{run.task_id}` than the one that ran",
            hint="replay from the beginning: leave the task out",
        ) from misfit
    await _bring(resources, store, move)
    return identifier


class _Move(msgspec.Struct, frozen=True):
    """Task runs are numbered within their execution: of their ids only the execution's changes."""

    old: str
    new: str

    def run(self, run_id: str) -> str:
        return f"{self.new}{run_id.removeprefix(self.old)}"

    def event(self, event: AnyEvent, **changes: Any) -> AnyEvent:
        if isinstance(event, ExecutionCreated):
            return replace(event, execution=replace(event.execution, id=self.new, parent_id=None, **changes))
        named = getattr(event, "task_run_id", None)
        moved: AnyEvent = replace(event, task_run_id=self.run(named)) if named else event
        return moved


async def _bring(resources: Resources, store: Store, move: _Move) -> None:
    """The logs and dbt nodes of what was taken over."""
    live = resources.supervisor.snapshot(move.new)
    kept = {run.id for run in live.task_runs.values() if run.attempts} if live else set()
    nodes = [replace(node, task_run_id=move.run(node.task_run_id)) for node in await store.nodes.of(move.old)]
    await store.nodes.upsert(move.new, [node for node in nodes if node.task_run_id in kept])
    root = resources.logs.path(move.old, "", 0).parent
    await asyncio.to_thread(_link_logs, root, move, kept)


def _link_logs(root: Path, move: _Move, kept: Iterable[str]) -> None:
    """A log that has ended never changes: both executions may have the same file."""
    for run_id in kept:
        there = root / f"{move.old}{run_id.removeprefix(move.new)}"
        here = root.parent / move.new / run_id
        if there.is_dir():
            shutil.copytree(there, here, copy_function=os.link, dirs_exist_ok=True)
