"""What is not kept for ever: executions that ended long ago, their stored files, uploads that nothing came of, values that have expired."""

import asyncio
import logging
from datetime import datetime, timedelta

from runtime.client.client import Client
from runtime.client.in_process import InProcess
from runtime.client.requests import DeleteExecution
from runtime.config import Settings
from runtime.errors import ExecutionNotFound, Rejected
from runtime.executor.resources import Resources
from runtime.model.views import Done
from runtime.store import Store

logger = logging.getLogger(__name__)

EVERY = timedelta(hours=1)
WHO = "retention"
"""Who deletes, in the audit."""

UNUSED_UPLOADS = timedelta(days=1)


class Retention:
    """Looks once at the start, then every hour."""

    def __init__(self, resources: Resources, store: Store, settings: Settings) -> None:
        self._store = store
        self._files = resources.files
        self._key_values = resources.key_values
        self._clock = resources.clock
        self._client = Client(InProcess(resources.service, user=WHO))
        self._settings = settings

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
        if self._settings.keep_executions is not None:
            await self._drop_executions(now - self._settings.keep_executions)
        if self._settings.keep_files is not None:
            await self._drop_files(now - self._settings.keep_files)

    async def _drop_executions(self, before: datetime) -> None:
        """Those that ended before a date, with all that belongs to them. Ids sort by time: what is left is asked for from the end of each page on."""
        after: str | None = None
        while True:
            page = await self._client.executions(until=before, after=after)
            for execution in page.items:
                if execution.ended is not None and execution.ended < before:
                    await self._drop_execution(execution.id)
            after = page.next
            if after is None:
                return

    async def _drop_execution(self, execution_id: str) -> None:
        try:
            await self._client.ask(DeleteExecution(id=execution_id), Done)
        except Rejected as refused:  # it goes on again, or somebody was quicker
            logger.info("execution %s is kept: %s", execution_id, refused)

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
