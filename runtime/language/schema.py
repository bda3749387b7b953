"""The language as a JSON Schema, for editors: the plugins' classes are its source, their docstrings its descriptions."""

import ast
import inspect
import textwrap
from collections.abc import Mapping
from datetime import timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any, get_args, get_origin

import msgspec

from runtime.errors import PluginUnavailable
from runtime.language.checks import CheckKeys
from runtime.language.conditions import ConditionKeys
from runtime.language.flows import FlowKeys, ListenerKeys
from runtime.language.input_specs import TYPES, InputKeys, OutputKeys
from runtime.language.limits import ConcurrencyKeys, SlaKeys
from runtime.language.retries import RetryKeys
from runtime.language.task_keys import TaskKeys
from runtime.language.triggers import TriggerKeys
from runtime.model.flow import ConditionSpec, TaskSpec
from runtime.tasks.base import Plugin
from runtime.tasks.convert import allowed, choices, is_struct, properties
from runtime.tasks.flow import DagTask
from runtime.tasks.registry import Known, Registry

DIALECT = "https://json-schema.org/draft/2020-12/schema"
TEMPLATE = {"type": "string", "pattern": r"\{[{%]"}
TASKS = {"type": "array", "items": {"$ref": "#/$defs/task"}}
CONDITIONS = {"type": "array", "items": {"$ref": "#/$defs/condition"}}
REFERENCES: Mapping[Any, str] = {TaskSpec: "#/$defs/task", ConditionSpec: "#/$defs/condition"}
COMMON: Mapping[str, type[msgspec.Struct]] = {
    "task": TaskKeys,
    "flowable": TaskKeys,
    "trigger": TriggerKeys,
    "condition": ConditionKeys,
}
"""What each kind of plugin may have whatever its type."""
SCALARS: Mapping[Any, dict[str, Any]] = {
    str: {"type": ["string", "number", "boolean"]},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    timedelta: {"type": ["string", "number"], "format": "duration"},
}


def schema(registry: Registry) -> dict[str, Any]:
    """The schema of a flow file, with every plugin that loads."""
    described: dict[str, list[dict[str, Any]]] = {kind: [] for kind in ("task", "trigger", "condition")}
    for known in registry.plugins():
        common = COMMON.get(known.kind)
        if common is not None and (found := _plugin(known, common)) is not None:
            described["task" if known.kind == "flowable" else known.kind].append(found)
    flow = _struct(FlowKeys)
    flow["properties"] |= {
        **dict.fromkeys(("tasks", "errors", "finally", "afterExecution"), TASKS),
        "triggers": {"type": "array", "items": {"$ref": "#/$defs/trigger"}},
        "inputs": {"type": "array", "items": {"$ref": "#/$defs/input"}},
        "outputs": {"type": "array", "items": _struct(OutputKeys)},
        "retry": {"$ref": "#/$defs/retry"},
        "concurrency": _struct(ConcurrencyKeys),
        "checks": {"type": "array", "items": _struct(CheckKeys)},
        "sla": {"type": "array", "items": _struct(SlaKeys)},
        "listeners": {"type": "array", "items": _listener()},
    }
    flow["required"] = [*flow["required"], "tasks"]
    inputs = _struct(InputKeys) | {"additionalProperties": True}
    inputs["properties"] |= {"type": {"enum": list(TYPES)}}
    definitions = {
        **{kind: {"oneOf": found} for kind, found in described.items()},
        "input": inputs,
        "retry": _struct(RetryKeys),
    }
    return {"$schema": DIALECT, "title": "A flow", **flow, "$defs": definitions}


def _listener() -> dict[str, Any]:
    listener = _struct(ListenerKeys)
    listener["properties"] |= {"conditions": CONDITIONS, "tasks": TASKS}
    return listener


def _plugin(known: Known, common: type[msgspec.Struct]) -> dict[str, Any] | None:
    """One plugin with the keys that all of its kind have; None where it does not load."""
    try:
        cls: type[Plugin] = known.load()
    except PluginUnavailable:
        return None
    own, shared = _struct(cls), _struct(common)
    fields = {**shared["properties"], **own["properties"], "type": {"enum": list(known.names)}}
    if "retry" in fields:
        fields["retry"] = {"$ref": "#/$defs/retry"}
    if known.kind == "trigger":
        fields["conditions"] = CONDITIONS
    return {
        "title": known.short or known.name,
        "description": own["description"],
        "type": "object",
        "properties": fields,
        "required": [*shared["required"], *own["required"]],
        "additionalProperties": False,
    }


def _struct(cls: type[msgspec.Struct]) -> dict[str, Any]:
    described = descriptions(cls)
    fields = {name: _typed(known.type, rendered=not known.extra) for name, known in properties(cls).items()}
    names = {field.encode_name: field.name for field in msgspec.structs.fields(cls)}
    for name, field in fields.items():
        if text := described.get(names[name]):
            fields[name] = {**field, "description": text}
    return {
        "type": "object",
        "description": inspect.getdoc(cls) or "",
        "properties": fields,
        "required": [name for name, known in properties(cls).items() if known.required],
        "additionalProperties": False,
    }


def _typed(kind: Any, *, rendered: bool = True) -> dict[str, Any]:
    """A type's schema; what is `rendered` may be a template instead."""
    options = [_one(option, rendered=rendered) for option in choices(kind)]
    if {} in options:
        return {}
    if rendered and not any("string" in option.get("type", ()) for option in options):
        options.append(TEMPLATE)
    return {"anyOf": options} if len(options) > 1 else options[0]


def _one(kind: Any, *, rendered: bool) -> dict[str, Any]:
    origin = get_origin(kind) or kind
    if allowed(kind):
        return {"enum": list(allowed(kind))}
    if origin in SCALARS:
        return SCALARS[origin]
    if kind is DagTask:
        return _struct(DagTask) | {
            "properties": {"task": {"$ref": "#/$defs/task"}, "dependsOn": {"type": "array"}}
        }
    if is_struct(kind):
        return {"$ref": REFERENCES[kind]} if kind in REFERENCES else _struct(kind)
    arguments = get_args(kind)
    if origin in (list, tuple):
        return {"type": "array", "items": _typed(arguments[0], rendered=rendered) if arguments else {}}
    if origin is dict:
        return {"type": "object", "additionalProperties": _typed(arguments[1], rendered=rendered)}
    return {}


@lru_cache(512)
def descriptions(cls: type) -> dict[str, str]:
    """The docstring under each field, the base classes' first. Python keeps no such texts: they are read from the source."""
    found: dict[str, str] = {}
    for base in reversed(cls.__mro__):
        if base.__module__.startswith(("builtins", "msgspec")):
            continue
        try:
            tree = ast.parse(textwrap.dedent(inspect.getsource(base)))
        except (OSError, TypeError, SyntaxError):
            continue
        found |= _under_fields(tree)
    return found


def _under_fields(tree: ast.Module) -> dict[str, str]:
    body = tree.body[0].body if isinstance(tree.body[0], ast.ClassDef) else []
    return {
        field.target.id: inspect.cleandoc(text.value.value)
        for field, text in pairwise(body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
        and isinstance(text.value.value, str)
    }
