"""What a flow file says in an older way: each key, type and name that works and is better written otherwise is noted.

The classes of the language are the source: a field's docstring that begins with `Deprecated:` says what to write instead.
"""

import sys
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path as File

import msgspec

from runtime.language.document import Path
from runtime.language.reference import fields_of
from runtime.language.report import Report
from runtime.tasks.names import KESTRA
from runtime.tasks.registry import Known

MARK = "Deprecated"
FOREIGN_MODULES = {"builtins", "msgspec", "msgspec._core"}
OLD_PACKAGES = ("io.kestra.core.", KESTRA)


@lru_cache(512)
def deprecated(cls: type[msgspec.Struct]) -> Mapping[str, str]:
    """Key -> what to write instead. The texts are looked at only where a module has such a one: that takes time."""
    modules = {base.__module__ for base in cls.__mro__} - FOREIGN_MODULES
    if not any(_has_mark(module) for module in modules):
        return {}
    return {field.name: field.instead for field in fields_of(cls) if field.is_deprecated}


@lru_cache(512)
def _has_mark(module: str) -> bool:
    place = getattr(sys.modules.get(module), "__file__", None)
    try:
        return place is not None and f'"""{MARK}' in File(place).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):  # compiled, perhaps
        return False


def note_keys(report: Report, path: Path, value: Mapping[str, object], cls: type[msgspec.Struct]) -> None:
    """Note the keys of a map that are deprecated in its class."""
    old = deprecated(cls)
    if not old:
        return
    for key in value:
        if key in old and value[key] is not None:
            report.note((*path, key), f"`{key}` is deprecated", old[key])


def note_name(report: Report, path: Path, written: str, known: Known) -> None:
    """Note a type that goes by a name that it had once; short names are no such."""
    if written != known.name and written in known.aliases and written.startswith(OLD_PACKAGES):
        report.note(path, f"`{written}` is an older name", f"type: {known.name}")
