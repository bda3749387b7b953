"""Executions with their events and task runs."""

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from runtime.errors import ExecutionNotFound, InvalidRequest
from runtime.model.events import AnyEvent
from runtime.model.execution import Execution, TaskRun
from runtime.model.states import State
from runtime.store.database import SQL, Database, stamp

SHORTEST_PART = 4
"""Characters of an id that are taken for the whole."""


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """One step of the engine, to be written down."""

    seq: int
    event: AnyEvent
    execution: Execution
    """As it is after the step."""
    touched: tuple[TaskRun, ...] = ()
    removed: tuple[str, ...] = ()
    came_into: State | None = None
    """The state that the execution came into, where somebody waits for that."""
    finished: bool = False


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """Which executions are wanted; an empty field asks nothing."""

    namespace: str = ""
    flow_id: str = ""
    states: tuple[State, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    parent_id: str = ""
    """The execution whose tasks began them."""
    text: str = ""
    """Part of the id, the namespace, the flow or the labels."""


class Page(msgspec.Struct, frozen=True):
    """Some executions, newest first, and where to go on."""

    items: tuple[Execution, ...]
    next: str | None


_event = msgspec.json.Decoder(AnyEvent)
_execution = msgspec.json.Decoder(Execution)
_task_run = msgspec.json.Decoder(TaskRun)
_encoder = msgspec.json.Encoder()


def _text(value: Any) -> str:
    return _encoder.encode(value).decode()


def _number(task_run_id: str) -> int:
    return int(task_run_id.rpartition("-")[2])


class Executions:
    """What ran and runs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def record(self, steps: Sequence[Recorded]) -> None:
        """Write many steps in one transaction; of an execution's rows only the last state is written."""
        events = [(step.execution.id, step.seq, stamp(step.event.at), _text(step.event)) for step in steps]
        executions = {step.execution.id: _row(step.execution, finished=step.finished) for step in steps}
        removed = {(step.execution.id, _number(run_id)) for step in steps for run_id in step.removed}
        runs = {run.id: run for step in steps for run in step.touched}
        task_runs = [
            _run_row(run) for run in runs.values() if (run.execution_id, _number(run.id)) not in removed
        ]

        changes = [
            (step.execution.id, step.came_into.value, stamp(step.event.at))
            for step in steps
            if step.came_into
        ]

        def write(sqlite: sqlite3.Connection) -> None:
            sqlite.executemany(SQL["append_event"], events)
            sqlite.executemany(SQL["add_state_change"], changes)
            sqlite.executemany(SQL["put_execution"], executions.values())
            sqlite.executemany(SQL["put_task_run"], task_runs)
            sqlite.executemany(SQL["remove_task_run"], removed)

        await self._database.write(write)

    async def events(self, execution_id: str) -> list[tuple[int, AnyEvent]]:
        """The whole log of one execution."""
        rows = await self._database.rows("events", execution_id)
        return [(seq, _event.decode(event)) for seq, event in rows]

    async def unfinished(self) -> list[str]:
        """The ids of the executions that have something left to do, oldest first."""
        return [row[0] for row in await self._database.rows("unfinished")]

    async def get(self, execution_id: str) -> tuple[Execution, tuple[TaskRun, ...]]:
        row = await self._database.row("get_execution", execution_id)
        if row is None:
            raise _not_found(execution_id)
        runs = await self._database.rows("task_runs", execution_id)
        return _execution.decode(row[0]), tuple(_task_run.decode(run[0]) for run in runs)

    async def exists(self, execution_id: str) -> bool:
        return await self._database.row("get_execution", execution_id) is not None

    async def resolve(self, part: str) -> str:
        """The id that is meant: a whole one, or a part of at least four characters that only one execution has."""
        if await self._database.row("get_execution", part) is not None:
            return part
        if len(part) < SHORTEST_PART:
            raise _not_found(part)
        found = await self._database.rows("like_execution", f"%{_escaped(part)}%")
        if len(found) > 1:
            raise InvalidRequest(f"more than one execution has `{part}` in its id", hint="give more of it")
        if not found:
            raise _not_found(part)
        identifier: str = found[0][0]
        return identifier

    async def page(self, wanted: Filter, *, limit: int = 100, before: str | None = None) -> Page:
        """Newest first; ids sort by time, so the last one of a page says where the next begins."""
        clauses, values = _where(wanted, before)
        sql = f"SELECT id, record FROM executions {clauses} ORDER BY id DESC LIMIT ?"  # noqa: S608 - no value is in it
        rows = await self._database.call(lambda sqlite: sqlite.execute(sql, (*values, limit + 1)).fetchall())
        more = len(rows) > limit
        items = tuple(_execution.decode(record) for _, record in rows[:limit])
        return Page(items, items[-1].id if more else None)

    async def children(self, execution_id: str) -> list[Execution]:
        """The executions that the tasks of one have begun, oldest first."""
        return [_execution.decode(row[0]) for row in await self._database.rows("children", execution_id)]

    async def latest(self, flows: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Execution]:
        """The last execution of each of these flows."""
        wanted = list(flows)

        def read(sqlite: sqlite3.Connection) -> dict[tuple[str, str], Execution]:
            rows = {flow: sqlite.execute(SQL["latest_execution"], flow).fetchone() for flow in wanted}
            return {flow: _execution.decode(row[0]) for flow, row in rows.items() if row is not None}

        return await self._database.call(read)

    async def counts(self) -> dict[str, int]:
        return dict(await self._database.rows("counts"))

    async def durations(self, namespace: str, flow_id: str, last: int = 20) -> dict[str, list[float]]:
        """Task id -> seconds that it took, where it went well, in the last executions of a flow."""
        found: dict[str, list[float]] = {}
        for task_id, seconds in await self._database.rows("durations", namespace, flow_id, last):
            found.setdefault(task_id, []).append(seconds)
        return found

    async def abandon(self, execution_id: str, reason: str) -> None:
        """Write an unfinished execution down as FAILED, with all task runs that had not ended: nothing stays RUNNING for ever."""
        execution, runs = await self.get(execution_id)
        now = datetime.now(UTC)
        ended = {"state": State.FAILED, "ended": now, "error": reason}
        if not execution.state.is_terminal:
            execution = msgspec.structs.replace(execution, **ended)
        open_runs = [msgspec.structs.replace(run, **ended) for run in runs if not run.state.is_terminal]
        row = _row(execution, finished=True)

        def write(sqlite: sqlite3.Connection) -> None:
            sqlite.execute(SQL["put_execution"], row)
            sqlite.executemany(SQL["put_task_run"], [_run_row(run) for run in open_runs])

        await self._database.write(write)

    async def delete(self, execution_id: str) -> None:
        names = ("delete_events", "delete_task_runs", "delete_nodes", "delete_execution")

        def write(sqlite: sqlite3.Connection) -> None:
            for name in names:
                sqlite.execute(SQL[name], (execution_id,))

        await self._database.write(write)


def _not_found(part: str) -> ExecutionNotFound:
    return ExecutionNotFound(f"no execution `{part}`", hint="`flowdeck execution list` shows the latest")


def _escaped(part: str) -> str:
    return part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _row(execution: Execution, *, finished: bool) -> tuple[Any, ...]:
    return (
        execution.id,
        execution.namespace,
        execution.flow_id,
        execution.state.value,
        stamp(execution.created),
        stamp(execution.ended),
        finished,
        execution.trigger.id if execution.trigger else None,
        execution.parent_id,
        _text(execution),
    )


def _run_row(run: TaskRun) -> tuple[Any, ...]:
    seconds = (run.ended - run.started).total_seconds() if run.ended and run.started else None
    return run.execution_id, _number(run.id), run.task_id, run.state.value, seconds, _text(run)


def _where(wanted: Filter, before: str | None) -> tuple[str, list[Any]]:
    clauses: list[tuple[str, list[Any]]] = []
    if before is not None:
        clauses.append(("id < ?", [before]))
    if wanted.namespace:
        below, behind = f"{wanted.namespace}.", f"{wanted.namespace}/"  # a slash follows the dot in ASCII
        clauses.append(
            ("(namespace = ? OR (namespace >= ? AND namespace < ?))", [wanted.namespace, below, behind])
        )
    if wanted.parent_id:
        clauses.append(("parent_id = ?", [wanted.parent_id]))
    if wanted.flow_id:
        clauses.append(("flow_id = ?", [wanted.flow_id]))
    if wanted.states:
        marks = ", ".join("?" * len(wanted.states))
        clauses.append((f"state IN ({marks})", [state.value for state in wanted.states]))
    if wanted.since is not None:
        clauses.append(("created >= ?", [stamp(wanted.since)]))
    if wanted.until is not None:
        clauses.append(("created < ?", [stamp(wanted.until)]))
    if wanted.text:
        part = f"%{_escaped(wanted.text)}%"
        columns = "id LIKE ? ESCAPE '\\' OR namespace LIKE ? ESCAPE '\\' OR flow_id LIKE ? ESCAPE '\\'"
        clauses.append((f"({columns} OR json_extract(record, '$.labels') LIKE ? ESCAPE '\\')", [part] * 4))
    text = f"WHERE {' AND '.join(clause for clause, _ in clauses)}" if clauses else ""
    return text, [value for _, values in clauses for value in values]
