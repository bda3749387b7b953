"""The files that dbt leaves in its target directory, as far as flowdeck reads them: manifest v12, run-results v6, sources v3.

Older and newer versions differ in what is not read here. Each names the command that wrote it (`metadata.invocation_id`):
a file of an earlier command is never taken for this one's.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from runtime.tasks.dbt_events import moment

KEPT = ("manifest.json", "run_results.json", "sources.json")
"""The artifacts that become output files."""

A = TypeVar("A")


class Metadata(msgspec.Struct, frozen=True):
    """Which command wrote it."""

    invocation_id: str | None = None


class Artifact(msgspec.Struct, frozen=True):
    """What all of them have."""

    metadata: Metadata = Metadata()


class Timing(msgspec.Struct, frozen=True):
    """One phase of a node: compile or execute."""

    name: str = ""
    started_at: str | None = None
    completed_at: str | None = None


class NodeResult(msgspec.Struct, frozen=True):
    """How one node ended, in run_results.json or sources.json."""

    unique_id: str
    status: str
    timing: tuple[Timing, ...] = ()
    thread_id: str | None = None
    execution_time: float | None = None
    adapter_response: dict[str, Any] = {}
    message: str | None = None
    error: str | None = None
    """sources.json: why the freshness of a source could not be told."""
    failures: int | None = None
    relation_name: str | None = None

    @property
    def started(self) -> datetime | None:
        return min(filter(None, (moment(each.started_at) for each in self.timing)), default=None)

    @property
    def ended(self) -> datetime | None:
        return max(filter(None, (moment(each.completed_at) for each in self.timing)), default=None)


class Results(Artifact, frozen=True):
    """run_results.json or sources.json."""

    results: tuple[NodeResult, ...] = ()


class Parents(msgspec.Struct, frozen=True):
    """What a node refers to."""

    nodes: tuple[str, ...] = ()


class ManifestNode(msgspec.Struct, frozen=True):
    """One node of the project."""

    name: str = ""
    resource_type: str = ""
    depends_on: Parents = Parents()
    attached_node: str | None = None


class Manifest(Artifact, frozen=True):
    """The project as dbt parsed it."""

    nodes: Mapping[str, ManifestNode] = {}

    def parents(self, unique_id: str) -> tuple[str, ...]:
        """The nodes and sources it refers to, without macros and metrics."""
        node = self.nodes.get(unique_id)
        return tuple(dict.fromkeys(node.depends_on.nodes)) if node else ()

    def attached(self, unique_id: str) -> str:
        node = self.nodes.get(unique_id)
        return (node.attached_node or "") if node else ""


def read(path: Path, kind: type[A]) -> A | None:
    """None where there is no such file, or it is half-written or foreign: dbt's exit code says how it went all the same."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind, strict=False)
    except (OSError, msgspec.DecodeError):
        return None


def writer(path: Path) -> str | None:
    """The id of the command that wrote an artifact."""
    artifact = read(path, Artifact)
    return artifact.metadata.invocation_id if artifact else None


def numbered(results: Sequence[Path], earlier: str | None) -> dict[str, Path]:
    """The results of several commands under the names that they are kept by: the last is `run_results.json`. Those that no
    command of this attempt wrote (they are `earlier`'s, or a copy of the one before) are left out."""
    fresh: dict[str, Path] = {}
    for path in results:
        identity = writer(path)
        if identity is not None and identity != earlier:
            fresh.setdefault(identity, path)
    *before, last = [*fresh.values()] or [Path()]
    names = {f"run_results_{number}.json": path for number, path in enumerate(before, 1)}
    return {**names, "run_results.json": last} if fresh else {}
