"""A flow run once for each part of a file. It shows as three tasks: the file is split, the executions run, their outputs are put together."""

import asyncio
import json
import shutil
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, ClassVar

import msgspec

from runtime.errors import Failure, InvalidInputs, TaskFailed
from runtime.expressions.text import to_json
from runtime.model.execution import Execution
from runtime.model.flow import Rule, TaskSpec
from runtime.model.states import State
from runtime.tasks import items, splitting
from runtime.tasks.base import Result, Task, Verbatim
from runtime.tasks.children import Child
from runtime.tasks.context import TaskContext
from runtime.tasks.flow import Group
from runtime.tasks.names import KESTRA
from runtime.tasks.subflow import RestartBehavior, labels_of
from runtime.tasks.thread import in_thread

NAME = f"{KESTRA}core.flow.ForEachItem"
AT_ONCE = 100
"""Executions of one task that have begun and not ended: a file of 10,000 lines must not become 10,000 processes."""

WORST = (State.FAILED, State.KILLED, State.WARNING)


class Batch(splitting.Split, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """How much of the file one execution gets: a line, if nothing is said."""

    rows: int | None = 1
    """Lines an execution."""


class ForEachItem(Group, frozen=True, kw_only=True):
    """Split a file of lines, and run a flow for each part, side by side.

    `taskrun.items` is the address of the part, `taskrun.iteration` counts from 0. Afterwards `outputs.ID_items.iterations` says how
    many ended how, and `outputs.ID_merge.subflowOutputs` is a file with the outputs of each.

    - id: orders
      type: foreach_item
      items: "{{ outputs.extract.uri }}"
      batch: {rows: 1000}
      namespace: company.sales
      flowId: load_orders
      inputs:
        file: "{{ taskrun.items }}"
    """

    rule: ClassVar[Rule] = Rule.SEQUENTIAL

    items: Any
    """The address of a stored file or the path of a file of this machine, an item a line; or a list."""
    batch: Batch = Batch()
    """How it is split."""
    namespace: str
    """Of the flow that is run."""
    flow_id: str
    """Of the flow that is run."""
    revision: int | None = None
    """The latest, if nothing is said."""
    inputs: dict[str, Any] = msgspec.field(default_factory=dict)
    """For each execution."""
    labels: Any = None
    """For each execution: a map, or a list of maps with `key` and `value`."""
    inherit_labels: bool = False
    """Whether they get this execution's labels too."""
    wait: Annotated[bool, Verbatim] = True
    """Whether their end is waited for."""
    transmit_failed: Annotated[bool, Verbatim] = True
    """Whether this task fails where one of them has failed, and so on for killed ones and warnings."""
    schedule_date: datetime | None = None
    """Begin then, and not now."""
    restart_behavior: Annotated[RestartBehavior, Verbatim] = "RETRY_FAILED"
    """When this execution is restarted after a failure: restart the executions that failed too, or begin all anew."""

    @classmethod
    def inside(cls, identifier: str, written: Mapping[str, Any]) -> tuple[TaskSpec, ...]:
        own = {key: value for key, value in written.items() if key not in {"items", "batch"}}
        parts = f"{{{{ currentEachOutput(outputs['{identifier}_split']).splits }}}}"
        kept = f"{{{{ currentEachOutput(outputs['{identifier}_items']).uri ?? null }}}}"
        split = {key: written[key] for key in ("items", "batch") if key in written}
        return (
            TaskSpec(id=f"{identifier}_split", type=f"{NAME}$ForEachItemSplit", properties=split),
            TaskSpec(
                id=f"{identifier}_items",
                type=f"{NAME}$ForEachItemExecutable",
                properties={**own, "parts": parts},
            ),
            TaskSpec(
                id=f"{identifier}_merge",
                type=f"{NAME}$ForEachItemMergeOutputs",
                properties={"outputs": kept},
            ),
        )


class ForEachItemSplit(Task, frozen=True, kw_only=True):
    """Split the file: `splits` is a file of the parts' addresses."""

    works_in_directory: ClassVar[bool] = False

    items: Any
    """The file, or a list."""
    batch: Batch = Batch()
    """How it is split."""

    async def run(self, context: TaskContext) -> Result:
        return Result(outputs=await in_thread(self._split, context))

    def _split(self, context: TaskContext) -> dict[str, Any]:
        into = context.scratch / "parts"
        try:
            parts = splitting.split(self._source(context), self.batch, into)
            addresses = [context.files.put(part, part.name) for part in parts]
        finally:
            shutil.rmtree(context.scratch, ignore_errors=True)
        listing = "".join(f"{address}\n" for address in addresses).encode()
        return {"splits": context.files.put(listing, "splits.txt")}

    def _source(self, context: TaskContext) -> Path:
        written = self.items.strip() if isinstance(self.items, str) else self.items
        if isinstance(written, str) and written[:1] != "[":
            path = Path(written)
            return path if path.is_absolute() and path.is_file() else context.files.locate(written)
        context.scratch.mkdir(parents=True, exist_ok=True)
        listed = context.scratch / "items.jsonl"
        listed.write_bytes(b"".join(_lines(written)))
        return listed


def _lines(written: Any) -> Iterator[bytes]:
    """A list as lines: a text as it is, anything else as JSON."""
    try:
        found = json.loads(written) if isinstance(written, str) else written
    except ValueError:
        raise TaskFailed(f"`items`: {written[:60]!r} is no JSON list") from None
    if not isinstance(found, list | tuple):
        raise TaskFailed(f"`items` must be the address of a file or a list, and is {written!s:.60}")
    for item in found:
        is_line = isinstance(item, str) and "\n" not in item
        yield f"{item if is_line else to_json(item, nulls=True)}\n".encode()


class ForEachItemExecutable(Task, frozen=True, kw_only=True):
    """Run the flow for each part. `iterations` counts the executions by state while they run."""

    survives: ClassVar[bool] = True
    works_in_directory: ClassVar[bool] = False

    parts: str
    """The file with the parts' addresses."""
    namespace: str
    """Of the flow that is run."""
    flow_id: str
    """Of the flow that is run."""
    revision: int | None = None
    """The latest, if nothing is said."""
    inputs: Annotated[dict[str, Any], Verbatim] = msgspec.field(default_factory=dict)
    """For each execution; rendered once for each."""
    labels: Annotated[Any, Verbatim] = None
    """For each execution; rendered once for each."""
    inherit_labels: bool = False
    """Whether they get this execution's labels too."""
    wait: Annotated[bool, Verbatim] = True
    """Whether their end is waited for."""
    transmit_failed: Annotated[bool, Verbatim] = True
    """Whether this task ends as the worst of them."""
    schedule_date: datetime | None = None
    """Begin then, and not now."""
    restart_behavior: Annotated[RestartBehavior, Verbatim] = "RETRY_FAILED"
    """What becomes of them when this execution is restarted."""

    async def run(self, context: TaskContext) -> Result:
        parts = context.files.locate(self.parts).read_text(encoding="utf-8").splitlines()
        return await _Batches(self, context, parts).run()

    def child(self, context: TaskContext, part: str, number: int) -> Child:
        """What is begun for a part. Renders, which may wait: to be called in a thread."""
        known = context.render("{{ taskrun }}")
        here = {**known, "items": part, "iteration": number}
        return Child(
            namespace=self.namespace,
            flow_id=self.flow_id,
            revision=self.revision,
            inputs=context.render(self.inputs, taskrun=here),
            labels=labels_of(context.render(self.labels, taskrun=here) or {}),
            inherit_labels=self.inherit_labels,
            schedule_date=self.schedule_date,
            iteration=number,
            again=context.again and self.restart_behavior == "RETRY_FAILED",
        )


class _Batches:
    """The executions of one attempt."""

    def __init__(self, task: ForEachItemExecutable, context: TaskContext, parts: list[str]) -> None:
        self._task = task
        self._context = context
        self._parts = parts
        self._begun: list[str] = []
        self._states: Counter[str] = Counter()
        self._outputs: dict[int, dict[str, Any]] = {}
        self._reason = ""
        """Why the first that failed has."""

    async def run(self) -> Result:
        try:
            await self._run_all()
        except asyncio.CancelledError:
            if not self._context.leaving():
                await self._context.children.stop(self._begun)
            raise
        return await self._result()

    async def _run_all(self) -> None:
        waiting: set[asyncio.Task[None]] = set()
        try:
            for number, part in enumerate(self._parts):
                if len(waiting) >= AT_ONCE:
                    waiting = await self._some_ended(waiting)
                if (execution_id := await self._begin(part, number)) and self._task.wait:
                    waiting.add(asyncio.create_task(self._end(execution_id, number)))
            while waiting:
                waiting = await self._some_ended(waiting)
        finally:
            for task in waiting:
                task.cancel()

    async def _some_ended(self, waiting: set[asyncio.Task[None]]) -> set[asyncio.Task[None]]:
        ended, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for task in ended:
            task.result()
        await self._context.tell(self._counted)
        return waiting

    async def _begin(self, part: str, number: int) -> str | None:
        """None where this part's inputs are refused; what concerns all parts fails the task."""
        try:
            child = await in_thread(self._task.child, self._context, part, number)
            execution_id = await self._context.children.begin(child)
        except InvalidInputs as failure:
            self._failed(number, failure)
            return None
        self._begun.append(execution_id)
        return execution_id

    async def _end(self, execution_id: str, number: int) -> None:
        ended = await self._context.children.ended(execution_id)
        self._states[ended.state.value] += 1
        if ended.outputs:
            self._outputs[number] = ended.outputs
        if ended.state is State.FAILED:
            self._reason = self._reason or self._told(ended)

    def _failed(self, number: int, failure: Failure) -> None:
        self._context.log.error(f"part {number}: {failure}")
        self._states[State.FAILED.value] += 1
        self._reason = self._reason or f"part {number}: {failure.message}"

    def _told(self, ended: Execution) -> str:
        return f"{ended.id}: {ended.error}" if ended.error else ended.id

    @property
    def _counted(self) -> dict[str, Any]:
        return {"numberOfBatches": len(self._parts), "iterations": dict(self._states)}

    async def _result(self) -> Result:
        outputs = self._counted
        if self._outputs:
            rows = items.written(self._outputs[number] for number in sorted(self._outputs))
            outputs["uri"] = await in_thread(self._context.files.put, rows, "outputs.ion")
        worst = next((state for state in WORST if self._states[state.value]), State.SUCCESS)
        if not self._task.transmit_failed:
            worst = State.SUCCESS
        if worst is State.FAILED:
            count = self._states[State.FAILED.value]
            raise TaskFailed(
                f"{count} of {len(self._parts)} executions have failed: {self._reason}", outputs=outputs
            )
        return Result(outputs=outputs, state=worst)


class ForEachItemMergeOutputs(Task, frozen=True, kw_only=True):
    """Put the outputs of all executions into one file: `subflowOutputs`, a map a line, in the order of the parts."""

    works_in_directory: ClassVar[bool] = False

    outputs: str | None = None
    """The file that the executions have left."""

    async def run(self, context: TaskContext) -> Result:
        if self.outputs is None:
            return Result()
        source = context.files.locate(self.outputs)
        return Result(outputs={"subflowOutputs": await in_thread(context.files.put, source, "outputs.ion")})
