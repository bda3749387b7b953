"""Logs: pages of one attempt, of a whole execution merged by time, and both as they grow."""

import asyncio
from collections.abc import AsyncIterator, Iterable

from runtime.answers.parts import Parts
from runtime.client import requests
from runtime.errors import TaskRunNotFound
from runtime.executor.logbook import LEVELS
from runtime.model.execution import TaskRun
from runtime.model.views import Done, LogLine, LogPage
from runtime.store import Filter, log_purge
from runtime.store.logs import LogReader, merge

FOLLOW_PAGE = 1000  # lines

PATIENCE = 1.0
"""Seconds after which a follower looks again even if it heard of nothing."""


async def read(parts: Parts, request: requests.ReadLog, user: str) -> LogPage:
    task_run = await _task_run(parts, request.execution_id, request.task_run_id)
    number = request.attempt or len(task_run.attempts) or 1
    reader = _reader(parts, task_run, number)
    total = reader.count()
    first = max(total + request.first, 0) if request.first < 0 else request.first
    lines = _of_level(_marked(reader.page(first, request.limit), task_run, number), request.level)
    return LogPage(lines=tuple(lines), total=total, ended=_ended(task_run, number))


async def read_all(parts: Parts, request: requests.ReadExecutionLog, user: str) -> LogPage:
    task_runs = await _task_runs(parts, request.execution_id)
    lines = _of_level(_merged(parts, task_runs, request.task_id), request.level)
    page: list[LogLine] = []
    total = 0
    for line in lines:
        if request.skip <= total < request.skip + request.limit:
            page.append(line)
        total += 1
    return LogPage(lines=tuple(page), total=total)


def _merged(parts: Parts, task_runs: Iterable[TaskRun], task_id: str) -> Iterable[LogLine]:
    wanted = [run for run in task_runs if not task_id or run.task_id == task_id]
    sources = [
        _marked(_reader(parts, run, attempt.number).page(0, None), run, attempt.number)
        for run in wanted
        for attempt in run.attempts
    ]
    return merge(sources)


def _marked(lines: Iterable[LogLine], run: TaskRun, attempt: int) -> Iterable[LogLine]:
    return (LogLine(line.number, line.at, line.level, line.text, run.id, attempt) for line in lines)


def _of_level(lines: Iterable[LogLine], level: str) -> Iterable[LogLine]:
    if level not in LEVELS:
        return lines
    wanted = LEVELS[LEVELS.index(level) :]
    return (line for line in lines if line.level in wanted)


def _reader(parts: Parts, run: TaskRun, attempt: int) -> LogReader:
    return LogReader(parts.resources.logs.path(run.execution_id, run.id, attempt))


def _ended(run: TaskRun, attempt: int) -> bool:
    if attempt > len(run.attempts):
        return run.state.is_terminal
    return run.attempts[attempt - 1].state.is_terminal


async def _task_runs(parts: Parts, execution_id: str) -> tuple[TaskRun, ...]:
    identifier = await parts.store.executions.resolve(execution_id)
    live = parts.supervisor.snapshot(identifier)
    if live is not None:
        return live.ordered()
    _, task_runs = await parts.store.executions.get(identifier)
    return tuple(task_runs)


async def _task_run(parts: Parts, execution_id: str, task_run_id: str) -> TaskRun:
    for run in await _task_runs(parts, execution_id):
        if run.id == task_run_id:
            return run
    raise TaskRunNotFound(f"execution {execution_id} has no task run {task_run_id}")


async def purge(parts: Parts, request: requests.PurgeLogs, user: str) -> Done:
    count = 0
    for identifier in await _matching(parts, request):
        for run in await _task_runs(parts, identifier):
            for attempt in run.attempts:
                if attempt.state.is_terminal:
                    count += await asyncio.to_thread(_purged, parts, run, attempt.number, request)
    return Done(message=f"{count} lines of logs are deleted", count=count)


def _purged(parts: Parts, run: TaskRun, attempt: int, request: requests.PurgeLogs) -> int:
    path = parts.resources.logs.path(run.execution_id, run.id, attempt)
    return log_purge.purge(path, levels=request.levels, since=request.since, until=request.until)


async def _matching(parts: Parts, request: requests.PurgeLogs) -> list[str]:
    """The executions that may have such lines: those that began before the end of the span."""
    if request.execution_id:
        return [await parts.store.executions.resolve(request.execution_id)]
    wanted = Filter(namespace=request.namespace, flow_id=request.flow_id, until=request.until)
    found: list[str] = []
    before: str | None = None
    while True:
        page = await parts.store.executions.page(wanted, before=before)
        found += [execution.id for execution in page.items]
        if page.next is None:
            return found
        before = page.next


# --- streams


async def follow(parts: Parts, request: requests.FollowLog) -> AsyncIterator[LogPage]:
    """Pages of one attempt's log from `first` on, as it grows; the last one says that it has ended."""
    first = request.first
    while True:
        task_run = await _task_run(parts, request.execution_id, request.task_run_id)
        number = request.attempt or len(task_run.attempts) or 1
        ended = _ended(task_run, number)
        reader = _reader(parts, task_run, number)
        lines = tuple(_marked(reader.page(first, FOLLOW_PAGE), task_run, number))
        first += len(lines)
        if lines or ended:
            yield LogPage(lines=lines, total=reader.count(), ended=ended and len(lines) < FOLLOW_PAGE)
        if ended and len(lines) < FOLLOW_PAGE:
            return
        if len(lines) < FOLLOW_PAGE:
            await parts.resources.logs.wait_grown(PATIENCE)


async def follow_all(parts: Parts, request: requests.FollowExecutionLog) -> AsyncIterator[LogPage]:
    """Pages of all attempts' logs, each attempt's in order, as they grow, until the execution has ended."""
    seen: dict[tuple[str, int], int] = {}
    while True:
        over = parts.supervisor.snapshot(await parts.store.executions.resolve(request.execution_id)) is None
        task_runs = await _task_runs(parts, request.execution_id)
        fresh = [page for run in task_runs for page in _fresh(parts, run, seen, request)]
        if lines := tuple(
            _of_level(merge([fresh_lines for fresh_lines in fresh if fresh_lines]), request.level)
        ):
            yield LogPage(lines=lines, total=sum(seen.values()))
        if over and not any(fresh):
            yield LogPage(total=sum(seen.values()), ended=True)
            return
        if not any(fresh):
            await parts.resources.logs.wait_grown(PATIENCE)


def _fresh(
    parts: Parts, run: TaskRun, seen: dict[tuple[str, int], int], request: requests.FollowExecutionLog
) -> list[list[LogLine]]:
    if request.task_id and run.task_id != request.task_id:
        return []
    pages = []
    for attempt in run.attempts:
        first = seen.get((run.id, attempt.number), 0)
        lines = list(
            _marked(_reader(parts, run, attempt.number).page(first, FOLLOW_PAGE), run, attempt.number)
        )
        seen[run.id, attempt.number] = first + len(lines)
        pages.append(lines)
    return pages
