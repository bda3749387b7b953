"""Deletes stored files of executions by their age."""

from datetime import datetime
from pathlib import Path

from runtime.tasks.base import Result, Task
from runtime.tasks.context import TaskContext
from runtime.tasks.dates import instant
from runtime.tasks.thread import in_thread


class PurgeStorage(Task, frozen=True, kw_only=True):
    """Delete stored files of executions that were last written within a span of time. The executions themselves stay.

    - id: old_files
      type: io.kestra.plugin.core.storage.PurgeStorage
      namespace: company.data
      endDate: "{{ now() | dateAdd(-30, 'DAYS') }}"
      dryRun: false
    """

    end_date: str
    """Files that were written before this date."""
    start_date: str | None = None
    """And after this one."""
    namespace: str | None = None
    """Only of this namespace and those below it."""
    flow_id: str | None = None
    """Only of this flow."""
    dry_run: bool = True
    """Only count what would be deleted."""

    async def run(self, context: TaskContext) -> Result:
        end, start = instant(self.end_date, "endDate"), instant(self.start_date, "startDate")
        assert end is not None
        scanned, purged, deleted = await in_thread(self._purge, context, start, end)
        context.log.info(f"{purged} of {scanned} executions have such files; {deleted} files are deleted")
        return Result(outputs={"scannedCount": scanned, "purgedCount": purged, "deletedFilesCount": deleted})

    def _purge(self, context: TaskContext, start: datetime | None, end: datetime) -> tuple[int, int, int]:
        store = context.files.store
        executions = store.executions(self.namespace or "", self.flow_id or "")
        purged = deleted = 0
        for execution in executions:
            paths = [store.locate(uri) for uri in store.addresses(*execution)]
            within = [path for path in paths if _is_within(path, start, end)]
            purged += bool(within)
            if not self.dry_run:
                deleted += len(within)
                for path in within:
                    path.unlink(missing_ok=True)
        return len(executions), purged, deleted


def _is_within(path: Path, start: datetime | None, end: datetime) -> bool:
    written = path.stat().st_mtime
    return written <= end.timestamp() and (start is None or written >= start.timestamp())
