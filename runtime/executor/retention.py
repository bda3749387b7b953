"""What is not kept for ever: stored files of executions that ended long ago, uploads that nothing came of, values that have expired."""

import asyncio
import logging
from datetime import datetime, timedelta

from runtime.clock import Clock
from runtime.errors import ExecutionNotFound
from runtime.store import Store
from runtime.store.files import FileStore
from runtime.store.key_values import KeyValues

logger = logging.getLogger(__name__)

EVERY = timedelta(hours=1)
UNUSED_UPLOADS = timedelta(days=1)


class Retention:
    """Looks once at the start, then every hour."""

    def __init__(
        self,
        store: Store,
        files: FileStore,
        key_values: KeyValues,
        clock: Clock,
        *,
        keep_files: timedelta | None,
    ) -> None:
        self._store = store
        self._files = files
        self._key_values = key_values
        self._clock = clock
        self._keep_files = keep_files

    async def run(self) -> None:
        """Until cancelled; what goes wrong once is tried again an hour later."""
        while True:
            try:
                await self.sweep()
            except Exception:
                logger.exception("old files could not be looked through")
            await self._clock.sleep_until(self._clock.now() + EVERY)

    async def sweep(self) -> None:
        now = self._clock.now()
        await self._key_values.drop_expired()
        await self._store.task_cache.drop_expired(now)
        await asyncio.to_thread(self._files.uploads.drop_older, now - UNUSED_UPLOADS)
        if self._keep_files is not None:
            await self._drop_files(now - self._keep_files)

    async def _drop_files(self, before: datetime) -> None:
        for namespace, flow_id, execution_id in await asyncio.to_thread(self._files.executions):
            if await self._ended_before(execution_id, before):
                await asyncio.to_thread(self._files.delete_execution, namespace, flow_id, execution_id)
                logger.info("the files of execution %s were older than `keep_files`", execution_id)

    async def _ended_before(self, execution_id: str, moment: datetime) -> bool:
        try:
            execution, _ = await self._store.executions.get(execution_id)
        except ExecutionNotFound:  # it is about to begin: its inputs are stored first
            return False
        return execution.ended is not None and execution.ended < moment
