"""The assertions of a flow's `sla`, rendered against an execution as it is now."""

import logging
from collections.abc import AsyncIterator

from runtime.engine.snapshot import Snapshot
from runtime.errors import Failure
from runtime.executor import variables
from runtime.executor.rendering import Renderer
from runtime.expressions import is_truthy

logger = logging.getLogger(__name__)


async def missed(snapshot: Snapshot, renderer: Renderer, *, final: bool) -> tuple[int, ...]:
    """The places in the flow's list of those that do not hold."""
    return tuple([number async for number in _missed(snapshot, renderer, final)])


async def _missed(snapshot: Snapshot, renderer: Renderer, final: bool) -> AsyncIterator[int]:
    flow, seen = snapshot.flow, variables.of_flow(snapshot)
    for number, sla in enumerate(flow.sla):
        if sla.assertion is None or number in snapshot.missed:
            continue
        try:
            rendered = await renderer.render(sla.assertion, seen, namespace=flow.namespace)
        except Failure as failure:  # it may speak of an output that is still to come
            if final:
                logger.warning(
                    "%s: the SLA %s of %s can't be judged: %s",
                    snapshot.execution.id,
                    sla.id,
                    flow.name,
                    failure,
                )
        else:
            if not is_truthy(rendered):
                yield number
