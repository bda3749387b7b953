"""An honest world for a task under test: real files, real processes, and a log that can be read afterwards."""

import asyncio
import os
import signal
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from shutil import copyfile
from typing import Any, Literal

from runtime.model.execution import Node
from runtime.runners.base import Exit, Job, Labels, Line
from runtime.tasks.context import TaskContext

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


@dataclass
class Store:
    """The internal storage, in a directory."""

    root: Path

    def put(self, path: Path, name: str) -> str:
        target = self.root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        copyfile(path, target)
        return f"kestra:///{name}"

    def locate(self, uri: str) -> Path:
        return self.root / uri.removeprefix("kestra:///")

    def read(self, uri: str) -> str:
        return self.locate(uri).read_text()


@dataclass
class Subprocess:
    """Runs jobs as plain processes of this machine, in a group of their own; `path` goes in front of PATH."""

    name: Literal["process", "docker"] = "process"
    path: str = ""
    jobs: list[Job] = field(default_factory=list)
    started: asyncio.Event = field(default_factory=asyncio.Event)
    """Set with the first line of output."""

    def resolve(self, task_runner: Mapping[str, Any] | None) -> str:
        return self.name

    async def run(self, job: Job, sink: Callable[[Line], None]) -> Exit:
        self.jobs.append(job)
        process = await asyncio.create_subprocess_exec(
            *job.command,
            cwd=job.directory,
            env={
                "PATH": f"{self.path}:{os.environ['PATH']}" if self.path else os.environ["PATH"],
                "HOME": os.environ.get("HOME", "/"),
                **job.environment,
            },
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            stdin=asyncio.subprocess.DEVNULL,
            start_new_session=True,
            limit=2**24,
        )
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pump(process.stdout, "stdout", sink))
                group.create_task(self._pump(process.stderr, "stderr", sink))
                code = await process.wait()
        except asyncio.CancelledError:
            os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
            raise
        return Exit(code=code if code >= 0 else 128 - code)

    async def _pump(
        self,
        stream: asyncio.StreamReader,
        name: Literal["stdout", "stderr"],
        sink: Callable[[Line], None],
    ) -> None:
        async for raw in stream:
            sink(Line(text=raw.decode(errors="replace").rstrip("\n"), stream=name, at=datetime.now(UTC)))
            self.started.set()


@dataclass
class World:
    """One attempt's surroundings; `context` is what the task is given."""

    root: Path
    environment: Subprocess = field(default_factory=Subprocess)
    log: Log = field(default_factory=Log)
    masked: list[str] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    labels: Labels = LABELS
    task_runner: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        for directory in (self.directory, self.scratch, self.store.root):
            directory.mkdir(exist_ok=True)

    @property
    def directory(self) -> Path:
        return self.root / "work"

    @property
    def scratch(self) -> Path:
        return self.root / "scratch"

    @property
    def store(self) -> Store:
        return Store(self.root / "store")

    @property
    def context(self) -> TaskContext:
        return TaskContext(
            labels=self.labels,
            log=self.log,
            directory=self.directory,
            scratch=self.scratch,
            files=self.store,
            environment=self.environment,
            render=lambda value, **extra: value,
            secrets=self.masked.append,
            nodes=self._hear,
            task_runner=self.task_runner,
        )

    def _hear(self, nodes: Sequence[Node]) -> None:
        self.nodes.extend(nodes)

    @property
    def latest(self) -> dict[str, Node]:
        """Each dbt node as it was last told."""
        return {node.unique_id: node for node in self.nodes}
