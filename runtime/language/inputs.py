"""The values of an execution's inputs, from what was given and the defaults; and the flow's outputs, by the same types."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeAlias

import msgspec

from runtime.errors import Failure, InvalidInputs, TaskFailed
from runtime.language.input_types import parse
from runtime.model.flow import InputSpec, OutputSpec

Render: TypeAlias = Callable[[Any, dict[str, Any]], Awaitable[Any]]
"""Renders a value; the second argument is the inputs known so far."""


async def resolve(
    specs: Sequence[InputSpec], given: Mapping[str, Any], render: Render, *, is_lenient: bool = False
) -> dict[str, Any]:
    """The inputs, nested where ids have dots, as Python values (dates as dates).

    InvalidInputs names all that do not fit. What is given and not declared is left out, as Kestra does; one that is missing is
    no matter where the resolver `is_lenient`.
    """
    resolving = _Resolving(given, render, is_lenient=is_lenient)
    for spec in _ordered(specs):
        await resolving.take(spec)
    if resolving.wrong:
        wrong = {spec.id: resolving.wrong[spec.id] for spec in specs if spec.id in resolving.wrong}
        raise InvalidInputs("; ".join(wrong.values()), details={"inputs": wrong})
    return nested({spec.id: resolving.values[spec.id] for spec in specs if spec.id in resolving.values})


class _Resolving:
    """One call of `resolve`."""

    def __init__(self, given: Mapping[str, Any], render: Render, *, is_lenient: bool) -> None:
        self._is_lenient = is_lenient
        self._given = given
        self._render = render
        self.values: dict[str, Any] = {}
        self.wrong: dict[str, str] = {}

    async def take(self, spec: InputSpec) -> None:
        try:
            if await self._is_enabled(spec):
                self.values[spec.id] = await self._value(spec)
        except Failure as failure:
            self.wrong[spec.id] = f"`{spec.id}`: {failure.message}"
        except ValueError as error:
            self.wrong[spec.id] = f"`{spec.id}` {error}"
        except _Missing:
            if self._is_lenient:
                return
            self.wrong[spec.id] = f"Missing required input:{spec.id}"

    def _known(self) -> dict[str, Any]:
        return nested(msgspec.to_builtins(self.values))

    async def _is_enabled(self, spec: InputSpec) -> bool:
        if any(self.values.get(name) is None for name in spec.depends_on):
            return False
        if spec.depends_condition is None:
            return True
        return str(await self._render(spec.depends_condition, self._known())).lower() == "true"

    async def _value(self, spec: InputSpec) -> Any:
        checks = await self._checks(spec)
        value = find(self._given, spec.id)
        if value is None and spec.defaults is not None:
            value = await self._render(spec.defaults, self._known())
        if value is None and checks.get("autoSelectFirst") and checks.get("values"):
            first = checks["values"][0]
            value = [first] if spec.type == "MULTISELECT" else first
        if value is not None:
            return parse(spec.type, value, checks)
        if spec.required:
            raise _Missing
        return None

    async def _checks(self, spec: InputSpec) -> Mapping[str, Any]:
        """Its own keys, and the choices that an expression gives."""
        expression = spec.checks.get("expression")
        if expression is None:
            return spec.checks
        values = parse("ARRAY", await self._render(expression, self._known()), {})
        return {**spec.checks, "values": values}


class _Missing(Exception):
    """A required input has no value."""


def _ordered(specs: Sequence[InputSpec]) -> list[InputSpec]:
    """As in the file, but each after those that it depends on."""
    ordered: list[InputSpec] = []
    waiting = list(specs)
    while waiting:
        left = {spec.id for spec in waiting}
        ready = [spec for spec in waiting if left.isdisjoint(spec.depends_on)]
        ordered += ready or waiting
        waiting = [spec for spec in waiting if ready and spec not in ready]
    return ordered


def find(given: Mapping[str, Any], name: str) -> Any:
    """The value given for an id with dots: under the whole id, or down a tree of maps."""
    if name in given:
        return given[name]
    first, dot, rest = name.partition(".")
    inside = given.get(first)
    return find(inside, rest) if dot and isinstance(inside, Mapping) else None


def nested(values: Mapping[str, Any]) -> dict[str, Any]:
    """`{"a.b": 1}` as `{"a": {"b": 1}}`."""
    tree: dict[str, Any] = {}
    for name, value in values.items():
        *groups, last = name.split(".")
        at = tree
        for group in groups:
            inside = at.setdefault(group, {})
            at = inside if isinstance(inside, dict) else at
        at[last] = value
    return tree


def resolve_outputs(specs: Sequence[OutputSpec], rendered: Mapping[str, Any]) -> dict[str, Any]:
    """The flow's outputs of rendered values; TaskFailed names those that do not fit."""
    outputs: dict[str, Any] = {}
    wrong = []
    for spec in specs:
        value = rendered.get(spec.id)
        if value is None and spec.required:
            wrong.append(f"output `{spec.id}` has no value")
        try:
            outputs[spec.id] = None if value is None else parse(spec.type, value, {})
        except ValueError as error:
            wrong.append(f"output `{spec.id}` {error}")
    if wrong:
        raise TaskFailed("; ".join(wrong))
    return outputs
