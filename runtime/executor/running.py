"""Which runner a job gets, and why: a container where an engine answers, else a process of this machine."""

from collections.abc import Callable, Mapping
from typing import Any

from runtime.config import Settings
from runtime.errors import EngineUnavailable, Failure
from runtime.runners.base import Exit, Job, Line, Report, Runner
from runtime.runners.docker import DockerRunner
from runtime.runners.docker_engine import DockerEngine
from runtime.runners.docker_images import Images
from runtime.runners.leftovers import Leftovers
from runtime.runners.process import ProcessRunner
from runtime.runners.session import run_job
from runtime.runners.toolchains import Toolchains

DOCKER_TYPES = ("docker",)
PROCESS_TYPES = ("process",)


class Runners:
    """The runners of one runtime, and the choice between them."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        engine = DockerEngine(settings.docker_host)
        self._images = Images(engine, settings.images, settings.mirror)
        self._docker = DockerRunner(engine, self._images)
        toolchains = Toolchains(settings.environments, find_links=settings.find_links)
        self._process = ProcessRunner(toolchains, Leftovers(settings.data / "processes"))
        self._choice: tuple[str, str] | None = None

    def runner(self, name: str) -> Runner:
        return self._docker if name == "docker" else self._process

    async def check(self, name: str) -> str:
        """One line that says what answers; raises the failure that says why nothing does."""
        return await self.runner(name).check()

    async def containers(self) -> list[dict[str, Any]]:
        """The containers of attempts, as the engine describes them; raises EngineUnavailable."""
        return await self._docker.containers()

    async def has_image(self, image: str) -> bool:
        try:
            return await self._images.has(image)
        except Failure:
            return False

    async def default(self) -> tuple[str, str]:
        """The runner of a task that does not choose, and the reason. An engine is looked for once, then again when it fails."""
        if self._choice is None:
            self._choice = await self._decide()
        return self._choice

    async def _decide(self) -> tuple[str, str]:
        if self._settings.runner != "auto":
            return self._settings.runner, "the settings say so"
        try:
            return "docker", await self._docker.check()
        except EngineUnavailable as failure:
            return "process", failure.message

    async def choose(self, task_runner: Mapping[str, Any] | None) -> str:
        """The runner that a task's `taskRunner` names, else the default."""
        wanted = named(task_runner)
        if wanted is None or self._settings.runner == "process":
            name, _ = await self.default()
            return name
        return wanted

    def environment(self, report: Report, *, resumed: bool, leaving: Callable[[], bool]) -> "Environment":
        return Environment(self, report, resumed=resumed, leaving=leaving)

    async def is_there(self, job: Job) -> bool:
        """Whether an earlier runtime's job can be gone on with; what is left of one that can't has ended when this returns."""
        await self._process.find(job)
        try:
            return await self._docker.find(job) is not None
        except EngineUnavailable:
            return False

    def forget_choice(self) -> None:
        """An engine failed: look again before the next job."""
        self._choice = None

    async def close(self) -> None:
        await self._docker.close()
        await self._process.close()


def named(task_runner: Mapping[str, Any] | None) -> str | None:
    """`docker` or `process` where a `taskRunner` asks for one; other kinds become containers."""
    kind = str((task_runner or {}).get("type", "")).rpartition(".")[2].lower()
    if not kind:
        return None
    return "process" if kind == "process" else "docker"


class Environment:
    """Runs the jobs of one attempt."""

    def __init__(
        self, runners: Runners, report: Report, *, resumed: bool, leaving: Callable[[], bool]
    ) -> None:
        self._runners = runners
        self._report = report
        self._resumed = resumed
        self._leaving = leaving

    def resolve(self, task_runner: Mapping[str, Any] | None) -> str:
        """Known without asking the engine: the choice is made before a task runs."""
        wanted = named(task_runner)
        return wanted or (self._runners._choice or ("process", ""))[0]  # noqa: SLF001

    async def run(self, job: Job, sink: Callable[[Line], None]) -> Exit:
        name = await self._runners.choose(job.options)
        runner = self._runners.runner(name)
        try:
            return await run_job(
                runner, job, sink, self._report, resumed=self._resumed, leaving=self._leaving
            )
        except EngineUnavailable:
            self._runners.forget_choice()
            raise
