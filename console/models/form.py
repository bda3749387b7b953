"""The form that triggers a flow: what each field shows, and what is sent."""

import json
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from runtime.errors import InvalidInputs
from runtime.model.views import InputView


class Kind(Enum):
    """Which widget a field is."""

    TEXT = "text"
    SECRET = "secret"  # noqa: S105 - the name of a kind of field
    SWITCH = "switch"
    CHOICE = "choice"


#: What a person may write, by type.
HINTS: Final = {
    "INT": "a whole number",
    "FLOAT": "a number",
    "DATE": "2025-01-31",
    "DATETIME": "2025-01-31T08:00:00Z",
    "TIME": "08:00:00",
    "DURATION": "PT15M",
    "JSON": '{"key": "value"}',
    "YAML": "key: value",
    "ARRAY": '["a", "b"]',
    "MULTISELECT": '["a", "b"]',
    "URI": "https://...",
    "EMAIL": "name@example.org",
    "FILE": "the path of a file",
}


@dataclass(frozen=True)
class Field:
    """One field."""

    id: str
    label: str
    kind: Kind
    initial: str
    hint: str
    description: str
    required: bool
    choices: tuple[str, ...] = ()

    @classmethod
    def of(cls, view: InputView, *, ascii_only: bool = False) -> "Field":
        """`ascii_only` has no boxes to tick or to unfold: there one writes."""
        hint = HINTS.get(view.type, "")
        kind = _kind(view)
        if ascii_only and kind in {Kind.SWITCH, Kind.CHOICE}:
            kind, hint = Kind.TEXT, " or ".join(view.choices or ("true", "false"))
        if view.type == "MULTISELECT" and view.choices:
            hint = f"a list of {', '.join(view.choices)}"
        return cls(
            id=view.id,
            label=view.label or view.id,
            kind=kind,
            initial=written(view.default),
            hint=hint,
            description=view.description,
            required=view.required,
            choices=view.choices,
        )


def _kind(view: InputView) -> Kind:
    if view.type in {"BOOL", "BOOLEAN"}:
        return Kind.SWITCH
    if view.type == "SECRET":
        return Kind.SECRET
    return Kind.CHOICE if view.choices and view.type != "MULTISELECT" else Kind.TEXT


def written(value: Any) -> str:
    """A default as a person would write it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    return json.dumps(value, ensure_ascii=False)


def to_send(fields: tuple[Field, ...], values: dict[str, str]) -> dict[str, str]:
    """The inputs of the request: an untouched empty field is left out, so that the flow's own default holds."""
    return {
        field.id: values[field.id]
        for field in fields
        if values.get(field.id, "") or (field.initial and field.kind is Kind.TEXT)
    }


def errors_of(failure: InvalidInputs) -> dict[str, str]:
    """What the runtime says about each field."""
    found = failure.details.get("inputs")
    return {str(name): str(said) for name, said in found.items()} if isinstance(found, dict) else {}
