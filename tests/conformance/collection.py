"""The collection of foreign flows: where it lies, what its entries say. Nothing of it is kept in this project."""

import json
from collections import Counter
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec
import pytest

VARIABLE = "FLOWDECK_CONFORMANCE"
BESIDE = Path(__file__).parents[3] / "shared" / "conformance"
LEFT_OUT = (
    f"the flows of others were left out: no folder {BESIDE}; --conformance DIR or {VARIABLE} names another"
)

FILE_OF_FLOWS = ("flows", "flows-tests", "flows-templates", "sanity-checks")
"""The parts whose flows load."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """What upstream's test of one flow expects."""

    flow_file: str
    test_class: str = ""
    test_method: str = ""
    inputs: Any = None
    """A map; or words of upstream's test, see `inputs-constants.json`."""
    expected_state: str | None = None
    expected_taskruns: int | None = None
    facts: dict[str, Any] = {}
    other_flows: tuple[str, ...] = ()
    confidence: str = "high"
    interactive: bool = False
    test_only_types: tuple[str, ...] = ()
    number: int = 0
    """Of several entries of one test."""

    @property
    def key(self) -> str:
        return f"{Path(self.flow_file).stem}:{self.test_class}.{self.test_method}" + (
            f"#{self.number}" if self.number else ""
        )

    @property
    def is_plain(self) -> bool:
        """Start, wait, compare: what the project's promise counts."""
        return self.confidence == "high" and not self.interactive and not self.test_only_types


class Invalid(msgspec.Struct, frozen=True, kw_only=True):
    """A flow that must be refused, and what must be said about it."""

    flow_file: str
    expected_violations: int | None = None
    message_contains: tuple[str, ...] = ()
    confidence: str = "high"

    @property
    def key(self) -> str:
        return Path(self.flow_file).stem


def folder(given: str | None) -> Path | None:
    """Where the collection is; None where there is none, which is a mistake only of who said where it is."""
    if not given:
        return BESIDE if (BESIDE / "expected.json").is_file() else None
    found = Path(given).expanduser().absolute()
    if not (found / "expected.json").is_file():
        raise pytest.UsageError(
            f"no flows of others in {found}, which --conformance or {VARIABLE} names: expected.json is missing"
        )
    return found


@lru_cache(1)
def entries(root: Path) -> tuple[Entry, ...]:
    """Every entry, each with a key of its own."""
    seen: Counter[str] = Counter()
    found = []
    for entry in msgspec.json.decode((root / "expected.json").read_bytes(), type=list[Entry]):
        found.append(msgspec.structs.replace(entry, number=seen[entry.key]))
        seen[entry.key] += 1
    return tuple(found)


@lru_cache(1)
def invalid(root: Path) -> tuple[Invalid, ...]:
    return msgspec.json.decode((root / "expected-invalid.json").read_bytes(), type=tuple[Invalid, ...])


def blueprints(root: Path) -> tuple[Path, ...]:
    return tuple(sorted((root / "dbt-blueprints").glob("*.y*ml")))


def flow_files(root: Path) -> tuple[Path, ...]:
    return tuple(path for part in FILE_OF_FLOWS for path in sorted((root / part).glob("*.y*ml")))


def constants(root: Path) -> dict[str, Any]:
    """The inputs that `InputsTest` gives to its flow."""
    found: dict[str, Any] = json.loads((root / "inputs-constants.json").read_text())["InputsTest.inputs"]
    return found
