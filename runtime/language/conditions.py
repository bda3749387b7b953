"""`conditions:` of a trigger or a listener, checked and built (flow-language.md section 9)."""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec

from runtime.language.defaults import Defaults
from runtime.language.document import Path
from runtime.language.input_specs import entries
from runtime.language.report import Report
from runtime.language.templates import Templates
from runtime.language.types import Types
from runtime.language.values import check_fields, named
from runtime.model.flow import ConditionSpec
from runtime.tasks.base import Verbatim

NO_TYPE = "Invalid type: null (missing type id property 'type')"
EXPRESSION = "io.kestra.plugin.core.condition.Expression"
INSIDE = "conditions"


class ConditionKeys(msgspec.Struct, frozen=True, kw_only=True):
    """What every condition has."""

    type: Annotated[str, Verbatim]
    """A short name (`weekend`) or a class name."""


class ConditionReader:
    """Reads the conditions of one flow."""

    def __init__(self, report: Report, types: Types, defaults: Defaults, templates: Templates) -> None:
        self._report = report
        self._types = types
        self._defaults = defaults
        self._templates = templates

    def read(self, value: Any, path: Path) -> tuple[ConditionSpec, ...]:
        """A list; null is an empty one."""
        found = [self._read(item, place) for item, place in entries(self._report, value, path, "a condition")]
        return tuple(condition for condition in found if condition is not None)

    def expression(self, value: Any, path: Path) -> tuple[ConditionSpec, ...]:
        """`when:`, the newer way to say what must hold."""
        if value is None:
            return ()
        self._templates.check(value, path)
        text = str(value).lower() if isinstance(value, bool) else str(value)
        return (ConditionSpec(type=EXPRESSION, properties={"expression": text}),)

    def _read(self, value: dict[str, Any], path: Path) -> ConditionSpec | None:
        value = self._defaults.fill(value)
        written = value.get("type")
        if written is None:
            self._report.error(path, NO_TYPE)
            return None
        found = self._types.find(str(written), (*path, "type"), ("condition",))
        if found is None:
            return None
        if found.plugin is not None:
            owner = f"`{found.name.rpartition('.')[2]}`"
            check_fields(self._report, path, value, found.plugin, owner=owner, others=("type",))
        properties = {key: item for key, item in value.items() if key not in ("type", INSIDE)}
        self._templates.check(properties, path)
        inside, place = value.get(INSIDE), (*path, INSIDE)
        return ConditionSpec(
            type=found.name,
            properties=properties,
            conditions=() if isinstance(inside, Mapping) else self.read(inside, place),
            named=self._named(inside, place) if isinstance(inside, Mapping) else {},
            unavailable=found.unavailable,
        )

    def _named(self, value: Mapping[str, Any], path: Path) -> dict[str, ConditionSpec]:
        """The conditions of a MultipleCondition."""
        found = {}
        for name, item in value.items():
            if not isinstance(item, Mapping):
                self._report.error((*path, name), f"a condition must be a map, and is {named(item)}")
            elif (condition := self._read(dict(item), (*path, name))) is not None:
                found[str(name)] = condition
        return found
