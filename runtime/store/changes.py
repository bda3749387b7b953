"""The states that executions came into, for those who wait for them, and how far each of those has come."""

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeAlias

import msgspec

from runtime.model.states import State
from runtime.store.database import SQL, Database, moment

BATCH = 100  # changes that are read at once

WindowKey: TypeAlias = tuple[str, str, str, str]
"""Namespace, flow, trigger, and the window's own id."""


class StateChange(msgspec.Struct, frozen=True):
    """An execution came into a state."""

    number: int
    execution_id: str
    state: State
    at: datetime


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """What held of several things that must hold within a time."""

    start: datetime
    end: datetime
    held: tuple[str, ...] = ()
    """Names of what held so far."""
    outputs: dict[str, Any] = {}
    """Of the executions for which it held."""


_window = msgspec.json.Decoder(Window)


class Changes:
    """A queue: a change is gone when whoever waited for it has done what it meant."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def waiting(self) -> list[StateChange]:
        """The oldest first."""
        rows = await self._database.rows("state_changes", BATCH)
        return [_change(row) for row in rows]

    async def window(self, key: WindowKey) -> Window | None:
        row = await self._database.row("get_window", *key)
        return None if row is None else _window.decode(row[0])

    async def settle(self, change: StateChange, windows: Mapping[WindowKey, Window | None]) -> None:
        """The change was dealt with; its windows are as given now, those with None are closed."""

        def write(sqlite: sqlite3.Connection) -> None:
            for key, window in windows.items():
                if window is None:
                    sqlite.execute(SQL["delete_window"], key)
                else:
                    sqlite.execute(SQL["put_window"], (*key, msgspec.json.encode(window).decode()))
            sqlite.execute(SQL["remove_state_change"], (change.number,))

        await self._database.write(write)


def _change(row: Sequence[Any]) -> StateChange:
    at = moment(row[3])
    assert at is not None
    return StateChange(row[0], row[1], State(row[2]), at)
