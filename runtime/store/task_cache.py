"""The outputs of tasks that need not run again while they are given the same."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from runtime.store.database import Database, moment, stamp


class Cached(msgspec.Struct, frozen=True):
    """What a task gave, and when."""

    created: datetime
    outputs: dict[str, Any]


class TaskCache:
    """By a key that stands for all that the task was given."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, key: str, now: datetime) -> Cached | None:
        row = await self._database.row("get_cached", key, stamp(now))
        created = moment(row[0]) if row else None
        return None if created is None else Cached(created, msgspec.json.decode(row[1], type=dict[str, Any]))

    async def put(self, key: str, outputs: Mapping[str, Any], now: datetime, ttl: timedelta | None) -> None:
        expires = None if ttl is None else now + ttl
        text = msgspec.json.encode(dict(outputs)).decode()
        await self._database.run("put_cached", key, stamp(now), stamp(expires), text)

    async def delete(self, key: str) -> None:
        await self._database.run("delete_cached", key)

    async def drop_expired(self, now: datetime) -> None:
        await self._database.run("delete_expired_cached", stamp(now))
