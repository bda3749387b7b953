"""A flowable's expressions, rendered and brought into the shape that the engine's plans expect."""

import json
import logging
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import msgspec

from runtime.engine.pauses import BEHAVIORS
from runtime.engine.plans import DURATIONS, EXPRESSIONS
from runtime.errors import Failure, TaskFailed
from runtime.executor import turns
from runtime.executor.rendering import Renderer
from runtime.expressions import is_truthy
from runtime.model.flow import Rule, TaskSpec
from runtime.store.files import FileStore
from runtime.tasks.convert import convert_properties
from runtime.tasks.flow import Cache, CheckFrequency
from runtime.tasks.pause import Pause

logger = logging.getLogger(__name__)


class Evaluation:
    """What came of it: values, or a no of `runIf`, or an error."""

    def __init__(
        self, values: dict[str, Any] | None = None, *, skipped: bool = False, error: str | None = None
    ) -> None:
        self.values = values or {}
        self.skipped = skipped
        self.error = error


async def evaluate(
    spec: TaskSpec, variables: Mapping[str, Any], renderer: Renderer, *, namespace: str, files: FileStore
) -> Evaluation:
    """Render what `spec` needs to begin; failures become the evaluation's error."""
    try:
        if spec.unavailable:
            raise TaskFailed(spec.unavailable)
        if not await runs(spec, variables, renderer, namespace=namespace):
            return Evaluation(skipped=True)
        return Evaluation(await _values(spec, variables, renderer, namespace, files))
    except Exception as failure:
        return Evaluation(error=_told(failure))


def _told(failure: Exception) -> str:
    """A defect ends what it hits, and nothing else."""
    if isinstance(failure, Failure):
        return str(failure)
    logger.exception("an expression broke flowdeck", exc_info=failure)
    return f"a defect of flowdeck: {type(failure).__name__}: {failure}"


async def runs(spec: TaskSpec, variables: Mapping[str, Any], renderer: Renderer, *, namespace: str) -> bool:
    """Whether `runIf` lets the task run."""
    if spec.run_if is None:
        return True
    return is_truthy(await renderer.render(spec.run_if, variables, namespace=namespace))


async def holds(
    spec: TaskSpec, variables: Mapping[str, Any], renderer: Renderer, *, namespace: str
) -> Evaluation:
    """Whether a loop may end: `condition` among the values."""
    try:
        condition = await renderer.render(spec.properties.get("condition"), variables, namespace=namespace)
        return Evaluation({"condition": is_truthy(condition)})
    except Exception as failure:
        return Evaluation(error=_told(failure))


async def _values(
    spec: TaskSpec, variables: Mapping[str, Any], renderer: Renderer, namespace: str, files: FileStore
) -> dict[str, Any]:
    wanted = {
        name: spec.properties[name] for name in EXPRESSIONS.get(spec.rule, ()) if name in spec.properties
    }
    if spec.rule is Rule.PAUSE and spec.timeout is not None:
        wanted["timeout"] = spec.timeout
    rendered = await renderer.render(wanted, variables, namespace=namespace)
    if spec.rule is Rule.LOOP:
        return await _turns(rendered["values"], files, namespace)
    return {name: _SHAPES.get((spec.rule, name), _as_is)(value) for name, value in rendered.items()}


async def _turns(value: Any, files: FileStore, namespace: str) -> dict[str, Any]:
    """A Loop's values as texts, with the keys of a map; what comes twice is two turns."""
    if turns.is_address(value):
        found = await turns.from_file(files, value, namespace)
        return {"values": [turns.as_text(each) for each in found], "stored": True}
    value = _parsed(value) if isinstance(value, str) else value
    if isinstance(value, Mapping):
        return {"values": [turns.as_text(each) for each in value.values()], "keys": list(value)}
    if not isinstance(value, list | tuple):
        raise TaskFailed(
            f"the values must be a list or a map, or a JSON text of one; they are `{value!s:.100}`"
        )
    return {"values": [turns.as_text(each) for each in value]}


def _as_is(value: Any) -> Any:
    return value


def _whole_number(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        raise TaskFailed(f"`concurrent` must be a whole number, and is `{value}`") from None


def _cache(value: Any) -> dict[str, Any]:
    """What a WorkingDirectory keeps, as it is checked."""
    if not isinstance(value, Mapping):
        raise TaskFailed(f"`cache` must be a map, and is `{value!s:.100}`")
    found: dict[str, Any] = msgspec.to_builtins(convert_properties(Cache, value))
    return found


def _frequency(value: Any) -> dict[str, Any]:
    """How often a loop looks, durations as seconds."""
    if not isinstance(value, Mapping):
        raise TaskFailed(f"`checkFrequency` must be a map, and is `{value!s:.100}`")
    found = convert_properties(CheckFrequency, value)
    longest = found.max_duration
    return {
        "interval": found.interval.total_seconds(),
        "maxIterations": found.max_iterations,
        "maxDuration": None if longest is None else longest.total_seconds(),
    }


def _seconds(value: Any) -> float | None:
    """A duration; nothing, where a template gives nothing."""
    if value is None or value == "":
        return None
    try:
        found = convert_properties(Pause, {"pauseDuration": value}).pause_duration
    except TaskFailed:
        found = None
    if found is None or found < timedelta():
        raise TaskFailed(f"a Pause waits for a duration such as PT30M, and not for `{value!s:.100}`")
    return found.total_seconds()


def _behavior(value: Any) -> str:
    if value not in BEHAVIORS:
        raise TaskFailed(f"`behavior` must be one of {', '.join(BEHAVIORS)}, and is `{value!s:.100}`")
    return str(value)


def _list_of_values(value: Any) -> list[str]:
    """ForEach's values as the strings that `taskrun.value` shows; a map or list inside becomes JSON, a map its entries."""
    if isinstance(value, str):
        value = _parsed(value)
    if isinstance(value, Mapping):
        value = [{"key": key, "value": item} for key, item in value.items()]
    if not isinstance(value, list | tuple):
        raise TaskFailed(
            f"the values must be a list or a map, or a JSON text of one; they are `{value!s:.100}`"
        )
    return [_as_text(item) for item in value]


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise TaskFailed(
            f"the values must be a list, or a JSON text of one; they are `{text:.100}`"
        ) from None


def _as_text(item: Any) -> str:
    if item is None:
        raise TaskFailed("the values have a null: each must be a text, a number or a map")
    return item if isinstance(item, str) else json.dumps(item, separators=(",", ":"), ensure_ascii=False)


def _scalar_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)


_SHAPES: Mapping[tuple[Rule, str], Callable[[Any], Any]] = {
    (Rule.LOOP_UNTIL, "checkFrequency"): _frequency,
    (Rule.LOOP_UNTIL, "failOnMaxReached"): is_truthy,
    **{(Rule.PAUSE, name): _seconds for name in (*DURATIONS, "timeout")},
    (Rule.PAUSE, "behavior"): _behavior,
    (Rule.WORKING_DIRECTORY, "cache"): _cache,
    (Rule.IF, "condition"): is_truthy,
    (Rule.SWITCH, "value"): _scalar_text,
    (Rule.FOR_EACH, "values"): _list_of_values,
    (Rule.FOR_EACH, "value"): _list_of_values,
    (Rule.EACH_PARALLEL, "value"): _list_of_values,
    (Rule.EACH_PARALLEL, "concurrent"): _whole_number,
    (Rule.PARALLEL, "concurrent"): _whole_number,
    (Rule.DAG, "concurrent"): _whole_number,
}
