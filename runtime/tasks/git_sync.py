"""Take over from a git repository: the checkout that all such tasks begin with, and the files of a namespace."""

import filecmp
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec

from runtime.errors import TaskFailed
from runtime.store.namespace_files import walk
from runtime.tasks import items
from runtime.tasks.base import Result
from runtime.tasks.context import TaskContext
from runtime.tasks.git import Clone
from runtime.tasks.git_base import GitTask
from runtime.tasks.paths import inside
from runtime.tasks.thread import in_thread

ADDED, CHANGED, SAME, DELETED = "ADDED", "OVERWRITTEN", "UNCHANGED", "DELETED"


class SyncTask(GitTask, frozen=True, kw_only=True):
    """What the tasks share that take something over from a repository."""

    branch: str = "main"
    """The branch to take it from."""
    dry_run: bool = False
    """Only say what would change."""

    @asynccontextmanager
    async def repository(self, context: TaskContext) -> AsyncIterator[Path]:
        """A clone of the branch, for as long as the block lasts."""
        place = context.scratch / "repository"
        shared: dict[str, Any] = {name: getattr(self, name) for name in GitTask.__struct_fields__}
        clone = Clone(**shared, branch=self.branch, clone_all_branches=False, no_tags=True)
        try:
            await clone.into(place, context)
            yield place
        finally:
            shutil.rmtree(place, ignore_errors=True)


def directory_of(repository: Path, name: str, *, needed: bool) -> Path | None:
    """A directory of a repository; None where it may be missing, and is."""
    path = (
        repository
        if name.strip("/") in {"", "."}
        else inside(repository, name.strip("/"), what="gitDirectory")
    )
    if path.is_dir():
        return path
    if not needed:
        return None
    there = sorted(entry.name for entry in repository.iterdir() if entry.is_dir() and entry.name != ".git")
    raise TaskFailed(
        f"the repository has no directory `{name}`",
        hint=f"gitDirectory is one of: {', '.join(['.', *there])}; failOnMissingDirectory: false goes on without",
    )


class Difference(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """What became of one file of the repository."""

    git_path: str | None
    sync_state: str
    kestra_path: str | None = None
    """Of a namespace's file."""
    flow_id: str | None = None
    namespace: str | None = None
    revision: int | None = None


async def keep(context: TaskContext, found: list[Difference]) -> str:
    """Store the differences as a file of items, and count them in the log."""
    counts = {
        state: sum(each.sync_state == state for each in found) for state in {d.sync_state for d in found}
    }
    context.log.info(
        ", ".join(f"{state.lower()}: {count}" for state, count in sorted(counts.items())) or "no files"
    )
    lines = items.written([msgspec.to_builtins(each) for each in found])
    return await in_thread(context.files.put, lines, "diff.ion")


class SyncNamespaceFiles(SyncTask, frozen=True, kw_only=True):
    """Make the files of a namespace those of a repository: `namespaceFiles` of the next tasks lays them beside dbt.

    - id: sync
      type: git.sync_namespace_files
      url: https://github.com/your-org/dbt-project
      branch: main
      gitDirectory: dbt
      delete: true
    """

    namespace: str | None = None
    """Whose files they become; the flow's own where nothing is said."""
    git_directory: str = "_files"
    """The directory of the repository; `.` is all of it."""
    delete: bool = False
    """Whether files of the namespace go that the repository does not have."""
    fail_on_missing_directory: bool = True
    """Whether it is a failure that the repository has no such directory."""

    async def run(self, context: TaskContext) -> Result:
        async with self.repository(context) as repository:
            directory = directory_of(repository, self.git_directory, needed=self.fail_on_missing_directory)
            found = await in_thread(self._sync, directory, context) if directory else []
        return Result(outputs={"files": await keep(context, found)})

    def _sync(self, directory: Path, context: TaskContext) -> list[Difference]:
        owner, space = self.namespace or context.labels.namespace, context.files.store.namespaces
        there = set(space.list(owner))
        names = sorted(walk(directory))
        found = [self._taken(directory, name, owner, there, context) for name in names]
        return found + list(self._left_over(there - set(names), owner, context))

    def _taken(
        self, directory: Path, name: str, owner: str, there: set[str], context: TaskContext
    ) -> Difference:
        space, source = context.files.store.namespaces, directory / name
        state = ADDED
        if name in there:
            same = filecmp.cmp(source, space.locate(owner, name), shallow=False)
            state = SAME if same else CHANGED
        if state != SAME and not self.dry_run:
            space.put(owner, name, source)
        prefix = self.git_directory.strip("/.")
        return Difference(git_path=f"{prefix}/{name}".lstrip("/"), kestra_path=f"/{name}", sync_state=state)

    def _left_over(self, names: set[str], owner: str, context: TaskContext) -> Iterator[Difference]:
        for name in sorted(names) if self.delete else ():
            if not self.dry_run:
                context.files.store.namespaces.delete(owner, name)
            yield Difference(git_path=None, kestra_path=f"/{name}", sync_state=DELETED)
