"""Inputs that somebody gives, to a flow or to a Pause: found right or refused, secrets masked, files kept."""

import asyncio
from collections.abc import Mapping
from typing import Any

import msgspec

from runtime.executor import input_files
from runtime.executor.resources import Resources
from runtime.language.inputs import resolve
from runtime.model.execution import Execution
from runtime.model.flow import InputSpec


async def take(
    resources: Resources,
    execution: Execution,
    specs: tuple[InputSpec, ...],
    given: Mapping[str, Any],
    seen: Mapping[str, Any],
    *,
    is_lenient: bool = False,
    place: str = "",
) -> dict[str, Any]:
    """The values as they are kept; raises InvalidInputs. Files lie below `place` among the execution's inputs."""
    above = seen.get("inputs", {}) if place else {}

    async def render(value: Any, known: dict[str, Any]) -> Any:
        visible = {**seen, "inputs": {**above, **known}}
        return await resources.renderer.render(value, visible, namespace=execution.namespace)

    resolved = await resolve(specs, given, render, is_lenient=is_lenient)
    for spec in specs:
        if spec.type == "SECRET" and isinstance(resolved.get(spec.id), str):
            resources.redactor.add(resolved[spec.id])
    found: dict[str, Any] = msgspec.to_builtins(resolved)
    if input_files.wanted(specs):
        files = resources.files
        found = await asyncio.to_thread(input_files.keep, files, execution, specs, found, place)
    return found
