"""What a trigger remembers between two starts of the runtime."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from runtime.store.database import Database, moment, stamp


class TriggerState(msgspec.Struct, frozen=True, kw_only=True):
    """One trigger of one flow."""

    namespace: str
    flow_id: str
    trigger_id: str
    paused: bool = False
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
        await self._database.run(
            "put_trigger",
            state.namespace,
            state.flow_id,
            state.trigger_id,
            state.paused,
            stamp(state.last_fired),
            stamp(state.next_fire),
            state.execution_id,
            stamp(state.updated),
        )

    async def delete(self, namespace: str, flow_id: str, trigger_id: str) -> None:
        await self._database.run("delete_trigger", namespace, flow_id, trigger_id)


def _state(row: Sequence[Any]) -> TriggerState:
    namespace, flow_id, trigger_id, paused, last, following, execution_id, updated = row
    since = moment(updated)
    assert since is not None
    return TriggerState(
        namespace=namespace,
        flow_id=flow_id,
        trigger_id=trigger_id,
        paused=bool(paused),
        last_fired=moment(last),
        next_fire=moment(following),
        execution_id=execution_id,
        updated=since,
    )
