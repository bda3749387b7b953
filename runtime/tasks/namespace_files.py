"""The `namespaceFiles` of a task: which files of which namespaces are laid into its working directory."""

import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from runtime.errors import TaskFailed
from runtime.store import namespace_files as store
from runtime.tasks.paths import inside
from runtime.tasks.script_files import glob


class NamespaceFiles(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """Files of namespaces that are laid into the working directory, before `inputFiles`."""

    enabled: bool = True
    """Whether any are."""
    include: list[str] = msgspec.field(default_factory=list)
    """Only these, as patterns: `models/**`, `*.sql`; one that begins with `/` counts from the top only."""
    exclude: list[str] = msgspec.field(default_factory=list)
    """All but these."""
    namespaces: list[str] = msgspec.field(default_factory=list)
    """Of these namespaces, in this order; of the flow's own where nothing is said."""
    if_exists: Literal["OVERWRITE", "FAIL", "WARN", "IGNORE"] = "OVERWRITE"
    """What happens to a file that is there already: it is replaced, or it stays and that is a failure, a warning, or nothing."""
    folder_per_namespace: bool = False
    """Whether each namespace's files go into a directory of its name."""

    def lay(
        self, files: store.NamespaceFiles, namespace: str, directory: Path, warn: Callable[[str], None]
    ) -> int:
        """Copy the files; returns how many. Blocks."""
        if not self.enabled:
            return 0
        count = 0
        for owner in self.namespaces or [namespace]:
            below = owner if self.folder_per_namespace else "."
            for name in chosen(files.list(owner), include=self.include, exclude=self.exclude):
                target = inside(directory, f"{below}/{name}", what="namespaceFiles")
                count += self._copy(files.locate(owner, name), target, name, warn)
        return count

    def _copy(self, source: Path, target: Path, name: str, warn: Callable[[str], None]) -> bool:
        if target.exists() and self.if_exists != "OVERWRITE":
            if self.if_exists == "FAIL":
                raise TaskFailed(f"namespaceFiles: {name} is in the working directory already")
            if self.if_exists == "WARN":
                warn(f"namespaceFiles: {name} is in the working directory already, and stays")
            return False
        target.parent.mkdir(parents=True, exist_ok=True)
        target.unlink(missing_ok=True)
        shutil.copyfile(source, target)
        target.chmod(0o644 | (source.stat().st_mode & 0o111))
        return True


def chosen(
    names: Iterable[str], *, include: Sequence[str] = (), exclude: Sequence[str] = ()
) -> Iterator[str]:
    """The names that some pattern of `include` fits, or all where there is none, and none of `exclude`."""
    wanted, refused = [*map(matcher, include)], [*map(matcher, exclude)]
    for name in names:
        if (not wanted or _fits(name, wanted)) and not _fits(name, refused):
            yield name


def matcher(pattern: str) -> re.Pattern[str]:
    """`*.sql` fits at any depth, `/*.sql` at the top only."""
    plain = pattern.removeprefix("glob:")
    return glob(plain) if plain.startswith(("/", "**")) else glob(f"**/{plain}")


def _fits(name: str, patterns: Iterable[re.Pattern[str]]) -> bool:
    return any(pattern.fullmatch(name) for pattern in patterns)
