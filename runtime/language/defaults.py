"""`pluginDefaults`: values for every task, trigger or runner of a type (flow-language.md section 13)."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import msgspec

from runtime.errors import PluginUnavailable
from runtime.language.document import Path
from runtime.language.report import Report
from runtime.language.values import check_fields, flag, named
from runtime.model.flow import PluginDefault
from runtime.tasks.convert import properties
from runtime.tasks.registry import Known, Registry

MOST_ADDED = 200_000  # values, in all tasks of a flow


REF = "pluginDefaultsRef"


class DefaultKeys(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Values for every task, trigger or runner whose type is, or begins with, `type`."""

    type: str
    """A class name, or the beginning of several."""
    values: dict[str, Any] | None = None
    """What they get."""
    forced: bool | None = None
    """Whether these win over what the task itself says."""
    ref: str | None = None
    """A name: then only those get them that say it in `pluginDefaultsRef`."""


class Defaults:
    """A flow's own, then those of its namespace and of what is above that, then the runtime's: the first to say something is
    heard, and of those that are forced the last."""

    def __init__(
        self,
        registry: Registry,
        own: Iterable[PluginDefault],
        given: Iterable[PluginDefault],
        *,
        namespace: str = "",
    ) -> None:
        self._registry = registry
        self._defaults = (*own, *_of_namespace(given, namespace))
        self._refs = {default.ref for default in self._defaults if default.ref}
        self._added = 0
        self._layers: dict[tuple[str, str, bool], tuple[dict[str, Any], dict[str, Any]]] = {}

    def fill(
        self,
        value: dict[str, Any],
        only: Collection[str] | None = None,
        *,
        common: Collection[str] = (),
    ) -> dict[str, Any]:
        """The map with what its type's defaults add, of `only` these keys if so; itself where they add nothing.

        `common` are the keys that it may have whatever its type is.
        """
        written = value.get("type")
        if not self._defaults or not isinstance(written, str):
            return value
        lower, upper = self._of(written, str(value.get(REF) or ""), common)
        if only is not None:
            lower, upper = ({key: layer[key] for key in layer if key in only} for layer in (lower, upper))
        self._added += len(lower) + len(upper)
        if self.are_too_many or not (lower or upper):
            return value
        return _below(upper, _below(value, lower))

    def unknown_ref(self, value: Mapping[str, Any]) -> str:
        """The name in `pluginDefaultsRef` that no default has; empty where all is well."""
        ref = str(value.get(REF) or "")
        return "" if ref in self._refs else ref

    @property
    def refs(self) -> Collection[str]:
        return self._refs

    @property
    def are_too_many(self) -> bool:
        return self._added > MOST_ADDED

    def _of(self, written: str, ref: str, common: Collection[str]) -> tuple[dict[str, Any], dict[str, Any]]:
        """What a type gets where it says nothing, and what it gets whatever it says."""
        key = (written, ref, bool(common))
        if key not in self._layers:
            known = self._registry.find(written)
            names = {written, *(known.names if known else ())}
            lower: dict[str, Any] = {}
            upper: dict[str, Any] = {}
            for default in self._defaults:
                if default.ref not in ("", ref) or not _matches(default.type, names):
                    continue
                values = _fitting(default, names, known, common)
                if default.forced:
                    upper = _below(values, upper)
                else:
                    lower = _below(lower, values)
            self._layers[key] = lower, upper
        return self._layers[key]


def _of_namespace(given: Iterable[PluginDefault], namespace: str) -> list[PluginDefault]:
    """Those for a namespace or for one above it, the nearest first; behind them those for all."""
    found = [
        default
        for default in given
        if not default.namespace or f"{namespace}.".startswith(f"{default.namespace}.")
    ]
    return sorted(found, key=lambda default: -len(default.namespace))


def _fitting(
    default: PluginDefault, names: Collection[str], known: Known | None, common: Collection[str]
) -> dict[str, Any]:
    """What is said for all types that begin so may be meant for others of them: a type gets of it what it knows."""
    if known is None or default.type in names:
        return default.values
    try:
        allowed = properties(known.load()).keys() | set(common)
    except PluginUnavailable:
        return default.values
    return {key: value for key, value in default.values.items() if key in allowed}


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
    if report.errors > before:
        return None
    return PluginDefault(
        type=str(value["type"]),
        values=dict(value.get("values") or {}),
        forced=flag(value.get("forced")),
        ref=str(value.get("ref") or ""),
    )
