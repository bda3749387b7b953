"""The language as a JSON Schema, for editors: its classes are the source, their docstrings the hover texts.

What a YAML language server needs to complete and check every key. Where a key's meaning depends on `type`, the schema chooses
by it (`if` and `then`), so that a wrong key is told as one of that type and not as a hundred types that do not fit. A class of
Kestra's that nothing here runs is let through, as it is when a flow is loaded.
"""

from collections.abc import Iterable, Mapping

import msgspec

from runtime.errors import InvalidRequest, PluginUnavailable
from runtime.language import flows
from runtime.language.checks import CheckKeys
from runtime.language.conditions import ConditionKeys
from runtime.language.defaults import DefaultKeys
from runtime.language.document import load_plain
from runtime.language.flows import FlowKeys, ListenerKeys
from runtime.language.input_specs import CHECKS, MEANINGS, TYPES, InputKeys, OutputKeys
from runtime.language.input_types import PARSERS
from runtime.language.limits import NEEDED as SLA_NEEDS
from runtime.language.limits import ConcurrencyKeys, SlaKeys
from runtime.language.reference import help_of
from runtime.language.retries import NEEDED as RETRY_NEEDS
from runtime.language.retries import RetryKeys
from runtime.language.schema_types import (
    CONDITIONS,
    NULL,
    SOME_TASKS,
    TASKS,
    TEXT,
    Schema,
    keys,
    struct,
    typed,
)
from runtime.language.task_keys import RunnerKeys, TaskKeys
from runtime.language.triggers import TriggerKeys
from runtime.language.types import FLOWABLES
from runtime.model.flow import Rule
from runtime.tasks.base import Flowable, Plugin
from runtime.tasks.registry import Known, Registry

LABEL = r"^(?!system\.(?!readOnly$))[^A-Z0-9\W_][^\s:/]*$"
DIALECT = "http://json-schema.org/draft-07/schema#"
COMMON: Mapping[str, type[msgspec.Struct]] = {
    "task": TaskKeys,
    "trigger": TriggerKeys,
    "condition": ConditionKeys,
    "runner": RunnerKeys,
}
"""What each kind of plugin may have whatever its type."""
LISTS: Mapping[str, str] = {
    "conditions": "#/$defs/conditions",
    "scheduleConditions": "#/$defs/conditions",
    "retry": "#/$defs/retry",
    "taskRunner": "#/$defs/runner",
    "labels": "#/$defs/labels",
}
"""Keys that mean the same wherever they stand."""
VARYING = frozenset({"conditions", "labels"})
"""But for these, where a class has a type of its own for them."""


def schema(registry: Registry) -> Schema:
    """The schema of a flow file, with every plugin that loads."""
    plugins = list(_loaded(registry))
    return {
        "$schema": DIALECT,
        "title": "A flow of flowdeck",
        **_flow(),
        "$defs": {
            **{
                f"{kind}.{known.short or known.name}": _plugin(kind, known, cls)
                for kind, known, cls in plugins
            },
            **{kind: _by_type(kind, plugins) for kind in COMMON},
            "tasks": {"anyOf": [{"type": "array", "items": _ref("task")}, NULL]},
            "conditions": {"anyOf": [{"type": "array", "items": _ref("condition")}, NULL]},
            "input": _input(),
            "labels": _labels(),
            "flowables": {"enum": sorted({*FLOWABLES, *_names_of(plugins, Flowable)})},
            "retry": _chosen(struct(RetryKeys), {kind: list(names) for kind, names in RETRY_NEEDS.items()}),
        },
    }


def _names_of(plugins: Iterable[tuple[str, Known, type[Plugin]]], base: type[Plugin]) -> list[str]:
    return [name for _, known, cls in plugins if issubclass(cls, base) for name in known.names]


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _loaded(registry: Registry) -> Iterable[tuple[str, Known, type[Plugin]]]:
    """The plugins that load, with their kind: a task of tasks is a task. What no file may name is left out."""
    for known in registry.plugins():
        if known.kind == "part":
            continue
        try:
            yield "task" if known.kind == "flowable" else known.kind, known, known.load()
        except PluginUnavailable:
            continue


# --- plugins ---------------------------------------------------------------------------------------------------


def _by_type(kind: str, plugins: Iterable[tuple[str, Known, type[Plugin]]]) -> Schema:
    """A task, trigger, condition or runner: what it may have depends on its type."""
    mine = [(known, cls) for its_kind, known, cls in plugins if its_kind == kind]
    shared = struct(COMMON[kind])
    shared["properties"] |= _references(shared["properties"]) | {"type": _type(mine)}
    shared |= {"additionalProperties": True}
    shared["allOf"] = [
        {
            "if": {"required": ["type"], "properties": {"type": {"enum": list(known.names)}}},
            "then": _ref(f"{kind}.{known.short or known.name}"),
        }
        for known, _ in mine
    ]
    snippets = [snippet for known, cls in mine if (snippet := _snippet(known, cls))]
    return {**shared, "defaultSnippets": snippets} if snippets else shared


def _type(plugins: Iterable[tuple[Known, type[Plugin]]]) -> Schema:
    """The known types, each with what it does, short names first; any other class passes, older names too."""
    named = [(known.short, cls) for known, cls in plugins if known.short]
    named += [(known.name, cls) for known, cls in plugins]
    options: list[Schema] = [{"const": name, "description": help_of(cls).summary} for name, cls in named]
    return {"type": "string", "anyOf": [*options, {"pattern": r"\."}]}


def _plugin(kind: str, known: Known, cls: type[Plugin]) -> Schema:
    """One plugin; the keys that all of its kind have are only named, since their form is said once for all."""
    own, shared = struct(cls), struct(COMMON[kind])
    fields = own["properties"]
    explained = help_of(cls)
    found: Schema = {
        "title": known.short or known.name,
        "description": explained.text,
        "type": "object",
        "properties": {
            **dict.fromkeys(shared["properties"], True),
            **fields,
            **_references(fields),
            "type": {"enum": list(known.names)},
        },
        "required": own["required"],
        "additionalProperties": False,
        **_rules(cls),
    }
    if explained.example:
        found["markdownDescription"] = f"{explained.text}\n\n```yaml\n{explained.example}\n```"
    if cls.deprecated:
        found |= {"deprecated": True, "deprecationMessage": cls.deprecated}
    return found


def _rules(cls: type[Plugin]) -> Schema:
    """What a flowable needs beyond the types of its keys."""
    if not issubclass(cls, Flowable):
        return {}
    if cls.rule is Rule.SWITCH:
        cases = {"type": "object", "minProperties": 1}
        some: list[Schema] = [
            {"required": ["cases"], "properties": {"cases": cases}},
            {"required": ["defaults"], "properties": {"defaults": {"type": "array", "minItems": 1}}},
        ]
        return {"anyOf": some}
    if cls.rule is Rule.WORKING_DIRECTORY:
        flowable: Schema = {"required": ["type"], "properties": {"type": _ref("flowables")}}
        return {"allOf": [{"properties": {"tasks": {"items": {"not": flowable}}}}]}
    return {}


def _references(fields: Mapping[str, Schema]) -> dict[str, Schema]:
    """The keys whose form is said elsewhere, with their own texts."""
    found: dict[str, Schema] = {}
    for name, field in fields.items():
        if name not in LISTS or (name in VARYING and "anyOf" in field):
            continue
        kept: Schema = {
            key: field[key] for key in ("description", "deprecated", "deprecationMessage") if key in field
        }
        reference: list[Schema] = [{"$ref": LISTS[name]}, NULL]
        found[name] = {"anyOf": reference, **kept}
    return found


def _snippet(known: Known, cls: type[Plugin]) -> Schema | None:
    """The example of a plugin, for an editor that fills it in."""
    example = help_of(cls).example
    if not example.startswith("- "):
        return None
    try:
        body = load_plain(example)
    except InvalidRequest:
        return None
    return {"label": known.short or known.name, "description": help_of(cls).summary, "body": body[0]}


# --- the flow itself -------------------------------------------------------------------------------------------


def _flow() -> Schema:
    flow = struct(FlowKeys)
    defaults: Schema = _list(struct(DefaultKeys))
    forms: dict[str, Schema] = {
        "errors": TASKS,
        "finally": TASKS,
        "afterExecution": TASKS,
        "pluginDefaults": defaults,
        "taskDefaults": defaults,
        "triggers": _list(_ref("trigger")),
        "inputs": _list(_ref("input")),
        "outputs": _list(_output()),
        "retry": {"anyOf": [_ref("retry"), NULL]},
        "labels": {"anyOf": [_ref("labels"), NULL]},
        "concurrency": {"anyOf": [_at_least(struct(ConcurrencyKeys), "limit", 1), NULL]},
        "checks": _list(_check()),
        "sla": _list(_chosen(struct(SlaKeys), {kind: [name] for kind, name in SLA_NEEDS.items()})),
        "listeners": _list(_listener()),
        "id": {
            "type": ["string", "number"],
            "pattern": f"^{flows.ID.pattern}$",
            "maxLength": flows.LONGEST_ID,
        },
        "namespace": {
            "type": "string",
            "pattern": f"^{flows.NAMESPACE.pattern}$",
            "maxLength": flows.LONGEST_NAMESPACE,
        },
    }
    for name, form in forms.items():
        flow["properties"][name] = form | {"description": flow["properties"][name]["description"]}
    flow["properties"]["id"]["not"] = {"enum": sorted(flows.RESERVED)}
    flow["properties"]["tasks"] = SOME_TASKS | {"description": flow["properties"]["tasks"]["description"]}
    flow["required"] = [*flow["required"], "tasks"]
    return flow


def _list(items: Schema) -> Schema:
    return {"anyOf": [{"type": "array", "items": items}, NULL]}


def _at_least(form: Schema, key: str, least: int) -> Schema:
    form["properties"][key] |= {"minimum": least}
    return form


def _chosen(form: Schema, needed: Mapping[str, list[str]]) -> Schema:
    """A map that needs further keys for some values of its `type`."""
    conditions = [
        {"if": {"required": ["type"], "properties": {"type": {"const": kind}}}, "then": {"required": names}}
        for kind, names in needed.items()
    ]
    form["properties"] |= _references(form["properties"])
    return {**form, "allOf": conditions}


def _check() -> Schema:
    return {**struct(CheckKeys), "anyOf": [{"required": ["condition"]}, {"required": ["when"]}]}


def _listener() -> Schema:
    listener = struct(ListenerKeys)
    texts = {
        name: {"description": listener["properties"][name]["description"]} for name in ("conditions", "tasks")
    }
    listener["properties"] |= {
        "conditions": CONDITIONS | texts["conditions"],
        "tasks": SOME_TASKS | texts["tasks"],
    }
    return {**listener, "required": ["tasks"]}


def _output() -> Schema:
    output = struct(OutputKeys)
    output["properties"]["type"] = {
        "enum": list(PARSERS),
        "description": output["properties"]["type"]["description"],
    }
    return output


def _input() -> Schema:
    """An input: its type says which further keys it may have."""
    shared = keys(InputKeys)
    shared["type"] = {"enum": list(TYPES), "description": shared["type"]["description"]}
    by_type = []
    for kind in TYPES:
        own = {
            name: {**typed(annotation, optional=True), "description": MEANINGS[name]}
            for name, annotation in CHECKS.get(kind, {}).items()
        }
        if kind == "FORM":
            own["inputs"] = {"type": "array", "items": _ref("input"), "description": MEANINGS["inputs"]}
        then = {"properties": shared | own, "additionalProperties": False}
        by_type.append({"if": {"required": ["type"], "properties": {"type": {"const": kind}}}, "then": then})
    return {
        "type": "object",
        "description": help_of(InputKeys).text,
        "properties": shared,
        "required": ["type"],
        "anyOf": [{"required": ["id"]}, {"required": ["name"]}],
        "allOf": by_type,
    }


def _labels() -> Schema:
    """A map, or a list of keys and values."""
    pair = {
        "type": "object",
        "properties": {"key": {"type": "string", "pattern": LABEL}, "value": TEXT},
        "required": ["key", "value"],
        "additionalProperties": False,
    }
    return {
        "anyOf": [
            {"type": "object", "propertyNames": {"pattern": LABEL}, "additionalProperties": TEXT},
            {"type": "array", "items": pair},
        ]
    }
