"""dbt nodes of executions."""

import sqlite3
from collections.abc import Sequence

import msgspec

from runtime.model.execution import Node
from runtime.store.database import SQL, Database

_node = msgspec.json.Decoder(Node)
_encoder = msgspec.json.Encoder()


class Nodes:
    """The latest word on each node."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def upsert(self, execution_id: str, nodes: Sequence[Node]) -> None:
        """Keep these, in place of what was known of the same nodes."""
        records = [(node.task_run_id, node.unique_id, _encoder.encode(node).decode()) for node in nodes]

        def write(sqlite: sqlite3.Connection) -> None:
            first = sqlite.execute(SQL["next_node"], (execution_id,)).fetchone()[0]
            rows = [
                (execution_id, run, node, first + place, record)
                for place, (run, node, record) in enumerate(records)
            ]
            sqlite.executemany(SQL["put_node"], rows)

        await self._database.write(write)

    async def of(self, execution_id: str) -> list[Node]:
        """In the order in which they were first heard of."""
        return [_node.decode(row[0]) for row in await self._database.rows("nodes", execution_id)]
