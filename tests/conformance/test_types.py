"""The classes that exist here go by every name that they have upstream, and take every property."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from runtime.language import task_keys, triggers
from runtime.tasks.convert import properties
from runtime.tasks.registry import Known, default_registry

Class = Mapping[str, Any]


@pytest.fixture(scope="module")
def classes(root: Path) -> Mapping[str, Class]:
    return {each["cls"]: each for each in msgspec.json.decode((root / "types.json").read_bytes())}


def ours(classes: Mapping[str, Class]) -> Iterator[tuple[Known, Class]]:
    for name, each in classes.items():
        known = default_registry().find(name)
        if known is not None and not each["abstract"]:
            yield known, each


def family(name: str) -> str:
    """The plugin that a class belongs to."""
    return ".".join(name.split(".")[:4])


def declared(classes: Mapping[str, Class], name: str) -> set[str]:
    """The properties of a class and of those above it, as far as the collection has them."""
    names = (each["name"] for each in classes[name]["props"] if not each["owner"])
    found = {each for each in names if each[0].islower()}  # the script took exceptions for properties
    parent = str(classes[name].get("extends") or "").split(" ")[0].split("<")[0]
    above = [each for each in classes if each.endswith(f".{parent}") and family(each) == family(name)]
    return found | (declared(classes, above[0]) if above and above[0] != name else set())


def test_every_name_of_a_class_means_it(classes: Mapping[str, Class]) -> None:
    missing = {
        alias: known.name
        for known, each in ours(classes)
        for alias in each["aliases"]
        if (found := default_registry().find(alias)) is None or found.name != known.name
    }
    assert missing == {}


def test_every_property_of_a_class_is_taken(classes: Mapping[str, Class]) -> None:
    common = task_keys.COMMON.keys() | triggers.COMMON.keys()
    missing = {
        known.name: sorted(left)
        for known, each in ours(classes)
        if (left := declared(classes, each["cls"]) - properties(known.load()).keys() - common)
    }
    assert missing == {}
