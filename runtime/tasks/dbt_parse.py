"""dbt's parse cache between runs: a container starts without it, and would parse the whole project each time.

dbt itself decides whether the cache still holds: after a change of version, profile, variables or environment it parses
anew and says why in its log; after a change of files it parses those. What it does not see is that the project lies
elsewhere: the cache names the project's directory and those of its packages (dbt-duckdb loads seeds from there), and each
attempt has a directory of its own. So the directories go with the cache, and are replaced when it is laid.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from runtime.tasks.memory import Memory

NAME: Final = "partial_parse.msgpack"
PACKAGES: Final = ("dbt_packages", "dbt_modules")
LARGEST: Final = 256 * 1024**2  # bytes: of a project far beyond 10,000 models


class Kept(msgspec.Struct, frozen=True, array_like=True):
    """The cache as dbt wrote it, and where the project lay then."""

    project: str
    packages: tuple[str, ...]
    """Relative to the project."""
    content: bytes


def lay(memory: Memory, project: Path, target: Path, *, shared: bool) -> None:
    """Put the cache where dbt looks for it, unless something is there already."""
    if not (project / "dbt_project.yml").is_file() or (target / NAME).exists():
        return
    kept = memory.recall(NAME, Kept)
    if kept is None:
        return
    is_new = not target.exists()
    target.mkdir(parents=True, exist_ok=True)
    (target / NAME).write_bytes(_moved(kept, str(project)))
    if shared:
        (target / NAME).chmod(0o666)
        target.chmod(0o777 if is_new else target.stat().st_mode)


def keep(memory: Memory, project: Path, target: Path, *, since: float) -> None:
    """Keep the cache, where dbt wrote it anew since then (seconds since the epoch)."""
    cache = target / NAME
    if not cache.is_file() or cache.stat().st_mtime <= since or cache.stat().st_size > LARGEST:
        return
    packages = [str(place.relative_to(project)) for name in PACKAGES for place in (project / name).glob("*")]
    memory.keep(NAME, Kept(str(project), tuple(packages), cache.read_bytes()))


def _moved(kept: Kept, project: str) -> bytes:
    """A text in MessagePack is its length and then its bytes: one that is a directory as a whole is found and replaced as both
    together, and nothing that merely begins so is touched."""
    content = kept.content
    for before, after in _moves(kept, project).items():
        content = content.replace(msgspec.msgpack.encode(before), msgspec.msgpack.encode(after))
    return content


def _moves(kept: Kept, project: str) -> Mapping[str, str]:
    below = {f"{kept.project}/{name}": f"{project}/{name}" for name in kept.packages}
    return {kept.project: project, **below}
