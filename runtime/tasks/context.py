"""What a task may use of the world while it runs: its log, its directory, a runner, files, expressions."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from runtime.client.client import Client
from runtime.model.execution import Node
from runtime.runners.base import Exit, Job, Labels, Line
from runtime.store.files import FileStore
from runtime.store.key_values import KeyValues
from runtime.tasks.children import Children
from runtime.tasks.memory import Memory
from runtime.tasks.metrics import Metrics

if TYPE_CHECKING:
    from runtime.tasks.base import Result


class TaskLog(Protocol):
    """The attempt's log. Secrets are masked on the way in; a message of several lines becomes several lines."""

    def write(self, level: str, message: str, *, at: datetime | None = None) -> None:
        """`level` is TRACE, DEBUG, INFO, WARN or ERROR; `at` defaults to now."""
        ...

    def debug(self, message: str) -> None: ...

    def info(self, message: str) -> None: ...

    def warn(self, message: str) -> None: ...

    def error(self, message: str) -> None: ...


class Files(Protocol):
    """The internal storage: files behind `kestra:///` addresses."""

    def put(self, source: Path | bytes | Iterable[bytes], name: str) -> str:
        """Keep a copy of a file, or what the bytes are, under this task run; returns its address."""
        ...

    def locate(self, uri: str) -> Path:
        """The file behind `kestra:///...`, `nsfile:///...` or `file:///...`, for reading. Raises FileNotFound, InvalidRequest."""
        ...

    def delete(self, uri: str) -> bool:
        """Whether there was such a stored file."""
        ...

    def purge(self) -> list[str]:
        """Delete all that the execution has stored; returns the addresses."""
        ...

    @property
    def store(self) -> FileStore:
        """All stored files, and those of namespaces."""
        ...


class Environment(Protocol):
    """Runs jobs by the runner that the flow or the settings chose."""

    async def run(self, job: Job, sink: Callable[[Line], None]) -> Exit:
        """Start (or attach to) the job, hand each line to `sink`, and return its end. When cancelled it stops the job first."""
        ...

    def resolve(self, task_runner: Mapping[str, Any] | None) -> str:
        """The name of the runner that a job with this `taskRunner` would get: `docker` or `process`."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class TaskContext:
    """One attempt's view of the world."""

    labels: Labels
    """Ids of the namespace, flow, execution, task and task run, and the attempt's number."""
    log: TaskLog
    directory: Path
    """The working directory: empty for a task of its own, shared inside a WorkingDirectory; its removal is not the task's business."""
    scratch: Path
    """Outside the working directory, for what must not be kept as an artifact (profiles with secrets); removed after the attempt."""
    files: Files
    key_values: KeyValues
    """What flows keep from one execution to the next."""
    environment: Environment
    render: Callable[..., Any]
    """`render(value, **extra)` renders a value with extra variables, for text that could not be rendered beforehand. It may wait
    for a disk or a keyring: call it in a thread (`in_thread`)."""
    perform: Callable[[str], Awaitable["Result"]]
    """Runs a task that is given as YAML text in this one's place."""
    secrets: Callable[[str], object]
    """Call with a secret's value to have it masked from here on."""
    nodes: Callable[[Sequence[Node]], None]
    """Tell how dbt nodes stand; may be called thousands of times."""
    metrics: Metrics
    """What the task measures; shown with its task run."""
    known_nodes: Callable[[Collection[str]], Awaitable[list[Node]]]
    """The dbt nodes of earlier runs of this task, by their task runs' ids, as they were last told."""
    client: Client
    """Asks the runtime itself, as a person would: about executions, logs, flows."""
    children: Children
    """Begins executions of other flows, and waits for them."""
    tell: Callable[[Mapping[str, Any]], Awaitable[None]]
    """Make outputs known that are there before the task ends."""
    again: bool = False
    """Whether the execution was restarted, and this task had failed before."""
    variables: Mapping[str, Any] = field(default_factory=dict)
    """`vars` of expressions: the flow's, and what was laid over them."""
    task_runner: Mapping[str, Any] | None = None
    """The rendered `taskRunner`, where the task has one."""
    resumed: bool = False
    """Whether an earlier runtime began this attempt: files are prepared already, and the job is there to attach to."""
    leaving: Callable[[], bool] = lambda: False
    """Asked when cancelled: whether the runtime goes away, and a job that outlives it goes on with what was laid for it."""
    memory: Memory | None = None
    """What this task keeps between executions; None where nothing is kept."""

    @property
    def job_goes_on(self) -> bool:
        """Whether the job is left to run without the runtime, to be attached to by the next one."""
        return self.leaving() and self.environment.resolve(self.task_runner) != "process"

    @property
    def job_id(self) -> str:
        return f"{self.labels.task_run_id}/{self.labels.attempt}"
