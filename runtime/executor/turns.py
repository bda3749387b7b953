"""A Loop's own deeds: what each turn gives is rendered when the turn is over, and put together when the last one is."""

import asyncio
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from runtime.engine.snapshot import Snapshot, number_of
from runtime.errors import Failure, TaskFailed
from runtime.executor import variables
from runtime.executor.resources import Resources
from runtime.executor.storage import AttemptFiles, locate
from runtime.expressions import is_truthy
from runtime.expressions.text import text, to_json
from runtime.language.inputs import resolve_outputs
from runtime.model.execution import TaskRun
from runtime.model.flow import OutputSpec
from runtime.model.states import State
from runtime.store.files import PREFIX, FileStore
from runtime.tasks import items, splitting

ADDRESSES = (PREFIX, "nsfile://", "file:///")
MOST_VALUES = 100_000
"""Turns of one Loop; a longer file is work for ForEachItem."""


@dataclass
class Deed:
    """What came of it."""

    outputs: dict[str, Any] = field(default_factory=dict)
    breaks: bool = False
    error: str | None = None


def is_address(value: Any) -> bool:
    return isinstance(value, str) and value.strip().startswith(ADDRESSES)


async def from_file(store: FileStore, address: str, namespace: str) -> list[Any]:
    """The values of a stored file: an item a line."""
    return await asyncio.to_thread(_read, store, address.strip(), namespace)


def _read(store: FileStore, address: str, namespace: str) -> list[Any]:
    found: list[Any] = []
    for item in _items(locate(store, address, namespace)):
        if len(found) >= MOST_VALUES:
            raise TaskFailed(
                f"`values`: the file has more than {MOST_VALUES:,} lines",
                hint="ForEachItem runs a flow for each part of such a file",
            )
        found.append(item)
    return found


def _items(path: Path) -> Iterator[Any]:
    """Rows of a CSV file, else lines: a map or a list as JSON or Ion has it, anything else as the text that it is."""
    if path.suffix.lower() == ".csv":
        yield from items.read(path)
        return
    with path.open("rb") as file:
        for number, line in enumerate(splitting.lines(file), 1):
            if written := line.strip():
                yield (
                    items.item(line, number) if written[:1] in b'{["' else written.decode("utf-8", "replace")
                )


# --- the end of a turn


async def finish_turn(resources: Resources, snapshot: Snapshot, run: TaskRun) -> Deed:
    """Render what the loop's `outputs` and `breakWhen` say of this turn."""
    written = snapshot.spec(run.id).properties
    scope = snapshot.scopes[run.id]
    seen = variables.inside(snapshot, run)
    deed = Deed()
    try:
        if scope.state is not State.FAILED and written.get("outputs"):
            deed.outputs = await _outputs(resources, snapshot, written["outputs"], seen)
        if written.get("breakWhen") is not None:
            turn = {
                "executionId": snapshot.execution.id,
                "state": scope.state.value,
                "outputs": deed.outputs,
            }
            rendered = await resources.renderer.render(
                written["breakWhen"], {**seen, "iteration": turn}, namespace=snapshot.flow.namespace
            )
            deed.breaks = is_truthy(rendered)
    except Failure as failure:
        deed.error = str(failure)
    return deed


async def _outputs(
    resources: Resources, snapshot: Snapshot, written: Iterable[dict[str, Any]], seen: dict[str, Any]
) -> dict[str, Any]:
    specs = [
        OutputSpec(
            id=str(each["id"]),
            type=each["type"],
            value=each.get("value"),
            required=each.get("required") is not False,
        )
        for each in written
    ]
    values = {spec.id: spec.value for spec in specs}
    rendered = await resources.renderer.render(values, seen, namespace=snapshot.flow.namespace)
    found = resources.redactor.redact_value(resolve_outputs(specs, rendered))
    kept: dict[str, Any] = msgspec.to_builtins(found)
    return kept


# --- the end of the loop


async def finish_loop(resources: Resources, snapshot: Snapshot, run: TaskRun) -> Deed:
    """The turns' outputs in their order, as a list or in a stored file."""
    turns = sorted(snapshot.children(run.id), key=lambda turn: number_of(turn.id))
    rows = [_row(snapshot, run, turn) for turn in turns]
    try:
        if not _is_stored(snapshot, run):
            return Deed({"outputs": rows})
        files = AttemptFiles.of(resources.files, snapshot, run)
        return Deed({"uri": await asyncio.to_thread(files.put, items.written(rows), "outputs.ion")})
    except (Failure, OSError) as failure:
        return Deed(error=f"the outputs could not be kept: {failure}")


def _is_stored(snapshot: Snapshot, run: TaskRun) -> bool:
    written = snapshot.spec(run.id).properties.get("fetchType", "AUTO")
    if written == "AUTO":
        return bool(snapshot.values[run.id].get("stored"))
    return bool(written == "STORE")


def _row(snapshot: Snapshot, run: TaskRun, turn: TaskRun) -> dict[str, Any]:
    item = variables.item_of(snapshot, turn)
    return {
        "item": {"value": item["value"], "iteration": turn.iteration}
        | ({"key": item["key"]} if "key" in item else {}),
        "outputs": turn.outputs,
    }


def as_text(value: Any) -> str:
    """A turn's value as templates see it: a map or a list as JSON."""
    return to_json(value) if isinstance(value, dict | list) else text(value)
