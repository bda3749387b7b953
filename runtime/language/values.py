"""Values against the types of a plugin's properties, before anything is rendered: what holds a template is not looked at further."""

import json
import re
from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from functools import lru_cache
from typing import Any, get_args, get_origin

import msgspec

from runtime.language.deprecations import note_keys
from runtime.language.document import Path
from runtime.language.report import Report
from runtime.tasks.convert import SECONDS, allowed, choices, is_struct, properties

READ_APART = frozenset({"tasks", "inputs"})
"""Marks of properties that hold tasks or inputs, which have readers of their own."""

TEMPLATE = re.compile(r"\{\{|\{%")
WORDS: Mapping[Any, str] = {
    str: "a text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    timedelta: "a duration such as PT30S or PT5M",
    dict: "a map",
    list: "a list",
    tuple: "a list",
}


def is_template(value: Any) -> bool:
    return isinstance(value, str) and "{" in value and TEMPLATE.search(value) is not None


def duration(value: Any) -> timedelta | None:
    """An ISO 8601 duration, or a number of seconds; None where it is neither, or negative."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and SECONDS.fullmatch(value.strip()):
        value = float(value)
    try:
        found = msgspec.convert(value.strip() if isinstance(value, str) else value, timedelta, strict=False)
    except (msgspec.ValidationError, OverflowError):
        return None
    return found if found >= timedelta() else None


def whole(value: Any) -> int | None:
    """A whole number that was found right."""
    return None if value is None else int(value)


def flag(value: Any) -> bool:
    """A truth value that was found right; nothing is false."""
    return value is True or (isinstance(value, str) and value.strip().lower() == "true")


def named(value: Any) -> str:
    """What a value is, in words."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return "a map"
    if isinstance(value, list | tuple):
        return "a list"
    shown = str(value)
    return f"`{shown[:60]}{'...' if len(shown) > 60 else ''}`"


def check(report: Report, path: Path, value: Any, kind: Any, *, rendered: bool = True) -> None:
    """Reports what does not fit; null is for the caller to judge. What is not `rendered` can't be a template."""
    if value is None or (rendered and is_template(value)):
        return
    options = choices(kind)
    if isinstance(value, str) and str in options:
        return
    if Any in options or any(_fits(value, option) for option in options if not _has_inside(value, option)):
        return
    inside = next((option for option in options if _has_inside(value, option)), None)
    if (
        inside is None
        and rendered
        and str in options
        and isinstance(path[-1], str)
        and not isinstance(value, str)
    ):
        report.warn(path, f"`{path[-1]}` is a text: {named(value)} in its place is handed on as JSON")
    elif inside is None:
        _refuse(report, path, value, options)
    elif is_struct(inside):
        check_fields(report, path, value, inside, owner=f"`{path[-1]}`", rendered=rendered)
    else:
        items = value.items() if isinstance(value, Mapping) else enumerate(value)
        for place, item in items:
            check(report, (*path, place), item, _item_type(inside), rendered=rendered)


@lru_cache(512)
def _origin(kind: Any) -> Any:
    return get_origin(kind) or kind


def _has_inside(value: Any, kind: Any) -> bool:
    """Whether the value is a container of the right form, whose items are to be looked at one by one."""
    origin = _origin(kind)
    if isinstance(value, Mapping):
        return origin is dict or is_struct(kind)
    return isinstance(value, list) and origin in (list, tuple)


def _item_type(kind: Any) -> Any:
    return get_args(kind)[1 if get_origin(kind) is dict else 0]


def check_fields(
    report: Report,
    path: Path,
    value: Mapping[str, Any],
    kind: Any,
    *,
    owner: str,
    rendered: bool = True,
    others: Collection[str] = (),
) -> None:
    """A map against a struct: unknown keys, missing ones, and what each holds. Keys among `others` are not looked at."""
    known, ease = properties(kind), _ease(kind)
    note_keys(report, path, value, kind)
    meant = set()
    for key, item in value.items():
        if key in known:
            if item is None or key in ease.free or (type(item) is str and key in ease.texts):
                continue
            literal = known[key].extra.get("verbatim", False)
            check(report, (*path, key), item, known[key].type, rendered=rendered and not literal)
        elif key not in others:
            free = (name for name in (*known, *others) if name not in value)
            meant.add(report.unknown_key((*path, key), owner, free))
    for name in ease.needed:
        if value.get(name) is None and name not in meant:
            report.error(path, f"{owner} needs `{name}`")


class _Ease(msgspec.Struct, frozen=True):
    """What of a class's keys can be told at a glance: most of a file is right."""

    free: frozenset[str]
    """Keys that may hold anything, or are read apart."""
    texts: frozenset[str]
    """Keys that may hold a text."""
    needed: tuple[str, ...]


@lru_cache(512)
def _ease(kind: Any) -> _Ease:
    known = properties(kind)
    free = {
        name
        for name, each in known.items()
        if READ_APART.intersection(each.extra) or Any in choices(each.type)
    }
    return _Ease(
        free=frozenset(free),
        texts=frozenset(name for name, each in known.items() if str in choices(each.type)),
        needed=tuple(name for name, each in known.items() if each.required),
    )


def _refuse(report: Report, path: Path, value: Any, options: tuple[Any, ...]) -> None:
    hint = ""
    values = [choice for option in options for choice in allowed(option)]
    if values:
        wanted = "one of " + ", ".join(map(str, values))
        near = report.nearest(str(value), list(map(str, values)))
        hint = f"did you mean `{near}`?" if near else ""
    else:
        wanted = " or ".join(dict.fromkeys(WORDS.get(_origin(option), "a map") for option in options))
    if str in options and isinstance(value, Mapping):
        hint = "a text with `: ` in it must stand in quotes"
    what = f"`{path[-1]}`" if not isinstance(path[-1], int) else f"item {path[-1] + 1} of `{_name(path)}`"
    report.error(path, f"{what} must be {wanted}, and is {named(value)}", hint)


def _name(path: Path) -> str:
    return next((str(part) for part in reversed(path) if isinstance(part, str)), "the list")


def _fits(value: Any, kind: Any) -> bool:
    if allowed(kind):
        return value in allowed(kind)
    return _FITS.get(_origin(kind), _fits_container)(value)


def _fits_container(value: Any) -> bool:
    """A text that is a JSON list or map is read as that when the task runs."""
    if not isinstance(value, str) or value.strip()[:1] not in ("[", "{"):
        return False
    try:
        return isinstance(json.loads(value, strict=False), list | dict)
    except (ValueError, RecursionError):
        return False


def _is_text(value: Any) -> bool:
    return isinstance(value, str | int | float)


def _is_whole(value: Any) -> bool:
    return _reads(value, int)


def _is_number(value: Any) -> bool:
    return _reads(value, float)


def _is_truth(value: Any) -> bool:
    return isinstance(value, bool) or (isinstance(value, str) and value.strip().lower() in ("true", "false"))


def _reads(value: Any, kind: type) -> bool:
    if isinstance(value, bool):
        return False
    try:
        msgspec.convert(value.strip() if isinstance(value, str) else value, kind, strict=False)
    except msgspec.ValidationError:
        return False
    return True


def _is_duration(value: Any) -> bool:
    return duration(value) is not None


_FITS: Mapping[Any, Callable[[Any], bool]] = {
    str: _is_text,
    int: _is_whole,
    float: _is_number,
    bool: _is_truth,
    timedelta: _is_duration,
}
