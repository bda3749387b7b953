"""`inputs:` and `outputs:` of a flow file, checked and built."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import msgspec

from runtime.errors import ExpressionFailed
from runtime.expressions import regex
from runtime.language.circles import circles
from runtime.language.deprecations import MARK
from runtime.language.document import Path
from runtime.language.input_types import ITEM_TYPES_REFUSED, PARSERS, parse
from runtime.language.report import Report, nearest
from runtime.language.templates import Templates, texts
from runtime.language.values import check, check_fields, flag, named
from runtime.model.flow import InputSpec, OutputSpec
from runtime.tasks.base import Verbatim
from runtime.tasks.convert import properties

ID = re.compile(r"[a-zA-Z0-9][.a-zA-Z0-9_-]*")
NO_TYPE = "Invalid type: null (missing type id property 'type')"

_BOUNDS: Mapping[str, Any] = {"min": str, "max": str}
_TIMES: Mapping[str, Any] = {"after": str, "before": str}
_CHOICE: Mapping[str, Any] = {
    "values": list[Any],
    "expression": str,
    "allowCustomValue": bool,
    "isRadio": bool,
    "autoSelectFirst": bool,
}
CHECKS: Mapping[str, Mapping[str, Any]] = {
    "STRING": {"validator": str},
    "SECRET": {"validator": str},
    "SELECT": _CHOICE,
    "ENUM": _CHOICE,
    "MULTISELECT": {**_CHOICE, "options": list[Any], "itemType": str},
    "INT": _BOUNDS,
    "FLOAT": _BOUNDS,
    "DURATION": _BOUNDS,
    "DATETIME": _TIMES,
    "DATE": _TIMES,
    "TIME": _TIMES,
    "FILE": {"allowedFileExtensions": list[str], "extension": str, "accept": str},
    "ARRAY": {"itemType": str},
    "FORM": {"inputs": list[Any]},
}
"""The keys that only some types have, and what they hold."""
MEANINGS: Mapping[str, str] = {
    "validator": "A regular expression that the whole text must fit.",
    "values": "What may be chosen.",
    "options": "Deprecated: `values`.",
    "expression": "An expression that gives the list of what may be chosen.",
    "allowCustomValue": "Whether another value may be given too.",
    "isRadio": "How a form shows it; no effect here.",
    "autoSelectFirst": "Whether the first value is taken where none is given.",
    "itemType": "The type of its items.",
    "min": "The least value.",
    "max": "The greatest value.",
    "after": "The earliest value.",
    "before": "The latest value.",
    "allowedFileExtensions": "How the file's name may end: `.csv`.",
    "extension": "Deprecated: `allowedFileExtensions`.",
    "accept": "The types of file that a form offers; no effect here.",
    "inputs": "The inputs of the group; each is called `ID.CHILD`.",
}
"""Of each of these keys."""
OLDER: Mapping[str, str] = {"BOOLEAN": "BOOL", "ENUM": "SELECT"}
"""Types that have a newer name."""
TYPES = (*PARSERS, "FORM")


class Dependency(msgspec.Struct, frozen=True, kw_only=True):
    """On which other inputs an input depends."""

    inputs: list[str] | None = None
    """Ids; each must have a value."""
    condition: str | None = None
    """An expression that must be true."""


class InputKeys(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What every input may have."""

    id: Annotated[str, Verbatim]
    """Letters, digits, `.`, `-` and `_`; a dot makes a group: `a.b` is `inputs.a.b`."""
    type: Annotated[str, Verbatim]
    """STRING, INT, SELECT ..."""
    name: str | None = None
    """Deprecated: `id`."""
    description: str | None = None
    """For people."""
    display_name: str | None = None
    """For people."""
    required: Annotated[bool, Verbatim] = True
    """Whether it must have a value."""
    defaults: Any = None
    """Its value where none is given."""
    prefill: Any = None
    """What a form shows at first."""
    depends_on: Dependency | None = None
    """Asked only where other inputs have values."""


COMMON = properties(InputKeys)


class OutputKeys(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One output of a flow."""

    id: Annotated[str, Verbatim]
    """Letters, digits, `-` and `_`."""
    type: Annotated[str, Verbatim]
    """As an input's."""
    value: Any = None
    """An expression."""
    description: str | None = None
    """For people."""
    display_name: str | None = None
    """For people."""
    required: Annotated[bool, Verbatim] = True
    """Whether it must have a value."""
    item_type: str | None = None
    """ARRAY: of its items."""


def entries(report: Report, value: Any, path: Path, what: str) -> Iterator[tuple[dict[str, Any], Path]]:
    """The maps of a list; what is none is reported."""
    if value is None:
        return
    if not isinstance(value, list):
        report.error(path, f"`{path[-1]}` must be a list, and is {named(value)}")
        return
    for number, item in enumerate(value):
        if isinstance(item, Mapping):
            yield dict(item), (*path, number)
        else:
            report.error((*path, number), f"{what} must be a map, and is {named(item)}")


def ids(value: Any) -> list[str]:
    """The ids of all inputs, groups written out, right or wrong: what templates may name."""
    found = []
    for item in value if isinstance(value, list) else ():
        if isinstance(item, Mapping):
            name = str(item.get("id", item.get("name")))
            inner = ids(item.get("inputs")) if item.get("type") == "FORM" else []
            found += [f"{name}.{child}" for child in inner] or [name]
    return found


class InputReader:
    """Reads the inputs of one flow."""

    def __init__(self, report: Report, templates: Templates) -> None:
        self._report = report
        self._templates = templates

    def read(self, value: Any, path: Path) -> tuple[InputSpec, ...]:
        specs: dict[str, InputSpec] = {}
        places: dict[str, Path] = {}
        for item, place in self._leaves(value, path, ""):
            spec = self._input(item, place)
            if spec is None:
                continue
            if spec.id in specs:
                self._report.error((*place, "id"), f"Duplicate input with name [{spec.id}]")
            specs[spec.id], places[spec.id] = spec, place
        inside = circles({name: spec.depends_on for name, spec in specs.items()})
        for name, spec in specs.items():
            self._check_dependencies(spec, specs, places[name])
            if name in inside:
                place = (*places[name], "dependsOn")
                self._report.error(place, f"`{name}` depends on itself by others")
        return tuple(specs.values())

    def _leaves(self, value: Any, path: Path, prefix: str) -> Iterator[tuple[dict[str, Any], Path]]:
        """The inputs, those of a FORM with its id before theirs."""
        for item, place in entries(self._report, value, path, "an input"):
            if item.get("id") is None and item.get("name") is not None:
                item["id"] = item["name"]
            if item.get("type") == "FORM" and not prefix:
                self._check_keys(item, place)
                yield from self._leaves(item.get("inputs"), (*place, "inputs"), f"{item.get('id')}.")
            elif item.get("type") == "FORM":
                self._report.error(place, "a FORM cannot hold another")
            else:
                if item.get("id") is not None:
                    item["id"] = f"{prefix}{item['id']}"
                yield item, place

    def _input(self, item: dict[str, Any], path: Path) -> InputSpec | None:
        before = self._report.errors
        self._check_keys(item, path)
        if self._report.errors > before:
            return None
        checks = {key: item[key] for key in CHECKS.get(item["type"], {}) if item.get(key) is not None}
        depends = item.get("dependsOn") or {}
        spec = InputSpec(
            id=str(item["id"]),
            type=item["type"],
            description=str(item.get("description") or ""),
            display_name=str(item.get("displayName") or ""),
            required=item.get("required") is None or flag(item["required"]),
            defaults=item.get("defaults"),
            prefill=item.get("prefill"),
            depends_on=tuple(map(str, depends.get("inputs") or ())),
            depends_condition=depends.get("condition"),
            checks=checks,
            line=self._report.line(path),
        )
        self._check_default(spec, path)
        return spec

    def _check_keys(self, item: Mapping[str, Any], path: Path) -> None:
        report, kind = self._report, item.get("type")
        own: Mapping[str, Any] = CHECKS.get(str(kind), {})
        if kind is None and nearest("type", [key for key in item if key not in COMMON]) is None:
            report.error(path, NO_TYPE)
            item = {"type": "STRING", **item}
        elif kind is not None and kind not in TYPES:
            near = nearest(str(kind), TYPES)
            report.error(
                (*path, "type"),
                f"`{kind}` is no type of input",
                f"did you mean `{near}`?" if near else f"known are {', '.join(TYPES)}",
            )
            return
        check_fields(report, path, item, InputKeys, owner="an input", others=own)
        for key, annotation in own.items():
            check(report, (*path, key), item.get(key), annotation)
            instead = MEANINGS[key].removeprefix(f"{MARK}: ")
            if item.get(key) is not None and instead != MEANINGS[key]:
                report.note((*path, key), f"`{key}` is deprecated", instead)
        if kind in OLDER:
            report.note((*path, "type"), f"`{kind}` is deprecated", f"type: {OLDER[str(kind)]}")
        self._check_id(item, path)
        self._check_type(item, path)
        self._templates.check(item, path)

    def _check_id(self, item: Mapping[str, Any], path: Path) -> None:
        identifier = item.get("id")
        if identifier is not None and not ID.fullmatch(str(identifier)):
            self._report.error(
                (*path, "id"),
                f"`{identifier}` is no id of an input: letters, digits, `.`, `-` and `_`, the first a letter or digit",
            )

    def _check_type(self, item: Mapping[str, Any], path: Path) -> None:
        report, kind = self._report, item.get("type")
        if item.get("defaults") is not None:
            if item.get("required") is not None and not flag(item["required"]):
                report.error(
                    path, "an input with `defaults` always has a value: `required: false` contradicts it"
                )
            if item.get("prefill") is not None:
                report.error((*path, "prefill"), "an input has `defaults` or `prefill`, not both")
        choosable = any(item.get(key) is not None for key in ("values", "options", "expression"))
        if kind in ("SELECT", "ENUM", "MULTISELECT") and not choosable:
            report.error(path, f"an input of type {kind} needs `values`, or an `expression` that gives them")
        item_type = item.get("itemType")
        if kind == "ARRAY" and item_type is None:
            report.error(path, "an input of type ARRAY needs an `itemType`")
        if item_type is not None and (str(item_type) not in PARSERS or str(item_type) in ITEM_TYPES_REFUSED):
            report.error((*path, "itemType"), f"`itemType` cannot be {item_type}")
        self._check_validator(item.get("validator"), (*path, "validator"))
        self._check_bounds(str(kind), item, path)

    def _check_validator(self, validator: Any, path: Path) -> None:
        try:
            if isinstance(validator, str):
                regex.pattern(validator)
        except (ExpressionFailed, re.error) as error:
            self._report.error(path, f"the validator is no regular expression: {error}")

    def _check_bounds(self, kind: str, item: Mapping[str, Any], path: Path) -> None:
        for name in (*_BOUNDS, *_TIMES):
            if name in CHECKS.get(kind, ()) and item.get(name) is not None:
                try:
                    parse(kind, item[name], {})
                except ValueError as error:
                    self._report.error((*path, name), f"`{name}` {error}")

    def _check_default(self, spec: InputSpec, path: Path) -> None:
        """A default without templates can be tried now; one that does not fit fails every execution that relies on it."""
        if spec.defaults is None or any(texts([spec.defaults, spec.checks], ())):
            return
        try:
            parse(spec.type, spec.defaults, spec.checks)
        except ValueError as error:
            self._report.warn((*path, "defaults"), f"the default of `{spec.id}` {error}")

    def _check_dependencies(self, spec: InputSpec, specs: Mapping[str, InputSpec], path: Path) -> None:
        for name in spec.depends_on:
            if name not in specs:
                near = self._report.nearest(name, specs)
                hint = f"did you mean `{near}`?" if near else ""
                self._report.error(
                    (*path, "dependsOn"), f"`{spec.id}` depends on `{name}`, which is no input", hint
                )


def read_outputs(report: Report, templates: Templates, value: Any, path: Path) -> tuple[OutputSpec, ...]:
    """The flow's outputs."""
    found: dict[str, OutputSpec] = {}
    for item, place in entries(report, value, path, "an output"):
        before = report.errors
        check_fields(report, place, item, OutputKeys, owner="an output")
        templates.check(item.get("value"), (*place, "value"))
        if item.get("type") is not None and str(item["type"]) not in PARSERS:
            report.error(
                (*place, "type"), f"`{item['type']}` is no type of output", f"known are {', '.join(PARSERS)}"
            )
        if str(item.get("id")) in found:
            report.error((*place, "id"), f"Duplicate output with name [{item.get('id')}]")
        if report.errors == before:
            spec = OutputSpec(
                id=str(item["id"]),
                type=item["type"],
                value=item.get("value"),
                description=str(item.get("description") or ""),
                required=item.get("required") is None or flag(item["required"]),
            )
            found[spec.id] = spec
    return tuple(found.values())
