"""Flows with all their revisions, and which of them are active."""

import difflib
import sqlite3
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec

from runtime.errors import FlowNotFound
from runtime.model.flow import Flow
from runtime.store.database import SQL, Database, moment, stamp

_flow = msgspec.json.Decoder(Flow)
_encoder = msgspec.json.Encoder()


class Flows:
    """The flows that were ever saved."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def save(self, flow: Flow, file: str, at: datetime, *, active: bool = True) -> Flow:
        """Keep a flow; a new revision only where its text differs from the latest one's. An inactive one has no schedule."""
        [saved] = await self.save_many([(flow, file)], at, active=active)
        return saved

    async def save_many(
        self, flows: Iterable[tuple[Flow, str]], at: datetime, *, active: bool = True
    ) -> list[Flow]:
        """The same for many, in one transaction."""
        given = list(flows)
        return await self._database.write(
            lambda sqlite: [_save(sqlite, flow, file, at, active) for flow, file in given]
        )

    async def get(self, namespace: str, flow_id: str, revision: int | None = None) -> Flow:
        """One revision, or the latest. Raises FlowNotFound, which names the nearest."""
        if revision is None:
            row = await self._database.row("latest_flow", namespace, flow_id)
            record = row[2] if row else None
        else:
            row = await self._database.row("get_flow", namespace, flow_id, revision)
            record = row[0] if row else None
        if record is None:
            raise await self._not_found(namespace, flow_id, revision)
        return _flow.decode(record)

    async def _not_found(self, namespace: str, flow_id: str, revision: int | None) -> FlowNotFound:
        name = f"{namespace}.{flow_id}"
        names = [f"{row[0]}.{row[1]}" for row in await self._database.rows("flow_names")]
        if revision is not None and name in names:
            return FlowNotFound(
                f"flow {name} has no revision {revision}", hint=f"flowdeck flow revisions {name}"
            )
        near = difflib.get_close_matches(name, names, n=1)
        hint = f"did you mean {near[0]}?" if near else "`flowdeck flow list` shows the flows there are"
        return FlowNotFound(f"no flow {name}", hint=hint)

    async def active(self) -> list[tuple[Flow, str]]:
        """The revisions that run, each with its file."""
        return [(_flow.decode(record), file) for record, file in await self._database.rows("active_flows")]

    async def deactivate(self, namespace: str, flow_id: str) -> None:
        """Its file is gone: the flow stays known for its executions' sake, and does not run."""
        await self._database.run("deactivate_flow", namespace, flow_id)

    async def revisions(self, namespace: str, flow_id: str) -> list[tuple[int, datetime, str]]:
        """(revision, since when, text), the newest first."""
        rows = await self._database.rows("revisions", namespace, flow_id)
        found = [(revision, moment(created), source) for revision, created, source in rows]
        return [(revision, created, source) for revision, created, source in found if created is not None]


def _save(sqlite: sqlite3.Connection, flow: Flow, file: str, at: datetime, active: bool) -> Flow:
    key = flow.namespace, flow.id
    row: Any = sqlite.execute(SQL["latest_flow"], key).fetchone()
    known = row is not None and row[1] == flow.source
    revision = row[0] if known else (row[0] + 1 if row else 1)
    saved = msgspec.structs.replace(flow, revision=revision)
    if not known:
        record = _encoder.encode(saved).decode()
        sqlite.execute(SQL["add_flow"], (*key, revision, stamp(at), file, flow.source, record))
    if active:
        sqlite.execute(SQL["activate_flow"], (*key, revision, file))
    return saved
