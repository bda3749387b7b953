"""What a trigger remembers between two starts of the runtime."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from runtime.store.database import SQL, Database, moment, stamp


class TriggerState(msgspec.Struct, frozen=True, kw_only=True):
    """One trigger of one flow."""

    namespace: str
    flow_id: str
    trigger_id: str
    paused: bool = False
    dealt: datetime | None = None
    """Up to here all dates are dealt with: run, left out, or not owed."""
    last_fired: datetime | None = None
    """The date, not the moment, of the last execution."""
    next_fire: datetime | None = None
    execution_id: str | None = None
    """Of the last execution that it began."""
    updated: datetime


class Triggers:
    """The states of all triggers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, namespace: str, flow_id: str, trigger_id: str) -> TriggerState | None:
        row = await self._database.row("get_trigger", namespace, flow_id, trigger_id)
        return None if row is None else _state(row)

    async def list(self) -> list[TriggerState]:
        return [_state(row) for row in await self._database.rows("list_triggers")]

    async def put(self, state: TriggerState) -> None:
        await self.put_many([state])

    async def put_many(self, states: Sequence[TriggerState]) -> None:
        """All in one transaction."""
        rows = [_row(state) for state in states]
        await self._database.write(lambda sqlite: sqlite.executemany(SQL["put_trigger"], rows))

    async def delete(self, namespace: str, flow_id: str, trigger_id: str) -> None:
        await self._database.run("delete_trigger", namespace, flow_id, trigger_id)


def _state(row: Sequence[Any]) -> TriggerState:
    namespace, flow_id, trigger_id, paused, dealt, last, following, execution_id, updated = row
    since = moment(updated)
    assert since is not None
    return TriggerState(
        namespace=namespace,
        flow_id=flow_id,
        trigger_id=trigger_id,
        paused=bool(paused),
        dealt=moment(dealt),
        last_fired=moment(last),
        next_fire=moment(following),
        execution_id=execution_id,
        updated=since,
    )


def _row(state: TriggerState) -> tuple[Any, ...]:
    return (
        state.namespace,
        state.flow_id,
        state.trigger_id,
        state.paused,
        stamp(state.dealt),
        stamp(state.last_fired),
        stamp(state.next_fire),
        state.execution_id,
        stamp(state.updated),
    )
