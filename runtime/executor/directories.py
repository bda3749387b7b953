"""Where attempts work: one directory a task run, or the one of the WorkingDirectory that it stands in."""

import shutil
from pathlib import Path

from runtime.engine.snapshot import Snapshot
from runtime.model.execution import TaskRun
from runtime.model.flow import Rule


class Directories:
    """The working and scratch directories below one root; only the runtime's user may look into them."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def shared(self, snapshot: Snapshot, run: TaskRun) -> TaskRun | None:
        """The WorkingDirectory that a task run stands in."""
        holders = (parent for parent in snapshot.ancestors(run))
        return next(
            (parent for parent in holders if snapshot.spec(parent.id).rule is Rule.WORKING_DIRECTORY), None
        )

    def working(self, snapshot: Snapshot, run: TaskRun, *, made: bool = True) -> Path:
        """`made` is for a task that works in it: making and removing one costs milliseconds where there are many."""
        owner = self.shared(snapshot, run) or run
        return self.make(owner) if made else self._place(owner)

    def _place(self, owner: TaskRun) -> Path:
        return self._root / owner.execution_id / owner.id

    def make(self, owner: TaskRun) -> Path:
        directory = self._place(owner)
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        return directory

    def scratch(self, run: TaskRun, attempt: int) -> Path:
        """Outside of what a task's globs can reach; made by whoever needs it, removed after the attempt."""
        return self._root / run.execution_id / f"{run.id}.{attempt}.scratch"

    def remove(self, directory: Path) -> None:
        if directory.exists():
            shutil.rmtree(directory, ignore_errors=True)

    def clear(self, execution_id: str) -> None:
        """Whatever an ended execution has left."""
        if (directory := self._root / execution_id).exists():
            shutil.rmtree(directory, ignore_errors=True)
