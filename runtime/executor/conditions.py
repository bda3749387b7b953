"""Whether conditions hold: their expressions are rendered, then their classes are asked."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from runtime.errors import TaskFailed
from runtime.executor.rendering import Renderer
from runtime.model.flow import ConditionSpec
from runtime.tasks.conditions import Condition, Group, Occasion
from runtime.tasks.convert import convert_properties
from runtime.tasks.registry import Registry


class Judge:
    """Judges the conditions of triggers and listeners; raises Failure where one can't be judged."""

    def __init__(self, registry: Registry, renderer: Renderer) -> None:
        self._registry = registry
        self._renderer = renderer

    async def holds(
        self,
        specs: Iterable[ConditionSpec],
        occasion: Occasion,
        seen: Mapping[str, Any],
        *,
        namespace: str,
    ) -> bool:
        """Whether all of them do; none is none that does not."""
        for spec in specs:
            complete = self._complete(spec)
            properties = await self._renderer.render(_told(complete), seen, namespace=namespace)
            if not self._answer(complete, properties, occasion):
                return False
        return True

    def holds_now(self, specs: Iterable[ConditionSpec], occasion: Occasion, seen: Mapping[str, Any]) -> bool:
        """The same without waiting for anything: secrets are not to be had."""
        render: Callable[..., Any] = self._renderer.expressions.render_value
        complete = [self._complete(spec) for spec in specs]
        return all(self._answer(spec, render(_told(spec), seen), occasion) for spec in complete)

    def kind(self, spec: ConditionSpec) -> type[Condition]:
        known = None if spec.unavailable else self._registry.find(spec.type)
        if known is None:
            raise TaskFailed(spec.unavailable or f"no plugin here judges `{spec.type}`")
        kind = known.load()
        assert issubclass(kind, Condition)
        return kind

    def _complete(self, spec: ConditionSpec) -> ConditionSpec:
        """With the defaults that are templates themselves."""
        fields = msgspec.structs.fields(self.kind(spec))
        defaults = {
            field.encode_name: field.default
            for field in fields
            if isinstance(field.default, str) and "{{" in field.default
        }
        inside = tuple(map(self._complete, spec.conditions))
        return msgspec.structs.replace(spec, properties=defaults | spec.properties, conditions=inside)

    def _answer(self, spec: ConditionSpec, told: dict[str, Any], occasion: Occasion) -> bool:
        if spec.conditions:
            pairs = zip(spec.conditions, told["conditions"], strict=True)
            return self.group(spec).join(self._answer(inside, values, occasion) for inside, values in pairs)
        return self.built(spec, told["properties"]).holds(occasion)

    def built(self, spec: ConditionSpec, properties: Mapping[str, Any]) -> Condition:
        return convert_properties(self.kind(spec), properties)

    def group(self, spec: ConditionSpec) -> Group:
        """One that is made of others."""
        found = self.built(spec, {})
        assert isinstance(found, Group)
        return found


def _told(spec: ConditionSpec) -> dict[str, Any]:
    """All that is to be rendered, in the form of the tree."""
    return {"properties": spec.properties, "conditions": [_told(inside) for inside in spec.conditions]}
