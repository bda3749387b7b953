"""`subflow(namespace, id, ...)` in an input's expressions: another flow is run to its end, for what may be chosen.

It waits, so it is given to inputs only: a task has the task Subflow.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from datetime import timedelta
from typing import Any, Protocol

from runtime.errors import ExpressionFailed
from runtime.executor.rendering import answer
from runtime.expressions.text import text
from runtime.language.values import duration
from runtime.model.execution import Execution
from runtime.model.flow import Flow
from runtime.model.states import State

DEEPEST = 3  # flows whose inputs run a flow, one inside the other
USUAL = "PT1M"
LONGEST = timedelta(minutes=5)

_depth: ContextVar[int] = ContextVar("depth of subflow()", default=0)


class Flows(Protocol):
    """Where flows are found, begun and waited for."""

    async def find(self, namespace: str, id: str, revision: int | None) -> Flow: ...

    async def begin(self, flow: Flow, inputs: dict[str, Any], labels: dict[str, str]) -> Execution: ...

    async def ended(self, execution_id: str) -> Execution: ...


def subflow_function(flows: Flows) -> Callable[..., Any]:
    """The function, for templates that are rendered in another thread than this loop's."""
    loop = asyncio.get_running_loop()

    def subflow(
        namespace: str,
        id: str,
        inputs: Mapping[str, Any] | None = None,
        revision: int | None = None,
        labels: Mapping[str, Any] | None = None,
        timeout: Any = USUAL,
    ) -> dict[str, Any]:
        limit = _limit(timeout)
        depth = _depth.get()
        if depth >= DEEPEST:
            raise ExpressionFailed(
                f"`subflow` goes {DEEPEST} flows deep: an input of {namespace}.{id} seems to run flows without end"
            )
        token = _depth.set(depth + 1)
        try:
            run = _run(flows, namespace, id, dict(inputs or {}), revision, labels or {})
            return answer(loop, run, limit.total_seconds())
        finally:
            _depth.reset(token)

    return subflow


async def _run(
    flows: Flows,
    namespace: str,
    id: str,
    inputs: dict[str, Any],
    revision: int | None,
    labels: Mapping[str, Any],
) -> dict[str, Any]:
    flow = await flows.find(namespace, id, None if revision is None else int(revision))
    begun = await flows.begin(flow, inputs, {name: text(value) for name, value in labels.items()})
    ended = await flows.ended(begun.id)
    if ended.state not in (State.SUCCESS, State.WARNING):
        raise ExpressionFailed(f"`subflow`: {flow.name} ended {ended.state} (execution {ended.id})")
    return {"id": ended.id, "state": ended.state.value, "outputs": ended.outputs, "labels": ended.labels}


def _limit(timeout: Any) -> timedelta:
    limit = duration(timeout)
    if limit is None or limit > LONGEST:
        raise ExpressionFailed(f"the timeout of `subflow` is a duration of up to 5 minutes, not `{timeout}`")
    return limit
