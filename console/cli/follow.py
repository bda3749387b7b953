"""Watching one execution from a plain terminal: what its tasks do and say, a line at a time, to stderr."""

import asyncio
import sys
from typing import TextIO

from console.render.durations import duration
from console.render.states import look
from runtime.client.client import Client
from runtime.client.requests import FollowExecutionLog
from runtime.model.execution import TaskRun
from runtime.model.states import State
from runtime.model.views import ExecutionChanged, LogLine, LogPage

QUIET = frozenset({State.CREATED, State.SUBMITTED})

OWN_PROCESS = "  nobody can resume it in a run of its own process, only its time ends it: flowdeck serve, then run it there"

SGR = {
    "running": "34",
    "success": "32",
    "warning": "33",
    "failed": "31;1",
    "retrying": "33",
    "skipped": "2",
    "killed": "35",
}


class Narrator:
    """Tells an execution's story."""

    def __init__(self, client: Client, execution_id: str, out: TextIO | None = None) -> None:
        self._client = client
        self._id = execution_id
        self._out = out or sys.stderr
        self._colour = self._out.isatty()
        self._told: dict[str, State] = {}
        self._tasks: dict[str, str] = {}

    async def tell(self) -> None:
        """Until the execution has ended."""
        async with asyncio.TaskGroup() as group:
            states = group.create_task(self._states())
            await self._log()
            states.cancel()
        for run in (await self._client.execution(self._id)).task_runs:
            self._state(run)

    async def _states(self) -> None:
        async for news in self._client.watch(self._id):
            if not isinstance(news, ExecutionChanged):
                news = ExecutionChanged(
                    sequence=0,
                    execution=(view := await self._client.execution(self._id)).execution,
                    task_runs=view.task_runs,
                )
            for run in news.task_runs:
                is_news = self._told.get(run.id) is not run.state
                self._state(run)
                if is_news and run.state is State.PAUSED:
                    await self._waits(run)

    async def _waits(self, run: TaskRun) -> None:
        """Say what lets a task go on that waits for a person."""
        own = (await self._client.status()).mode == "in-process"
        self._print(OWN_PROCESS if own else f"  flowdeck execution resume {self._id} -t {run.id}")

    async def _log(self) -> None:
        async for page in self._client.follow(FollowExecutionLog(execution_id=self._id, level="INFO")):
            if isinstance(page, LogPage):
                for line in page.lines:
                    await self._line(line)

    async def _line(self, line: LogLine) -> None:
        if line.task_run_id not in self._tasks:
            view = await self._client.execution(self._id)
            self._tasks |= {run.id: run.task_id for run in view.task_runs}
        task = self._tasks.get(line.task_run_id, line.task_run_id)
        level = "" if line.level == "INFO" else f"{line.level} "
        self._print(f"  {self._dim(f'{task} |')} {level}{line.text}")

    def _state(self, run: TaskRun) -> None:
        self._tasks[run.id] = run.task_id
        if self._told.get(run.id) is run.state or run.state in QUIET:
            return
        self._told[run.id] = run.state
        seen = look(run.state.value)
        value = f" [{run.value}]" if run.value is not None else ""
        took = f" {duration((run.ended - run.started).total_seconds())}" if run.ended and run.started else ""
        told = run.attempts and run.state in {State.FAILED, State.RETRYING}  # a parent repeats its child
        error = f": {run.error}" if run.error and told else ""
        self._print(self._paint(f"{seen.glyph} {run.task_id}{value} {seen.word}{took}{error}", seen.style))

    def _paint(self, text: str, style: str) -> str:
        code = SGR.get(style)
        return f"\x1b[{code}m{text}\x1b[0m" if self._colour and code else text

    def _dim(self, text: str) -> str:
        return f"\x1b[2m{text}\x1b[0m" if self._colour else text

    def _print(self, text: str) -> None:
        print(text, file=self._out, flush=True)
