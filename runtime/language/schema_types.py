"""Types and structs of Python as JSON Schema, as liberal as the reading of a flow file is.

A number may be written as text, a list as JSON text, nearly everything as an expression, and what may be left out may be empty.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, get_args, get_origin

import msgspec

from runtime.language.reference import Field, fields_of, help_of
from runtime.model.flow import ConditionSpec, InputSpec, TaskSpec
from runtime.tasks.convert import allowed, choices, is_struct
from runtime.tasks.flow import DagTask

Schema = dict[str, Any]

EXPRESSION = r"\{[{%]"
NULL: Schema = {"type": "null"}
TASKS: Schema = {"$ref": "#/$defs/tasks"}
SOME_TASKS: Schema = {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/task"}}
CONDITIONS: Schema = {"$ref": "#/$defs/conditions"}
REFERENCES: Mapping[Any, str] = {
    TaskSpec: "#/$defs/task",
    ConditionSpec: "#/$defs/condition",
    InputSpec: "#/$defs/input",
}
_DURATION = r"^\s*(\+?[Pp](?=.)([0-9.]+[Ww])?([0-9.]+[Dd])?([Tt](?=.)([0-9.]+[Hh])?([0-9.]+[Mm])?([0-9.]+[Ss])?)?|[0-9]+(\.[0-9]+)?)\s*$"
SCALARS: Mapping[Any, tuple[list[str], str]] = {
    int: (["integer"], r"^\s*[-+]?[0-9]+\s*$"),
    float: (["number"], r"^\s*[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?\s*$"),
    bool: (["boolean"], r"^\s*([tT][rR][uU][eE]|[fF][aA][lL][sS][eE])\s*$"),
    timedelta: (["number"], _DURATION),
}
"""The types of JSON for a type of Python, and what it looks like as text."""
TEXT: Schema = {"type": ["string", "number", "boolean"]}
JSON_TEXT = r"^\s*[\[{]"


def struct(cls: type[msgspec.Struct]) -> Schema:
    """A map whose keys are the fields of a class, and no others."""
    return {
        "type": "object",
        "description": help_of(cls).text,
        "properties": keys(cls),
        "required": [field.name for field in fields_of(cls) if field.required],
        "additionalProperties": False,
    }


def keys(cls: type[msgspec.Struct]) -> dict[str, Schema]:
    return {field.name: _key(field) for field in fields_of(cls)}


def _key(field: Field) -> Schema:
    found = {**typed(field.kind, rendered=field.rendered, optional=not field.required)}
    if field.holds_tasks and field.required:
        found = {**SOME_TASKS}
    if field.text:
        found["description"] = field.text
    if field.default is not None:
        found["default"] = field.default
    if field.is_deprecated:
        found |= {"deprecated": True, "deprecationMessage": f"Deprecated: {field.instead}"}
    return found


def typed(kind: Any, *, rendered: bool = True, optional: bool = False) -> Schema:
    """A type's schema. What is `rendered` may be an expression instead, what is `optional` may be empty."""
    options = [option for one in choices(kind) for option in _one(one, rendered=rendered)]
    if {} in options:
        return {}
    options = [*{repr(option): option for option in options}.values(), *([NULL] if optional else [])]
    return options[0] if len(options) == 1 else {"anyOf": options}


def _one(kind: Any, *, rendered: bool) -> list[Schema]:
    """The schemas of which one must fit."""
    origin = get_origin(kind) or kind
    if origin is Annotated:
        return _one(get_args(kind)[0], rendered=rendered)
    if allowed(kind):
        return [{"enum": list(allowed(kind))}, *_written("", rendered)]
    if origin is str:
        return [TEXT]
    if origin in SCALARS:
        types, pattern = SCALARS[origin]
        return [{"type": types[0]}, *_written(pattern, rendered)]
    if kind in REFERENCES:
        return [{"$ref": REFERENCES[kind]}]
    if kind is DagTask:
        return [_dag_task()]
    if is_struct(kind):
        return [struct(kind), *_written(JSON_TEXT, rendered)]
    return _container(origin, get_args(kind), rendered)


def _container(origin: Any, arguments: Any, rendered: bool) -> list[Schema]:
    if origin in (list, tuple):
        items = typed(arguments[0], rendered=rendered) if arguments else {}
        if items in ({"$ref": reference} for reference in REFERENCES.values()):
            return [{"type": "array", "items": items}]
        return [{"type": "array", "items": items}, *_written(JSON_TEXT, rendered)]
    if origin is dict:
        values = typed(arguments[1], rendered=rendered, optional=True)
        return [{"type": "object", "additionalProperties": values}, *_written(JSON_TEXT, rendered)]
    return [{}]


def _written(pattern: str, rendered: bool) -> list[Schema]:
    """As text: what looks like the value, or an expression."""
    forms = [form for form in (EXPRESSION if rendered else "", pattern) if form]
    return [{"type": "string", "pattern": "|".join(forms)}] if forms else []


def _dag_task() -> Schema:
    found = struct(DagTask)
    found["properties"]["task"] = {
        "$ref": REFERENCES[TaskSpec],
        "description": found["properties"]["task"]["description"],
    }
    return found
