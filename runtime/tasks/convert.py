"""Rendered properties -> a task of its class. What templates give is text more often than not: it becomes what the class wants.

A list, map, number or truth value may come as one text (read as JSON), a duration as a number of seconds, a text as a
number. Null means the default, where there is one.
"""

import json
import re
from collections.abc import Mapping
from datetime import timedelta
from enum import Enum
from functools import lru_cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec

from runtime.errors import TaskFailed
from runtime.expressions.text import text, to_json

T = TypeVar("T", bound=msgspec.Struct)

SECONDS = re.compile(r"[0-9]+(\.[0-9]+)?")
_PATH = re.compile(r"^(?P<what>.*?)(?: - at `\$(?P<path>.*)`)?$", re.DOTALL)


class Property(msgspec.Struct, frozen=True):
    """One property of a plugin, by its name in the file."""

    name: str
    type: Any
    """The bare annotation."""
    required: bool
    extra: Mapping[str, Any] = {}
    """What `msgspec.Meta(extra=...)` says about it."""


def convert_properties(cls: type[T], rendered: Mapping[str, Any]) -> T:
    """The task, or a group of properties of one; TaskFailed names the property that does not fit, and what was expected."""
    try:
        return msgspec.convert(_shaped_struct(rendered, cls), cls, strict=False)
    except msgspec.ValidationError as error:
        raise TaskFailed(_explained(error)) from None


def _explained(error: msgspec.ValidationError) -> str:
    match = _PATH.match(str(error))
    assert match is not None
    path = (match["path"] or "").removeprefix(".")
    what = match["what"][:1].lower() + match["what"][1:]
    return f"`{path}`: {what}" if path else what


def is_struct(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


@lru_cache(512)
def properties(cls: type[msgspec.Struct]) -> Mapping[str, Property]:
    """The properties of a plugin's class (or of a group of properties), by their names in the file."""
    hints = get_type_hints(cls, include_extras=True)
    return {
        field.encode_name: Property(field.encode_name, *_bare(hints[field.name], field.required))
        for field in msgspec.structs.fields(cls)
    }


def _bare(annotation: Any, required: bool) -> tuple[Any, bool, Mapping[str, Any]]:
    if get_origin(annotation) is not Annotated:
        return annotation, required, {}
    bare, *metas = get_args(annotation)
    extra = {
        key: value
        for meta in metas
        if isinstance(meta, msgspec.Meta) and meta.extra
        for key, value in meta.extra.items()
    }
    return bare, required, extra


@lru_cache(512)
def choices(kind: Any) -> tuple[Any, ...]:
    """The types of a union but null; one type is a union of itself."""
    if get_origin(kind) is Annotated:
        return choices(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        given = (choice for choice in get_args(kind) if choice is not NoneType)
        return tuple(get_args(choice)[0] if get_origin(choice) is Annotated else choice for choice in given)
    return (kind,)


def shaped(value: Any, kind: Any) -> Any:
    """The value in the shape that `kind` is written in, where that is clear; else as it is."""
    options = choices(kind)
    if Any in options or len(options) > 1 or value is None:
        return value
    only = options[0]
    origin = get_origin(only) or only
    if origin is str:
        return _as_text(value)
    if origin is timedelta:
        return _as_duration(value)
    if origin in (list, tuple, dict) or is_struct(only):
        return _shaped_container(_read(value), only)
    if origin in (int, float, bool) and isinstance(value, str):
        return _as_scalar(value, origin)
    return value


def _shaped_container(value: Any, kind: Any) -> Any:
    arguments = get_args(kind)
    if is_struct(kind) and isinstance(value, Mapping):
        return _shaped_struct(value, kind)
    if get_origin(kind) is dict and isinstance(value, Mapping):
        return {key: shaped(item, arguments[1]) for key, item in value.items()}
    if get_origin(kind) in (list, tuple) and isinstance(value, list | tuple):
        return [shaped(item, arguments[0]) for item in value]
    return value


def _shaped_struct(values: Mapping[str, Any], cls: Any) -> dict[str, Any]:
    known = properties(cls)
    return {
        name: shaped(value, known[name].type) if name in known else value
        for name, value in values.items()
        if value is not None or (name in known and known[name].required)
    }


def _as_text(value: Any) -> Any:
    if isinstance(value, Mapping | list | tuple):
        return to_json(value)
    return value if isinstance(value, str) else text(value)


def _as_duration(value: Any) -> Any:
    """A number, or a text that is one, is seconds."""
    if isinstance(value, str) and SECONDS.fullmatch(value.strip()):
        return float(value)
    return value.strip() if isinstance(value, str) else value


def _as_scalar(value: str, kind: type) -> Any:
    stripped = value.strip()
    return stripped.lower() if kind is bool else stripped


def _read(value: Any) -> Any:
    """A text that is a JSON list or map, as that."""
    if not isinstance(value, str) or value.strip()[:1] not in ("[", "{"):
        return value
    try:
        return json.loads(value, strict=False)
    except (ValueError, RecursionError):
        return value


def allowed(kind: Any) -> tuple[Any, ...]:
    """The values of a Literal or an enumeration; nothing for other types."""
    if isinstance(kind, type) and issubclass(kind, Enum):
        return tuple(member.value for member in kind)
    return get_args(kind) if get_origin(kind) is Literal else ()
