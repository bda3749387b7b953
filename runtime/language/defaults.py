"""`pluginDefaults`: values for every task, trigger or runner of a type (flow-language.md section 13)."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import msgspec

from runtime.language.document import Path
from runtime.language.report import Report
from runtime.language.values import check_fields, flag, named
from runtime.model.flow import PluginDefault
from runtime.tasks.registry import Registry

MOST_ADDED = 200_000  # values, in all tasks of a flow


class DefaultKeys(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Values for every task, trigger or runner whose type is, or begins with, `type`."""

    type: str
    """A class name, or the beginning of several."""
    values: dict[str, Any] | None = None
    """What they get."""
    forced: bool | None = None
    """Whether these win over what the task itself says."""
    ref: str | None = None
    """No effect yet."""


class Defaults:
    """A flow's own, then the runtime's: the first to say something is heard, and of those that are forced the last."""

    def __init__(
        self, registry: Registry, own: Iterable[PluginDefault], given: Iterable[PluginDefault]
    ) -> None:
        self._registry = registry
        self._defaults = (*own, *given)
        self._added = 0
        self._layers: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {}

    def fill(self, value: dict[str, Any], only: Collection[str] | None = None) -> dict[str, Any]:
        """The map with what its type's defaults add, of `only` these keys if so; itself where they add nothing."""
        written = value.get("type")
        if not self._defaults or not isinstance(written, str):
            return value
        lower, upper = self._of(written)
        if only is not None:
            lower, upper = ({key: layer[key] for key in layer if key in only} for layer in (lower, upper))
        self._added += len(lower) + len(upper)
        if self.are_too_many or not (lower or upper):
            return value
        return _below(upper, _below(value, lower))

    @property
    def are_too_many(self) -> bool:
        return self._added > MOST_ADDED

    def _of(self, written: str) -> tuple[dict[str, Any], dict[str, Any]]:
        """What a type gets where it says nothing, and what it gets whatever it says."""
        if written not in self._layers:
            known = self._registry.find(written)
            names = {written, *(known.names if known else ())}
            lower: dict[str, Any] = {}
            upper: dict[str, Any] = {}
            for default in self._defaults:
                if _matches(default.type, names) and default.forced:
                    upper = _below(default.values, upper)
                elif _matches(default.type, names):
                    lower = _below(lower, default.values)
            self._layers[written] = lower, upper
        return self._layers[written]


def _matches(prefix: str, names: Iterable[str]) -> bool:
    return any(name == prefix or ("." in prefix and name.startswith(prefix)) for name in names)


def _below(upper: dict[str, Any], lower: dict[str, Any]) -> dict[str, Any]:
    """`upper` laid over `lower`, map by map."""
    merged = {**lower, **upper}
    for key in lower.keys() & upper.keys():
        if isinstance(lower[key], dict) and isinstance(upper[key], dict):
            merged[key] = _below(upper[key], lower[key])
    return merged


def read_defaults(report: Report, value: Any, path: Path) -> tuple[PluginDefault, ...]:
    """The flow's own list."""
    if value is None:
        return ()
    if not isinstance(value, list):
        report.error(path, f"`{path[-1]}` must be a list, and is {named(value)}")
        return ()
    found = [_default(report, item, (*path, number)) for number, item in enumerate(value)]
    return tuple(default for default in found if default is not None)


def _default(report: Report, value: Any, path: Path) -> PluginDefault | None:
    if not isinstance(value, Mapping):
        report.error(path, f"a plugin default must be a map, and is {named(value)}")
        return None
    before = report.errors
    check_fields(report, path, value, DefaultKeys, owner="a plugin default", rendered=False)
    if value.get("ref") is not None:
        report.warn((*path, "ref"), "`ref` has no effect yet: these values are used nowhere")
        return None
    if report.errors > before:
        return None
    return PluginDefault(
        type=str(value["type"]), values=dict(value.get("values") or {}), forced=flag(value.get("forced"))
    )
