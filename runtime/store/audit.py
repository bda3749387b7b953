"""Who changed what, and when."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from runtime.store.database import Database, moment, stamp


class Entry(msgspec.Struct, frozen=True):
    """One change."""

    number: int
    at: datetime | None
    who: str
    action: str
    target: str
    details: dict[str, Any]


class Audit:
    """Every change that a person made; entries are only ever added."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, at: datetime, who: str, action: str, target: str, details: Mapping[str, Any]) -> None:
        await self._database.run("add_audit", stamp(at), who, action, target, json.dumps(dict(details)))

    async def page(self, *, before: int | None = None, limit: int = 100) -> list[Entry]:
        """The newest first."""
        rows = await self._database.rows("page_audit", before or 2**62, limit)
        return [
            Entry(number, moment(at), who, action, target, json.loads(details))
            for number, at, who, action, target, details in rows
        ]
