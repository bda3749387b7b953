"""An honest world for a task under test: real files, real processes, and a log that can be read afterwards."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import msgspec

from runtime.client.client import Client
from runtime.client.requests import AnyRequest, AnyStream
from runtime.errors import NotAllowed, RuntimeUnreachable
from runtime.executor.storage import AttemptFiles
from runtime.expressions import Expressions
from runtime.model.execution import Execution, Node
from runtime.model.views import AnyView
from runtime.runners.base import Exit, Job, Labels, Line
from runtime.runners.leftovers import Leftovers
from runtime.runners.process import ProcessRunner
from runtime.runners.toolchains import Toolchains
from runtime.store.files import FileStore
from runtime.tasks.base import Result
from runtime.tasks.children import Child
from runtime.tasks.context import TaskContext
from runtime.tasks.memory import Memory
from runtime.tasks.metrics import Metrics

EXPRESSIONS = Expressions()
LABELS = Labels(
    namespace="company.team",
    flow_id="flow",
    execution_id="execution",
    task_id="task",
    task_run_id="taskrun",
    attempt=1,
)


@dataclass
class Log:
    """Keeps what is written, as (level, line)."""

    entries: list[tuple[str, str]] = field(default_factory=list)

    def write(self, level: str, message: str, *, at: datetime | None = None) -> None:
        self.entries += [(level, line) for line in message.splitlines() or [""]]

    def debug(self, message: str) -> None:
        self.write("DEBUG", message)

    def info(self, message: str) -> None:
        self.write("INFO", message)

    def warn(self, message: str) -> None:
        self.write("WARN", message)

    def error(self, message: str) -> None:
        self.write("ERROR", message)

    def at(self, level: str) -> list[str]:
        return [line for each, line in self.entries if each == level]

    @property
    def text(self) -> str:
        return "\n".join(line for _, line in self.entries)


class Store(AttemptFiles):
    """The internal storage, in a directory."""

    def __init__(self, root: Path, labels: Labels = LABELS) -> None:
        super().__init__(FileStore(root), labels)
        self.root = root
        root.mkdir(exist_ok=True)

    def read(self, uri: str) -> str:
        return self.locate(uri).read_text()


@dataclass
class Subprocess:
    """Runs jobs by the process runner, without making toolchains: `path`, in front of PATH, is where their programs lie."""

    root: Path
    name: Literal["process", "docker"] = "process"
    """What `resolve` answers."""
    path: str = ""
    jobs: list[Job] = field(default_factory=list)
    started: asyncio.Event = field(default_factory=asyncio.Event)
    """Set with the first line of output."""

    def resolve(self, task_runner: Mapping[str, Any] | None) -> str:
        return self.name

    async def run(self, job: Job, sink: Callable[[Line], None]) -> Exit:
        self.jobs.append(job)
        path = f"{self.path}:{os.environ['PATH']}" if self.path else os.environ["PATH"]
        environment = {"PATH": path, **job.environment}
        runner = ProcessRunner(Toolchains(self.root), Leftovers(self.root))
        # processes are found by their job's id: two suites on one machine must not stop each other's
        own = {"id": f"{job.id}-{os.getpid()}", "toolchain": None, "environment": environment}
        running = await runner.start(msgspec.structs.replace(job, **own), print)
        try:
            async for line in running.lines():
                sink(line)
                self.started.set()
            return await running.wait()
        except asyncio.CancelledError:
            await running.stop()
            raise
        finally:
            await running.release()


class Nobody:
    """A line to no runtime: a task under test that asks one is told so."""

    async def send(self, request: AnyRequest) -> AnyView:
        raise RuntimeUnreachable("this test has no runtime")

    def stream(self, request: AnyStream) -> AsyncIterator[AnyView]:
        raise RuntimeUnreachable("this test has no runtime")

    async def close(self) -> None:
        """Nothing is held."""


class NoChildren:
    """A place where no other flow can be run."""

    async def begin(self, child: Child) -> str:
        raise NotAllowed("no flows here")

    async def ended(self, execution_id: str) -> Execution:
        raise NotAllowed("no flows here")

    async def stop(self, execution_ids: Sequence[str]) -> None: ...

    async def look_into(self, execution_id: str, templates: Mapping[str, Any]) -> dict[str, Any]:
        raise NotAllowed("no flows here")


@dataclass
class World:
    """One attempt's surroundings; `context` is what the task is given."""

    root: Path
    path: str = ""
    runner: Literal["process", "docker"] = "process"
    log: Log = field(default_factory=Log)
    masked: list[str] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    told: dict[str, Any] = field(default_factory=dict)
    metrics: Metrics = field(default_factory=Metrics)
    labels: Labels = LABELS
    task_runner: Mapping[str, Any] | None = None
    key_values: Any = None
    """Where a test of values opens some."""
    place: str = "work"

    def __post_init__(self) -> None:
        self.environment = Subprocess(self.root / "jobs", name=self.runner, path=self.path)
        for directory in (self.directory, self.scratch, self.environment.root):
            directory.mkdir(exist_ok=True)

    @property
    def directory(self) -> Path:
        return self.root / self.place

    @property
    def scratch(self) -> Path:
        return self.root / "scratch"

    @property
    def store(self) -> Store:
        return Store(self.root / "store", self.labels)

    @property
    def context(self) -> TaskContext:
        return TaskContext(
            labels=self.labels,
            log=self.log,
            directory=self.directory,
            scratch=self.scratch,
            files=self.store,
            key_values=self.key_values,
            environment=self.environment,
            render=lambda value, **extra: EXPRESSIONS.render_value(value, extra),
            perform=self._perform,
            secrets=self.masked.append,
            nodes=self._hear,
            metrics=self.metrics,
            known_nodes=self._known,
            client=Client(Nobody()),
            children=NoChildren(),
            tell=self._keep,
            task_runner=self.task_runner,
            memory=Memory(self.root / "memory", lambda text: any(each in text for each in self.masked)),
        )

    async def _keep(self, outputs: Mapping[str, Any]) -> None:
        self.told.update(outputs)

    async def _perform(self, written: str) -> Result:
        raise AssertionError("a test of this needs a whole runtime")

    async def _known(self, task_run_ids: Collection[str]) -> list[Node]:
        return [node for node in self.latest.values() if node.task_run_id in task_run_ids]

    def _hear(self, nodes: Sequence[Node]) -> None:
        self.nodes.extend(nodes)

    @property
    def latest(self) -> dict[str, Node]:
        """Each dbt node as it was last told."""
        return {node.unique_id: node for node in self.nodes}
