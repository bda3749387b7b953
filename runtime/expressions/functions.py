"""The functions that need nothing from outside: `fromJson`, `range`, `max`, `render`, `currentEachOutput` ...

Those that do (`secret`, `kv`, `now`, `uuid`, `read` ...) come from the caller, by the names in `OUTSIDE`.
"""

from collections.abc import Callable, Mapping
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context

from runtime.errors import ExpressionFailed
from runtime.expressions.arguments import arguments
from runtime.expressions.ion import from_ion
from runtime.expressions.lists import from_json, largest, smallest
from runtime.expressions.operators import span
from runtime.expressions.text import kind, text, to_json

OUTSIDE = frozenset({
    "decrypt", "encrypt", "errorLogs", "fileExists", "fileSize", "fileURI", "http", "id",
    "isFileEmpty", "kv", "ksuid", "nanoId", "now", "randomInt", "randomPort",
    "read", "secret", "subflow", "tasksWithState", "uuid", "yaml",
})  # fmt: skip
"""Functions of the language that only the caller can provide: a template may name them anywhere."""


@pass_context
def current_each_output(context: Context, outputs: Any) -> Any:
    """The output of this turn of the loops around: `outputs[outer value][inner value]...[own value]`."""
    values = [_loop_value(parent) for parent in reversed(context.get("parents") or [])]
    values.append(_loop_value({"taskrun": context.get("taskrun")}))
    for value in values:
        if value is not None:
            outputs = context.environment.getitem(outputs, value)
    return outputs


def _loop_value(parent: Any) -> Any:
    taskrun = parent.get("taskrun") if isinstance(parent, Mapping) else None
    return taskrun.get("value") if isinstance(taskrun, Mapping) else None


def loop_outputs(outputs: Any, output: str) -> list[Any]:
    """One output of every turn of a Loop: `loopOutputs(outputs.loop.outputs, 'id')`."""
    if not isinstance(outputs, (list, tuple)):
        raise ExpressionFailed(f"`loopOutputs` needs the outputs of a Loop, not {kind(outputs)}")
    return [turn["outputs"][output] for turn in outputs]


@pass_context
def fetch_context(context: Context) -> dict[str, Any]:
    """All the variables that there are."""
    variables = context.parent
    return {name: variables[name] for name in variables if not callable(variables[name])}


@pass_context
def print_context(context: Context) -> str:
    return to_json(fetch_context(context))


@pass_context
def block(context: Context, name: str) -> str:
    """The output of a `{% block %}` once more."""
    found = context.blocks.get(text(name))
    if not found:
        raise ExpressionFailed(f"there is no block `{name}`")
    return context.environment.concat(found[0](context))


INSIDE: dict[str, Callable[..., Any]] = {
    "block": block,
    "currentEachOutput": current_each_output,
    "fetchContext": fetch_context,
    "fromIon": from_ion,
    "fromJson": arguments(json="json_text")(from_json),
    "json": arguments(json="json_text")(from_json),
    "jsonDecode": arguments(json="json_text")(from_json),
    "loopOutputs": loop_outputs,
    "max": largest,
    "min": smallest,
    "printContext": print_context,
    "range": span,
}
