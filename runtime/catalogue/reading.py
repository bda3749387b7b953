"""Flow files -> flows or problems; works in a thread of its own."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runtime.calendar.checks import check_trigger
from runtime.catalogue.files import NOWHERE, Signature
from runtime.language import Loaded, load
from runtime.language.document import read as read_document
from runtime.model.flow import PluginDefault
from runtime.model.problem import Problem
from runtime.tasks.registry import Registry, default_registry

LARGEST = 10 * 1024 * 1024  # bytes


@dataclass(frozen=True)
class Found:
    """A file as it was found."""

    file: str
    signature: Signature
    loaded: Loaded
    namespace: str
    id: str

    @property
    def name(self) -> tuple[str, str]:
        return self.namespace, self.id


def checked(
    text: str | bytes, *, registry: Registry | None = None, defaults: tuple[PluginDefault, ...] = ()
) -> Loaded:
    """Load a flow's text with everything that can be known of it beforehand."""
    return load(
        text, registry=registry or default_registry(), defaults=defaults, trigger_checks=check_trigger
    )


def read_all(
    directory: Path, files: Iterable[tuple[str, Signature]], validate: Callable[[bytes], Loaded]
) -> list[Found]:
    """All but those that are gone meanwhile."""
    found = (_read(directory, file, signature, validate) for file, signature in files)
    return [read for read in found if read is not None]


def _read(
    directory: Path, file: str, signature: Signature, validate: Callable[[bytes], Loaded]
) -> Found | None:
    if signature == NOWHERE:
        return _refused(file, signature, "it is a link to a file that does not exist")
    if signature[2] > LARGEST:
        return _refused(file, signature, "the file is larger than 10 MB: a flow is not")
    try:
        content = (directory / file).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        return _refused(file, signature, f"the file can't be read: {error.strerror or error}")
    loaded = validate(content)
    return Found(file, signature, loaded, *_name(file, loaded, content))


def _refused(file: str, signature: Signature, message: str) -> Found:
    loaded = Loaded(None, (Problem(message=message, line=1, column=1),))
    return Found(file, signature, loaded, "", Path(file).stem)


def _name(file: str, loaded: Loaded, content: bytes) -> tuple[str, str]:
    """What the flow is called, also where it is broken; a file that does not even say that is called after itself."""
    if loaded.flow is not None:
        return loaded.flow.namespace, loaded.flow.id
    value: Any = read_document(content).value
    said = value if isinstance(value, dict) else {}
    namespace, identifier = said.get("namespace"), said.get("id")
    return (
        namespace if isinstance(namespace, str) else "",
        identifier if isinstance(identifier, str) else Path(file).stem,
    )
