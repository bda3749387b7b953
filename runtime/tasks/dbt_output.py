"""Reads what dbt writes while it runs: nodes to the tracker, messages to the log, and what stopped it, if anything did."""

from collections.abc import Callable, Sequence
from pathlib import Path

from runtime.model.execution import Node
from runtime.runners.base import Line
from runtime.tasks.context import TaskLog
from runtime.tasks.dbt_artifacts import Manifest, read
from runtime.tasks.dbt_events import Event, parse
from runtime.tasks.dbt_nodes import NodeTracker
from runtime.tasks.dbt_report import ERROR, concise, shown


class DbtOutput:
    """Takes the lines of one attempt. A line that is no event is left to the log as it is."""

    def __init__(
        self,
        log: TaskLog,
        tracker: NodeTracker,
        tell: Callable[[Sequence[Node]], None],
        target: Path,
    ) -> None:
        self.warned = False
        """Whether dbt warned of something."""
        self.stopped_by = ""
        """The error that ended dbt as a whole: a project that does not parse, a wrong option."""
        self._log = log
        self._tracker = tracker
        self._tell = tell
        self._target = target

    def take(self, line: Line) -> bool:
        """Whether the line was an event."""
        event = parse(line.text)
        if event is None:
            if line.text.startswith("Error: "):  # how dbt's command line refuses an option
                self.stopped_by = line.text.removeprefix("Error: ")
            return False
        if changed := self._tracker.feed(event):
            self._tell(changed)
        self._note(event)
        if shown(event):
            self._log.write(event.level, event.message.strip("\n"), at=line.at)
        return True

    def _note(self, event: Event) -> None:
        if event.level == "WARN":
            self.warned = True
        elif event.name == "MainEncounteredError" and not self.stopped_by:
            self.stopped_by = concise((event.data and event.data.exc) or event.message, ERROR)
        elif event.name == "ConcurrencyLine":
            self._learn(event.invocation_id)

    def _learn(self, invocation: str) -> None:
        """dbt wrote its manifest a moment ago: where the directory is a shared one, the edges are known before the first node runs."""
        manifest = read(self._target / "manifest.json", Manifest)
        if manifest is not None and manifest.metadata.invocation_id == invocation:
            self._tracker.learn(manifest)
