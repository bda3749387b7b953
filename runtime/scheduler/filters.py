"""What the filters of a Flow trigger's `where` say to an execution."""

import operator
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from runtime.expressions import is_truthy, regex
from runtime.expressions.text import text
from runtime.model.execution import Execution
from runtime.tasks.flow_trigger import ExecutionFilter, Filter

COMPARE: Mapping[str, Callable[[str, str], bool]] = {
    "EQUAL_TO": operator.eq,
    "NOT_EQUAL_TO": operator.ne,
    "STARTS_WITH": str.startswith,
    "ENDS_WITH": str.endswith,
    "CONTAINS": operator.contains,
    "REGEX": regex.matches,
}
ALONE: Mapping[str, Callable[[Any], bool]] = {
    "IS_TRUE": is_truthy,
    "IS_FALSE": lambda found: not is_truthy(found),
    "IS_NULL": lambda found: found is None,
    "IS_NOT_NULL": lambda found: found is not None,
}
"""What asks for no value to compare with."""


async def passes(
    asked: ExecutionFilter, execution: Execution, render: Callable[[Any], Awaitable[Any]]
) -> bool:
    """Asked in their order, and no further than the answer needs: an expression may be meant for certain flows only."""
    is_any = asked.operand == "OR"
    for each in asked.filters:
        found = await render(each.value) if each.field == "EXPRESSION" else _field(each, execution)
        if _passes(each, found) is is_any:
            return is_any
    return not is_any


def _field(asked: Filter, execution: Execution) -> Any:
    return {
        "FLOW_ID": execution.flow_id,
        "NAMESPACE": execution.namespace,
        "STATE": execution.state.value,
    }[asked.field]


def _passes(asked: Filter, found: Any) -> bool:
    if asked.type in ALONE:
        return ALONE[asked.type](found)
    if asked.type in ("IN", "NOT_IN"):
        return (text(found) in (asked.values or ())) is (asked.type == "IN")
    return COMPARE[asked.type](text(found), text(asked.value))
