"""One try of one task: render its properties, run it, and say how it ended. It never raises, and it ends once."""

import asyncio
import logging
import random
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from runtime.client.client import Client
from runtime.client.in_process import InProcess
from runtime.engine.snapshot import Snapshot
from runtime.errors import Failure, TaskFailed
from runtime.executor import evaluate, variables
from runtime.executor.children import AttemptChildren
from runtime.executor.error_logs import error_logs
from runtime.executor.logbook import AttemptLog
from runtime.executor.resources import Resources
from runtime.executor.storage import AttemptFiles
from runtime.executor.task_cache import key_of
from runtime.executor.texts import sound
from runtime.language.document import load_plain
from runtime.language.task_keys import COMMON
from runtime.model.events import AttemptEnded, AttemptLost, AttemptProgressed, AttemptStarted
from runtime.model.execution import TaskRun
from runtime.model.flow import TaskSpec
from runtime.model.states import State
from runtime.runners.base import Job, Labels
from runtime.tasks.base import Plugin, Result, Task
from runtime.tasks.context import TaskContext
from runtime.tasks.convert import convert_properties, properties
from runtime.tasks.memory import Memory
from runtime.tasks.metrics import Metrics
from runtime.tasks.script_files import output_directory

logger = logging.getLogger(__name__)

LOST = "flowdeck stopped while this attempt ran, and what it had started is gone"


@dataclass
class Attempt:
    """Attempt `number` of a task run."""

    resources: Resources
    execution_id: str
    run: TaskRun
    number: int
    resumed: bool = False
    """Whether an earlier runtime had started it."""
    leaving: bool = False
    """Set before a cancellation that means «the runtime ends», not «the attempt is killed»."""
    _log: AttemptLog | None = field(default=None, init=False)
    _metrics: Metrics = field(default_factory=Metrics, init=False)

    @property
    def id(self) -> str:
        return f"{self.run.id}/{self.number}"

    # --- the life of an attempt

    async def perform(self) -> None:
        """From the first to the last event."""
        try:
            end = await self._lived()
        except asyncio.CancelledError:
            if self.leaving:
                self._close_log()
                raise
            end = self._ended(State.KILLED)
        except Exception as defect:
            logger.exception("attempt %s broke", self.id)
            self._note("ERROR", f"{type(defect).__name__}: {defect}")
            end = self._ended(State.FAILED, error=f"a defect of flowdeck: {type(defect).__name__}: {defect}")
        self._post(end)

    def never_began(self) -> None:
        """It was killed before its first step: a coroutine that is cancelled then runs no line of its own."""
        self._post(self._ended(State.KILLED))

    def _post(self, end: AttemptEnded | AttemptLost) -> None:
        lines = self._log.lines if self._log else 0
        self._close_log()
        self.resources.supervisor.post(
            self.execution_id, msgspec.structs.replace(end, log_lines=lines, **self._measured(end))
        )

    def _measured(self, end: AttemptEnded | AttemptLost) -> dict[str, Any]:
        return {"metrics": self._metrics.kept} if isinstance(end, AttemptEnded) else {}

    def _close_log(self) -> None:
        if self._log is not None:
            self._log.close()

    async def _lived(self) -> AttemptEnded | AttemptLost:
        snapshot = self.resources.supervisor.snapshot(self.execution_id)
        assert snapshot is not None
        spec = snapshot.spec(self.run.id)
        seen = variables.of_task(snapshot, self.run)
        seen["errorLogs"] = partial(error_logs, snapshot, self.resources.logs)
        if self.resumed and not await self._is_there(snapshot, spec):
            return AttemptLost(
                at=self.resources.clock.now(), task_run_id=self.run.id, number=self.number, reason=LOST
            )
        try:
            return await self._run(snapshot, spec, seen)
        except Failure as failure:
            return self._failed(failure)

    async def _run(self, snapshot: Snapshot, spec: TaskSpec, seen: dict[str, Any]) -> AttemptEnded:
        namespace = snapshot.flow.namespace
        if not self.resumed and not await evaluate.runs(
            spec, seen, self.resources.renderer, namespace=namespace
        ):
            return self._ended(State.SKIPPED)
        if not self.resumed:
            await self._begin(spec)
        directory = self.resources.directories.working(
            snapshot, self.run, made=self._kind_says(spec, "works_in_directory")
        )
        seen |= {
            "workingDir": str(directory),
            "outputDir": str(output_directory(directory, self._labels(snapshot))),
        }
        try:
            return await self._within_time(snapshot, spec, seen, directory)
        finally:
            self._tidy(snapshot, directory)

    async def _begin(self, spec: TaskSpec) -> None:
        """Nothing with an effect happens before it is written down that this attempt has started."""
        now, runner = self.resources.clock.now(), await self._runner(spec)
        started = AttemptStarted(at=now, task_run_id=self.run.id, number=self.number, runner=runner)
        if self._kind_says(spec, "repeatable"):
            self.resources.supervisor.post(self.execution_id, started)
        else:
            await self.resources.supervisor.record(self.execution_id, started)

    async def _runner(self, spec: TaskSpec) -> str | None:
        """The runner's name, for a task that needs one."""
        known = self.resources.registry.find(spec.type)
        if known is None or not hasattr(known.load(), "task_runner"):
            return None
        return await self.resources.runners.choose(spec.properties.get("taskRunner"))

    def _kind_says(self, spec: TaskSpec, what: str) -> bool:
        """What its class says of all tasks of its kind."""
        known = self.resources.registry.find(spec.type)
        kind = known.load() if known and not spec.unavailable else None
        return kind is not None and issubclass(kind, Task) and getattr(kind, what)

    async def _within_time(
        self, snapshot: Snapshot, spec: TaskSpec, seen: dict[str, Any], directory: Path
    ) -> AttemptEnded:
        limit = await self._timeout(spec, seen, snapshot.flow.namespace)
        try:
            async with asyncio.timeout(limit.total_seconds() if limit else None):
                result = await self._work(snapshot, spec, seen, directory)
        except TimeoutError:
            if limit is None:
                raise
            raise TaskFailed(f"timed out: it ran longer than its `timeout` of {_iso(limit)}") from None
        return self._succeeded(result)

    async def _timeout(self, spec: TaskSpec, seen: Mapping[str, Any], namespace: str) -> timedelta | None:
        if spec.timeout is None:
            return None
        text = await self.resources.renderer.render(spec.timeout, seen, namespace=namespace)
        return msgspec.convert(text, timedelta, strict=False) if text else None

    async def _work(
        self, snapshot: Snapshot, spec: TaskSpec, seen: dict[str, Any], directory: Path
    ) -> Result:
        if spec.unavailable:
            raise TaskFailed(spec.unavailable)
        known = self.resources.registry.find(spec.type)
        if known is None:
            raise TaskFailed(f"no plugin here runs `{spec.type}`")
        kind = known.load()
        if not issubclass(kind, Task):
            raise TaskFailed(f"`{spec.type}` does not run by itself: it holds other tasks")
        rendered = await self._rendered(kind, spec.properties, seen, snapshot.flow.namespace)
        context = self._context(snapshot, spec, rendered, seen, directory)
        if spec.cache is None:
            return await convert_properties(kind, rendered).run(context)
        key = key_of(snapshot.flow, spec, self.run, rendered)
        cached = await self.resources.cache.recall(key)
        if cached is not None:
            since = f"{cached.created:%Y-%m-%d %H:%M:%S} UTC"
            self.log(spec).write("INFO", f"not run again: its outputs are those of {since} (taskCache)")
            return Result(outputs=cached.outputs)
        result = await convert_properties(kind, rendered).run(context)
        if result.state is State.SUCCESS:
            await self.resources.cache.keep(key, spec, result, self._kept(result.outputs))
        return result

    async def _rendered(
        self, kind: type[Plugin], written: Mapping[str, Any], seen: Mapping[str, Any], namespace: str
    ) -> dict[str, Any]:
        """The properties as the task gets them: rendered, but for those that it renders by itself."""
        known = properties(kind)
        literal = {name for name in written if name in known and known[name].extra.get("verbatim")}
        rendered = await self.resources.renderer.render(
            {name: value for name, value in written.items() if name not in literal}, seen, namespace=namespace
        )
        return {name: written[name] if name in literal else rendered[name] for name in written}

    async def _perform(
        self, snapshot: Snapshot, spec: TaskSpec, seen: dict[str, Any], directory: Path, written: str
    ) -> Result:
        """A task that another one wrote, in that one's place: its keys but `type` are its properties."""
        value = load_plain(written)
        if not isinstance(value, Mapping) or not isinstance(value.get("type"), str):
            raise TaskFailed("a map with the `type` and the properties of one task is wanted")
        own = {key: item for key, item in value.items() if key not in COMMON}
        known = self.resources.registry.find(value["type"])
        kind = known.name if known else value["type"]
        written_spec = msgspec.structs.replace(spec, type=kind, properties=own, cache=None)
        return await self._work(snapshot, written_spec, seen, directory)

    # --- what the task is given

    def log(self, spec: TaskSpec | None = None) -> AttemptLog:
        if self._log is None:
            minimum = spec.log_level if spec else None
            self._log = self.resources.logs.open(self.execution_id, self.run.id, self.number, minimum=minimum)
        return self._log

    def _context(
        self,
        snapshot: Snapshot,
        spec: TaskSpec,
        rendered: Mapping[str, Any],
        seen: dict[str, Any],
        directory: Path,
    ) -> TaskContext:
        resources, log = self.resources, self.log(spec)
        labels = self._labels(snapshot)
        return TaskContext(
            labels=labels,
            log=log,
            directory=directory,
            scratch=resources.directories.scratch(self.run, self.number),
            files=AttemptFiles(resources.files, labels),
            key_values=resources.key_values,
            environment=resources.runners.environment(
                log.info, resumed=self.resumed, leaving=lambda: self.leaving
            ),
            render=partial(self._render, {**seen, **resources.renderer.waiting(labels.namespace)}),
            perform=partial(self._perform, snapshot, spec, seen, directory),
            secrets=resources.redactor.add,
            nodes=resources.nodes.of(self.execution_id),
            metrics=self._metrics,
            known_nodes=partial(resources.nodes.known, self.execution_id),
            client=Client(InProcess(resources.service, user=f"flow {labels.namespace}.{labels.flow_id}")),
            children=AttemptChildren(resources, snapshot, self.run, self.number),
            tell=self._tell,
            again=self._is_again,
            variables=seen.get("vars", {}),
            task_runner=rendered.get("taskRunner"),
            resumed=self.resumed,
            leaving=lambda: self.leaving,
            memory=Memory(
                resources.memory / labels.namespace / labels.flow_id / labels.task_id,
                resources.redactor.finds,
            ),
        )

    async def _tell(self, outputs: Mapping[str, Any]) -> None:
        told = AttemptProgressed(
            at=self.resources.clock.now(),
            task_run_id=self.run.id,
            number=self.number,
            outputs=self._kept(outputs),
        )
        await self.resources.supervisor.record(self.execution_id, told)

    @property
    def _is_again(self) -> bool:
        """Whether the execution was restarted between the attempt before this one and this one."""
        before = self.run.attempts[self.number - 2].ended if self.number > 1 else None
        return any(
            change.state is State.RESTARTED and (before is None or change.at >= before)
            for change in self.run.history
        )

    def _render(self, seen: Mapping[str, Any], value: Any, **extra: Any) -> Any:
        return self.resources.renderer.expressions.render_value(value, {**seen, **extra})

    def _labels(self, snapshot: Snapshot) -> Labels:
        return Labels(
            namespace=snapshot.flow.namespace,
            flow_id=snapshot.flow.id,
            execution_id=self.execution_id,
            task_id=self.run.task_id,
            task_run_id=self.run.id,
            attempt=self.number,
        )

    async def _is_there(self, snapshot: Snapshot, spec: TaskSpec) -> bool:
        """Whether what an earlier runtime started is still there to go on with."""
        if self._kind_says(spec, "survives"):
            return True
        job = Job(
            id=self.id,
            command=(),
            directory=self.resources.directories.working(snapshot, self.run),
            labels=self._labels(snapshot),
            options=spec.properties.get("taskRunner") or {},
        )
        found = await self.resources.runners.is_there(job)
        message = "flowdeck was restarted: going on with the container that was there" if found else LOST
        log = self.log(spec)
        # at the time of the last line, so that what the container said meanwhile is not taken for known
        log.writer.write("WARN", message, log.known_until or self.resources.clock.now())
        return found

    # --- how it ends

    def _succeeded(self, result: Result) -> AttemptEnded:
        outputs = self._kept(result.outputs)
        return self._ended(
            result.state,
            outputs=outputs,
            exit_code=result.exit_code,
            labels=dict(result.labels),
            variables=dict(result.variables),
            unset=result.unset,
            exit_state=result.exit_state,
        )

    def _kept(self, outputs: Mapping[str, Any]) -> dict[str, Any]:
        """Outputs as they are kept: without secrets, and as text that a database takes."""
        kept: dict[str, Any] = sound(self.resources.redactor.redact_value(msgspec.to_builtins(dict(outputs))))
        return kept

    def _failed(self, failure: Failure) -> AttemptEnded:
        message = sound(self.resources.redactor.redact(str(failure)))
        self._note("ERROR", message)
        outputs: dict[str, Any] = {}
        if isinstance(failure, TaskFailed):
            outputs = self._kept(failure.outputs)
        return self._ended(State.FAILED, error=message, outputs=outputs, exit_code=outputs.get("exitCode"))

    def _ended(self, state: State, **facts: Any) -> AttemptEnded:
        chance = random.random()  # noqa: S311 - spreads retries, guards nothing
        at = self.resources.clock.now()
        return AttemptEnded(
            at=at, task_run_id=self.run.id, number=self.number, state=state, chance=chance, **facts
        )

    def _note(self, level: str, message: str) -> None:
        with suppress(OSError):  # a full disk must not turn a failure into a defect
            self.log().write(level, message)

    def _tidy(self, snapshot: Snapshot, directory: Path) -> None:
        directories = self.resources.directories
        directories.remove(directories.scratch(self.run, self.number))
        if directories.shared(snapshot, self.run) is None and not self.leaving:
            directories.remove(directory)


def _iso(duration: timedelta) -> str:
    return str(msgspec.to_builtins(duration))
