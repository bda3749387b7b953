"""`triggers:` of a flow file, checked and built."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Annotated, Any, TypeAlias

import msgspec

from runtime.language.conditions import ConditionReader
from runtime.language.defaults import Defaults
from runtime.language.document import Path
from runtime.language.input_specs import entries
from runtime.language.labels import read_labels
from runtime.language.report import Report, nearest
from runtime.language.templates import Templates
from runtime.language.types import Found, Types
from runtime.language.values import check_fields, flag
from runtime.model.flow import ConditionSpec, TriggerSpec
from runtime.model.problem import Severity
from runtime.model.states import State
from runtime.tasks.base import Verbatim
from runtime.tasks.convert import properties
from runtime.tasks.flow_trigger import FlowTrigger
from runtime.tasks.triggers import Schedule, ScheduleOnDates, Webhook

ID = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_-]*")
NO_TYPE = "Invalid type: null (missing type id property 'type')"

CONDITIONS = ("conditions", "scheduleConditions", "when")
"""Keys that become a trigger's conditions."""

TriggerChecks: TypeAlias = Callable[[TriggerSpec], Iterable[tuple[str, str, Severity]]]
"""What only those know who run triggers: property, message and severity of each problem."""


class TriggerKeys(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What every trigger may have, whatever its type."""

    id: Annotated[str, Verbatim]
    """Letters, digits, `-` and `_`; unique among the flow's triggers."""
    type: Annotated[str, Verbatim]
    """A short name (`schedule`) or a class name."""
    version: str | None = None
    """No effect."""
    description: str | None = None
    """For people."""
    disabled: Annotated[bool, Verbatim] = False
    """It does not fire."""
    stop_after: list[State] | None = None
    """It is paused after an execution of its own that ends so."""
    labels: Any = None
    """For its executions."""
    conditions: Any = None
    """All must hold for it to fire."""
    when: Any = None
    """An expression that must be true for it to fire: the newer way to say `conditions`."""
    allow_concurrent: bool | None = None
    """Whether it may fire while an execution of its own still runs."""
    fail_on_trigger_error: bool | None = None
    """Whether an execution that can't begin is kept as one that has failed."""
    log_level: str | None = None
    """No effect."""
    min_log_level: str | None = None
    """No effect."""
    log_to_file: bool | None = None
    """No effect."""
    worker_group: Any = None
    """No effect."""
    worker_selector: Any = None
    """No effect."""
    assets: Any = None
    """No effect."""
    plugin_defaults_ref: str | None = None
    """The `ref` of plugin defaults that only who asks for them gets."""


COMMON = properties(TriggerKeys)
WITHOUT_EFFECT = {
    "workerGroup": "every trigger is judged on this server",
    "workerSelector": "every trigger is judged on this server",
    "version": "the version that is installed runs",
    "assets": "what a trigger reads and writes is not told so",
}
FIRED = (Schedule, ScheduleOnDates, FlowTrigger, Webhook)
TOLD = ("allowConcurrent", "failOnTriggerError")
"""Common keys that whoever runs the trigger gets to see among its properties."""


def read_triggers(
    report: Report,
    types: Types,
    defaults: Defaults,
    templates: Templates,
    conditions: ConditionReader,
    checks: TriggerChecks | None,
    value: Any,
) -> tuple[TriggerSpec, ...]:
    """The flow's triggers."""
    found: dict[str, TriggerSpec] = {}
    for item, path in entries(report, value, ("triggers",), "a trigger"):
        spec = _trigger(report, types, templates, conditions, defaults.fill(item, common=COMMON), path)
        if spec is None:
            continue
        if spec.id in found:
            report.error((*path, "id"), f"Duplicate trigger id with name [{spec.id}]")
        for name, message, severity in checks(spec) if checks and not spec.unavailable else ():
            report.add((*path, name), message, severity)
        found[spec.id] = spec
    return tuple(found.values())


def _trigger(
    report: Report,
    types: Types,
    templates: Templates,
    conditions: ConditionReader,
    value: Mapping[str, Any],
    path: Path,
) -> TriggerSpec | None:
    before = report.errors
    if value.get("type") is None and nearest("type", [key for key in value if key not in COMMON]) is None:
        report.error(path, NO_TYPE)
        return None
    common = {key: item for key, item in value.items() if key in COMMON}
    check_fields(report, path, common, TriggerKeys, owner="a trigger")
    _check_id(report, value, path)
    _warn(report, value, path)
    written = value.get("type")
    found = types.find(str(written), (*path, "type"), ("trigger",)) if written is not None else None
    if found is not None and found.plugin is not None:
        owner = f"`{found.name.rpartition('.')[2]}`"
        check_fields(report, path, value, found.plugin, owner=owner, others=COMMON)
        found = _fired(report, found, path)
    templates.check({key: item for key, item in value.items() if key != "description"}, path)
    labels = read_labels(report, value.get("labels"), (*path, "labels"))
    held = _conditions(conditions, value, path)
    if found is None or report.errors > before:
        return None
    return TriggerSpec(
        id=str(value["id"]),
        type=found.name,
        written_type="" if written == found.name else str(written),
        description=str(value.get("description") or ""),
        disabled=flag(value.get("disabled")),
        properties={
            key: item
            for key, item in value.items()
            if item is not None and (key not in COMMON or key in TOLD) and key not in CONDITIONS
        },
        conditions=held,
        stop_after=tuple(value.get("stopAfter") or ()),
        labels=labels,
        unavailable=found.unavailable,
        line=report.line(path),
    )


def _conditions(reader: ConditionReader, value: Mapping[str, Any], path: Path) -> tuple[ConditionSpec, ...]:
    """All that must hold, by whichever key it is said."""
    lists = ("conditions", "scheduleConditions")
    found = [spec for key in lists for spec in reader.read(value.get(key), (*path, key))]
    return (*found, *reader.expression(value.get("when"), (*path, "when")))


def _fired(report: Report, found: Found, path: Path) -> Found:
    """What the runtime fires by itself, so far: another plugin's trigger has its properties checked, and waits."""
    if found.plugin in FIRED:
        return found
    what = f"nothing here fires `{found.name}` yet"
    report.warn((*path, "type"), f"{what}; it starts nothing")
    return replace(found, unavailable=what)


def _check_id(report: Report, value: Mapping[str, Any], path: Path) -> None:
    identifier = value.get("id")
    if identifier is not None and not ID.fullmatch(str(identifier)):
        report.error(
            (*path, "id"),
            f"`{identifier}` is no id of a trigger: letters, digits, `-` and `_`, the first a letter or digit",
        )


def _warn(report: Report, value: Mapping[str, Any], path: Path) -> None:
    for key, consequence in WITHOUT_EFFECT.items():
        if value.get(key) is not None:
            report.warn((*path, key), f"`{key}` has no effect here: {consequence}")
