"""What the classes of the language say of themselves: their docstrings, and the names, types, defaults and texts of their fields.

The schema for editors, the pages in `docs/` and `flowdeck explain` are all made of this.
"""

import ast
import inspect
import re
import textwrap
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import msgspec

from runtime.tasks.convert import properties

_EXAMPLE = re.compile(r"(?:- )?\w+: *|(?:- )?\w+:$")
_DEPRECATED = re.compile(r"Deprecated(?:, no effect)?: *")


@dataclass(frozen=True)
class Help:
    """A class's docstring, taken apart."""

    text: str
    """What it is for, in Markdown."""
    example: str = ""
    """YAML, as it may stand in a flow."""

    @property
    def summary(self) -> str:
        """The first paragraph."""
        return " ".join(self.text.partition("\n\n")[0].split())


@dataclass(frozen=True)
class Field:
    """One key that a file may have."""

    name: str
    kind: Any
    """Its type, as it is annotated."""
    required: bool
    rendered: bool
    """Whether it may be an expression."""
    holds_tasks: bool
    """Whether it holds tasks or conditions, each with its own type."""
    default: Any
    """Where nothing is said; None where there is nothing to tell."""
    text: str

    @property
    def is_deprecated(self) -> bool:
        return _DEPRECATED.match(self.text) is not None

    @property
    def instead(self) -> str:
        """What to write in the place of a deprecated key."""
        return _DEPRECATED.sub("", self.text) if self.is_deprecated else ""


@lru_cache(512)
def help_of(cls: type) -> Help:
    """Of a class: its paragraphs, the last of which may be an example."""
    paragraphs = (inspect.getdoc(cls) or "").split("\n\n")
    for at, paragraph in enumerate(paragraphs):
        if at and _EXAMPLE.match(paragraph):
            return Help("\n\n".join(paragraphs[:at]), "\n\n".join(paragraphs[at:]))
    return Help("\n\n".join(paragraphs))


@lru_cache(512)
def fields_of(cls: type[msgspec.Struct]) -> tuple[Field, ...]:
    """The keys, in the order of the class."""
    texts, raw = descriptions(cls), {field.encode_name: field for field in msgspec.structs.fields(cls)}
    return tuple(
        Field(
            name=name,
            kind=known.type,
            required=known.required,
            rendered=not known.extra.get("verbatim", False),
            holds_tasks=bool(known.extra.get("tasks", False)),
            default=_default(raw[name]),
            text=texts.get(raw[name].name, ""),
        )
        for name, known in properties(cls).items()
    )


def _default(field: Any) -> Any:
    """As it would be written in a file."""
    if field.default_factory is not msgspec.NODEFAULT:
        value = field.default_factory()
    elif field.default in (msgspec.NODEFAULT, msgspec.UNSET):
        return None
    else:
        value = field.default
    written = msgspec.to_builtins(value, enc_hook=lambda _: None)
    return written if written not in ((), [], {}) else None


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
        field.target.id: " ".join(inspect.cleandoc(text.value.value).split())
        for field, text in pairwise(body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
        and isinstance(text.value.value, str)
    }
