"""What a runner is: start a job, attach to one that is known, stop it, and leave nothing behind."""

from collections.abc import AsyncGenerator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, Literal, Protocol

import msgspec

STOP_GRACE = timedelta(seconds=20)
"""How long a job may take to end after SIGINT; then SIGTERM, a quarter of this, then SIGKILL."""


class Labels(msgspec.Struct, frozen=True, kw_only=True):
    """Whose job it is: a container carries these, so that it is found again after a crash."""

    namespace: str
    flow_id: str
    execution_id: str
    task_id: str
    task_run_id: str
    attempt: int


class Toolchain(msgspec.Struct, frozen=True, kw_only=True):
    """A managed Python environment that a job wants on its PATH where no container provides it, e.g. dbt-duckdb 1.11."""

    requirements: tuple[str, ...]
    """As pip takes them, pinned."""


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """A command to run once."""

    id: str
    """The attempt's: the same id is never started twice."""
    command: tuple[str, ...]
    """Program and arguments. Never holds a secret's value."""
    directory: Path
    """The working directory on this machine; the command begins in it, sees its files, and what it writes there comes back."""
    environment: Mapping[str, str] = {}
    labels: Labels
    image: str | None = None
    """The container image; a runner without containers ignores it."""
    toolchain: Toolchain | None = None
    """What a runner without containers provides instead of the image."""
    options: Mapping[str, Any] = {}
    """The rendered properties of the flow's `taskRunner`, named as in the file: user, memory, cpu, networkMode ..."""
    stop_grace: timedelta = STOP_GRACE


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line of output, without its end of line; bytes that are no UTF-8 are replaced."""

    text: str
    stream: Literal["stdout", "stderr"]
    at: datetime


class Exit(msgspec.Struct, frozen=True, kw_only=True):
    """How a job ended."""

    code: int
    """As a shell says it: 128 + n for signal n."""
    reason: str = ""
    """What a person should know beyond the code: killed by the memory limit of 2 GiB ..."""
    warnings: tuple[str, ...] = ()
    """What did not go well beside it: a file that could not be brought back ..."""
    details: Mapping[str, Any] = {}
    """For the task's `taskRunner` output: containerId ..."""


class Running(Protocol):
    """A job that was started, or attached to."""

    def lines(self) -> AsyncGenerator[Line, None]:
        """Both streams as they come, to their end; after attaching, from the first line on."""
        ...

    async def wait(self) -> Exit:
        """The end; the working directory has come back by then."""
        ...

    async def stop(self) -> None:
        """SIGINT, grace, SIGTERM, grace, SIGKILL; returns when the job is proved gone."""
        ...

    async def release(self) -> None:
        """Remove what the job needed (container, volume); harmless to call twice."""
        ...


class Runner(Protocol):
    """Something that runs jobs."""

    name: ClassVar[str]
    survives: ClassVar[bool]
    """Whether jobs go on when the runtime ends, to be found again."""

    async def check(self) -> str:
        """One line that says what answers (engine and version); raises EngineUnavailable, which names the remedy."""
        ...

    async def start(self, job: Job, report: "Report") -> Running:
        """Start the job; attach to it where its id is known already. `report` hears of slow preparations."""
        ...

    async def find(self, job: Job) -> Running | None:
        """The job as an earlier runtime left it: running or ended, to go on with. None where it is gone for good, which is
        then proved: whatever may be left of it has been stopped."""
        ...

    async def close(self) -> None:
        """Let go of connections; jobs go on."""
        ...


class Report(Protocol):
    """Where a runner tells of its own slow work: a pull, an environment being made."""

    def __call__(self, message: str, /) -> None: ...
