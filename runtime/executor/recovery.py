"""After a start: every execution that had not ended is brought back from its log and goes on.

An attempt that runs in a container is attached to; one whose process is gone is said to be lost, and begins anew.
"""

import logging

from runtime.executor.supervisor import Supervisor
from runtime.store import Store

logger = logging.getLogger(__name__)


async def recover(supervisor: Supervisor, store: Store) -> int:
    """The number of executions that go on. One that can't be brought back is written down as FAILED; the others go on."""
    snapshots = []
    for execution_id in await store.executions.unfinished():
        try:
            execution, _ = await store.executions.get(execution_id)
            flow = await store.flows.get(execution.namespace, execution.flow_id, execution.revision)
            snapshots.append(await supervisor.revive(flow, execution_id))
        except Exception as defect:  # whatever it is, the other executions go on
            logger.exception("execution %s can't be brought back", execution_id)
            await store.executions.abandon(
                execution_id, f"it could not be brought back after a restart: {defect}"
            )
    for snapshot in snapshots:
        supervisor.resume(snapshot)
    return len(snapshots)
