"""Which of a flow's listeners run behind the end of an execution."""

import logging

import msgspec

from runtime.engine.snapshot import Snapshot
from runtime.errors import Failure
from runtime.executor import variables
from runtime.executor.conditions import Judge
from runtime.executor.resources import Resources
from runtime.model.states import State
from runtime.tasks.conditions import Occasion

logger = logging.getLogger(__name__)


async def chosen(snapshot: Snapshot, state: State, resources: Resources) -> tuple[int, ...]:
    """The places in the flow's list of those whose conditions hold; one that can't be judged does not run."""
    ended = msgspec.structs.replace(snapshot.execution, state=state)
    snapshot = msgspec.structs.replace(snapshot, execution=ended)
    flow = snapshot.flow
    judge = Judge(resources.registry, resources.renderer)
    seen = variables.of_flow(snapshot)
    occasion = Occasion(
        namespace=flow.namespace,
        flow_id=flow.id,
        execution=ended,
        task_runs=snapshot.ordered(),
    )
    found = []
    for number, listener in enumerate(flow.listeners):
        try:
            if await judge.holds(listener.conditions, occasion, seen, namespace=flow.namespace):
                found.append(number)
        except Failure as failure:
            logger.warning("%s: listener %d can't be judged: %s", snapshot.execution.id, number + 1, failure)
    return tuple(found)
