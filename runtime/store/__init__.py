"""What outlives a process: the database behind verbs, the logs and the files of attempts."""

from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path

from runtime.store.audit import Audit
from runtime.store.changes import Changes
from runtime.store.database import Database
from runtime.store.executions import Executions, Filter, Page, Recorded
from runtime.store.flows import Flows
from runtime.store.lock import owned
from runtime.store.nodes import Nodes
from runtime.store.task_cache import TaskCache
from runtime.store.triggers import Triggers, TriggerState

__all__ = ["Filter", "Page", "Recorded", "Store", "TriggerState"]

DATABASE = "flowdeck.db"


class Store:
    """One data directory, or one in memory."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.executions = Executions(database)
        self.flows = Flows(database)
        self.nodes = Nodes(database)
        self.triggers = Triggers(database)
        self.changes = Changes(database)
        self.task_cache = TaskCache(database)
        self.audit = Audit(database)

    @classmethod
    @asynccontextmanager
    async def open(cls, directory: Path | None) -> AsyncIterator["Store"]:
        """The store of a directory, which belongs to this process until the block ends; `None` keeps all in memory."""
        with ExitStack() as stack:
            if directory is not None:
                directory.mkdir(parents=True, exist_ok=True, mode=0o700)
                stack.enter_context(owned(directory))
            database = await Database.open(directory / DATABASE if directory else None)
            try:
                yield cls(database)
            finally:
                await database.close()
