"""What feeds the log pane of an execution: pages that are looked at, what comes, what is sought, and what is saved."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from textual import on, work
from textual.message import Message

from console.models.execution_failure import label
from console.models.execution_state import ExecutionState
from console.models.log import AttemptLog, Log, MergedLog
from console.models.log_hits import Hits
from console.models.log_pages import PAGE, Pages, Source, Want
from console.models.log_query import Query, plain
from console.screens.base import ConsoleScreen
from console.widgets.log_copy import copy
from console.widgets.log_pane import LogPane, LogTitle
from console.widgets.log_view import LogView
from console.widgets.log_window import NOTHING, LogWindow
from runtime.client.requests import FollowExecutionLog, FollowLog
from runtime.errors import Failure
from runtime.model.execution import TaskRun
from runtime.model.views import LogPage


@dataclass(frozen=True)
class Scope:
    """Whose log is shown."""

    task_run_id: str = ""
    """Empty is all of them."""
    attempt: int = 0
    """0 is the latest, whichever that becomes."""


@dataclass
class LogGrew(Message):
    """More is known of a log."""

    log: Log

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, LogGrew) and message.log is self.log


@dataclass
class LogOpened(Message):
    """A log's end was read, or can't be: it can be shown."""

    log: Log


class LogFeed(ConsoleScreen):
    """The part of the execution's screen that reads logs."""

    def __init__(self, execution_id: str) -> None:
        super().__init__()
        self.execution_id = execution_id
        self.scope = Scope()
        self._pages = Pages()
        self._merged = MergedLog(self._pages)
        self._logs: dict[Source, AttemptLog] = {}
        self._in_flight: set[Want] = set()
        self._grown = asyncio.Event()
        self._followed: Log | None = None
        self._wanted: Log | None = None
        """What is shown, or will be as soon as its end was read."""
        self._hits: Hits | None = None

    # --- what the screen says

    @property
    def state(self) -> ExecutionState | None:
        """The execution as it is known now."""
        raise NotImplementedError

    @property
    def chosen_run(self) -> TaskRun | None:
        """The task run that is selected in the other panes."""
        raise NotImplementedError

    @property
    def is_log_shown(self) -> bool:
        raise NotImplementedError

    @property
    def pane(self) -> LogPane:
        return self.query_one(LogPane)

    # --- which log

    def show_log(self, scope: Scope) -> None:
        """Show a log from its end."""
        self.scope = scope
        log = self._log_of(scope)
        if log is self._wanted:
            return
        self._wanted = log
        if isinstance(log, AttemptLog) and not log.is_open and self.deck.link.is_up:
            self._open(log)  # what is shown stays until there is something to be shown in its place
        else:
            self._show_log(log)

    @work(exclusive=True, group="log-open")
    async def _open(self, log: AttemptLog) -> None:
        view = self.pane.view
        view.say("reading ...")
        try:
            await self._read_end(log)
            view.say(NOTHING)
        except Failure as failure:
            view.say(failure.message)
        self.post_message(LogOpened(log))

    async def _read_end(self, log: AttemptLog) -> None:
        run, attempt = log.source
        log.told(await self.client.log(self.execution_id, run, attempt=attempt, first=-PAGE, limit=PAGE))

    @on(LogOpened)
    def _show_opened(self, event: LogOpened) -> None:
        if event.log is self._wanted:
            self._show_log(event.log)

    def _show_log(self, log: Log) -> None:
        state = self.state
        names = {} if isinstance(log, AttemptLog) else self._names
        self.pane.view.show(log, names=names, begun=state.begun if state else None)
        self._entitle()
        self.search(self.log_query)
        self.follow_log()

    def refresh_log(self) -> None:
        """The execution moved: there may be another attempt, more names, or more to follow."""
        view, log = self.pane.view, self._log_of(self.scope)
        view.name_runs(self._names)
        if self._wanted is None or (log is not self._wanted and view.is_following):
            self.show_log(self.scope)
        elif isinstance(log, MergedLog) and log.is_ended and self._goes_on:
            log.is_ended = False
        self.follow_log()
        self._entitle()

    @property
    def _goes_on(self) -> bool:
        return self.state is not None and not self.state.is_over

    def _log_of(self, scope: Scope) -> Log:
        run = self._run(scope.task_run_id)
        if run is None:
            return self._merged
        source = Source(run.id, scope.attempt or len(run.attempts) or 1)
        if source not in self._logs:
            self._logs[source] = AttemptLog(source, self._pages)
        return self._logs[source]

    def _run(self, task_run_id: str) -> TaskRun | None:
        return self.state.task_runs.get(task_run_id) if self.state and task_run_id else None

    @property
    def _names(self) -> dict[str, str]:
        return {run.id: label(run) for run in self.state.task_runs.values()} if self.state else {}

    def _entitle(self) -> None:
        run, log = self._run(self.scope.task_run_id), self.pane.view.log_shown
        if run is None or not isinstance(log, AttemptLog):
            self.pane.entitle(LogTitle())
        else:
            self.pane.entitle(LogTitle(label(run), log.source.attempt, len(run.attempts)))

    # --- what comes

    def follow_log(self) -> None:
        """Read on, from where it is known; only while the pane is shown."""
        log = self.pane.view.log_shown
        if log is None or log is not self._wanted or log.is_ended or log is self._followed:
            return
        if self.is_log_shown and self.deck.link.is_up:
            self._followed = log
            self._follow(log)

    def pause_log(self) -> None:
        """Hear nothing more; what is known stays."""
        self._followed = None
        self.workers.cancel_group(self, "log-follow")

    @work(exclusive=True, group="log-follow")
    async def _follow(self, log: Log) -> None:
        try:
            if isinstance(log, AttemptLog):
                await self._follow_attempt(log)
            elif isinstance(log, MergedLog):
                async for page in self.client.follow(FollowExecutionLog(execution_id=self.execution_id)):
                    if isinstance(page, LogPage):
                        self._tell_merged(log, page)
        except Failure as failure:
            self.pane.view.say(failure.message)  # when the line is up again, it goes on from here
        if self._followed is log:
            self._followed = None

    async def _follow_attempt(self, log: AttemptLog) -> None:
        run, attempt = log.source
        if not log.is_open:  # it could not be read when it was to be shown
            await self._read_end(log)
            self._announce(log)
        if log.is_ended:
            return
        request = FollowLog(execution_id=self.execution_id, task_run_id=run, attempt=attempt, first=log.total)
        async for page in self.client.follow(request):
            if isinstance(page, LogPage):
                self._tell(log, page)

    def _tell(self, log: AttemptLog, page: LogPage) -> None:
        log.told(page)
        self._announce(log)

    def _tell_merged(self, log: MergedLog, page: LogPage) -> None:
        for position in log.told(page):
            if self._hits is not None:
                self._hits.inserted(log, position)
        self._announce(log)

    def _announce(self, log: Log) -> None:
        self._grown.set()
        self.post_message(LogGrew(log))

    @on(LogGrew)
    def _show_growth(self, event: LogGrew) -> None:
        if event.log is self.pane.view.log_shown:
            self.pane.view.grew()

    # --- pages

    @on(LogWindow.Wanted)
    def _read_wanted(self, event: LogWindow.Wanted) -> None:
        log = self.pane.view.log_shown
        wants = [want for want in event.wants if want not in self._in_flight]
        if log is not None and wants:
            self._read_pages(log, wants)

    @work(group="log-pages")
    async def _read_pages(self, log: Log, wants: Sequence[Want]) -> None:
        await self._read(log, wants)
        if log is self.pane.view.log_shown:
            self.pane.view.lines_came()

    async def _read(self, log: Log, wants: Sequence[Want]) -> bool:
        """Bring pages to hand; False where the runtime could not be asked."""
        for want in wants:
            self._in_flight.add(want)
            try:
                page = await self.client.log(
                    self.execution_id,
                    want.source.task_run_id,
                    attempt=want.source.attempt,
                    first=want.first,
                    limit=want.limit,
                )
                log.put(want.source, page.lines)
            except Failure as failure:
                self.complain(failure)
                return False
            finally:
                self._in_flight.discard(want)
        return True

    # --- seeking

    @on(LogView.Sought)
    def _seek(self, event: LogView.Sought) -> None:
        self._seek_level(event.level, event.start, event.step)

    @work(exclusive=True, group="log-seek")
    async def _seek_level(self, level: str, start: int, step: int) -> None:
        """Levels that are not known are read as they are come by."""
        log = self.pane.view.log_shown
        if log is None:
            return
        found = log.next_of_level(start, step, level)
        while found is not None and not log.is_of_level(found, level):
            if not await self._read(log, log.wants([found])):
                return
            if not log.is_of_level(found, level):
                found = log.next_of_level(found + step, step, level)
        if found is None:
            noun = "error" if level == "ERROR" else "warning"
            self.notify(f"no {noun} {'below' if step > 0 else 'above'}", severity="warning")
        elif log is self.pane.view.log_shown:
            self.pane.view.jump(found)

    # --- the filter

    @property
    def log_query(self) -> Query:
        """What is looked for; nothing where there is no filter."""
        return self._hits.query if self._hits else Query()

    def search(self, query: Query) -> None:
        names = self._names
        self._hits = Hits(query, lambda run: names.get(run, "")) if query else None
        self.pane.view.seek(self._hits)
        self._scan(self.pane.view.log_shown, self._hits)

    @work(exclusive=True, group="log-scan")
    async def _scan(self, log: Log | None, hits: Hits | None) -> None:
        """Test what is there, then what comes; the screen gets its turn after each stretch."""
        while log is not None and hits is not None:
            self._grown.clear()
            before, stretch = hits.scanned, hits.stretch(log)
            if not await self._read(log, log.wants(hits.to_read(log, stretch))):
                return
            hits.test(log, range(hits.scanned, stretch.stop))  # lines may have come between meanwhile
            self.post_message(LogGrew(log))
            if hits.scanned == before:
                await self._grown.wait()
            await asyncio.sleep(0)

    # --- what is asked of the pane

    @on(LogView.Asked)
    def _answer(self, event: LogView.Asked) -> None:
        match event.what:
            case "attempt":
                self._show_attempt_before()
            case "scope":
                self.swap_scope()
            case "copy":
                self._copy_line()
            case "save":
                self._save()

    def swap_scope(self) -> None:
        """All tasks, or the one that is selected."""
        if self.scope.task_run_id:
            self.show_log(Scope())
        elif self.chosen_run is None:
            self.notify(
                "no task run is selected: choose one in the topology or the Gantt", severity="warning"
            )
        else:
            self.show_log(Scope(self.chosen_run.id))

    def _show_attempt_before(self) -> None:
        run, log = self._run(self.scope.task_run_id), self.pane.view.log_shown
        if run is None or not isinstance(log, AttemptLog):
            self.notify("this is the log of all tasks: m shows that of one", severity="warning")
        elif len(run.attempts) < 2:
            self.notify(f"{label(run)} has only this attempt", severity="warning", markup=False)
        else:
            before = log.source.attempt - 1 or len(run.attempts)
            self.show_log(Scope(run.id, 0 if before == len(run.attempts) else before))

    def _copy_line(self) -> None:
        line = self.pane.view.line
        if line is None:
            self.notify("there is no line to copy", severity="warning")
        else:
            self.notify(copy(self.app, plain(line.text), self.deck.environment), markup=False)

    @work(exclusive=True, group="log-save")
    async def _save(self) -> None:
        """A file in the current directory, page by page."""
        log, state = self.pane.view.log_shown, self.state
        if log is None or state is None or not log.total:
            self.notify("there is nothing to save", severity="warning")
            return
        run = self._run(self.scope.task_run_id)
        path = _free(f"{state.execution.flow_id}-{state.execution.id[-8:]}{f'-{run.task_id}' if run else ''}")
        names = self._names
        for first in range(0, log.total, PAGE):
            positions = range(first, min(first + PAGE, log.total))
            if not await self._read(log, log.wants(positions)):
                return
            lines = [log.line(position) for position in positions]
            text = "".join(
                f"{line.at.isoformat()} {line.level} {names.get(line.task_run_id, '')} {plain(line.text)}\n"
                for line in lines
                if line is not None
            )
            await asyncio.to_thread(_append, path, text)
        self.notify(f"{log.total:,} lines are in {path}", markup=False)


def _free(stem: str) -> Path:
    """A file that is not there yet."""
    tails = ("", *(f"-{number}" for number in range(2, 1000)))
    paths = (Path.cwd() / f"{stem}{tail}.log" for tail in tails)
    return next(path for path in paths if not path.exists())


def _append(path: Path, text: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(text)
