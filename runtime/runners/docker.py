"""Jobs in containers, by the Docker SDK. A container carries its attempt's labels: a runtime that comes later finds it and goes on."""

import asyncio
import threading
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from runtime.errors import EngineUnavailable, ImageUnavailable, TaskFailed
from runtime.runners import docker_files, docker_options
from runtime.runners.base import Exit, Job, Line, Report, Running
from runtime.runners.docker_engine import DockerEngine, explained
from runtime.runners.docker_images import Images
from runtime.runners.lines import Lines

OOM = 137  # 128 + SIGKILL: what the kernel leaves of a process that took too much memory
PATIENCE = 60.0
"""Seconds during which an engine that went away may come back, before its jobs are given up."""

MIB = 1024**2


class DockerRunner:
    """Runs jobs in containers."""

    name: ClassVar[str] = "docker"
    survives: ClassVar[bool] = True

    def __init__(self, engine: DockerEngine, images: Images) -> None:
        self._engine = engine
        self._images = images

    async def check(self) -> str:
        client = await self._engine.client()
        version = await self._engine.call(client.version)
        name = (version.get("Components") or [{}])[0].get("Name", "Docker")
        return f"{name} {version['Version']} at {self._engine.address.removeprefix('unix://')}"

    async def start(self, job: Job, report: Report) -> Running:
        found = await self.find(job)
        if found is not None:
            return found
        if not job.image:
            raise TaskFailed("no `containerImage` is given, and a container needs one")
        policy = str(job.options.get("pullPolicy") or "IF_NOT_PRESENT").upper()
        image = await self._images.provide(str(job.options.get("image") or job.image), policy, report)
        client = await self._engine.client()
        container = await self._engine.call(self._create, client.api, job, image)
        running = RunningContainer(self._engine, client.api, job, container)
        try:
            await self._engine.call(self._begin, client.api, job, container)
        except BaseException as error:
            await asyncio.shield(running.release())
            raise _start_failure(error, image) from error
        return running

    def _create(self, api: Any, job: Job, image: str) -> str:
        from docker.errors import ImageNotFound

        mounted = docker_options.is_mounted(job, is_local=self._engine.is_local)
        owner = docker_options.user(job, mounted=mounted)
        try:
            made = api.create_container(
                image,
                command=list(job.command),
                entrypoint=docker_options.entry_point(job) or "",
                environment=docker_options.environment(job, owner=owner),
                working_dir=str(job.directory),
                user=owner,
                labels=docker_options.labels(job),
                name=docker_options.container_name(job),
                ports=[binding.rpartition(":")[2] for binding in job.options.get("portBindings") or ()]
                or None,
                host_config=docker_options.host_config(api, job, mounted=mounted),
            )
        except ImageNotFound as error:
            raise ImageUnavailable(f"the image {image} is not on this machine") from error
        identifier: str = made["Id"]
        return identifier

    def _begin(self, api: Any, job: Job, container: str) -> None:
        if not docker_options.is_mounted(job, is_local=self._engine.is_local):
            docker_files.put(api, container, job.directory)
        api.start(container)

    async def find(self, job: Job) -> Running | None:
        """The job's container, running or ended; one that never started is removed."""
        client = await self._engine.client()
        label = f"flowdeck.job={job.id}"
        found = await self._engine.call(client.api.containers, all=True, filters={"label": label})
        if not found:
            return None
        running = RunningContainer(self._engine, client.api, job, found[0]["Id"])
        if found[0]["State"] == "created":
            await running.release()
            return None
        return running

    async def close(self) -> None:
        await self._engine.close()


def _start_failure(error: BaseException, image: str) -> BaseException:
    """What the engine says when a program can't be started, in words."""
    from docker.errors import APIError

    if not isinstance(error, APIError):
        return error
    text = str(error.explanation or error)
    if "exec format error" in text:
        return TaskFailed(f"the image {image} is built for another kind of processor than this machine's")
    if "executable file not found" in text or "no such file or directory" in text:
        return TaskFailed(f"the image {image} has no program to start the task with: {text}")
    return TaskFailed(f"the container could not be started: {text}")


class RunningContainer:
    """One container that was started, or found again."""

    def __init__(self, engine: DockerEngine, api: Any, job: Job, container: str) -> None:
        self._engine = engine
        self._api = api
        self._job = job
        self._id = container
        self._stopped = False

    # --- what it says

    async def lines(self) -> AsyncIterator[Line]:
        """Both streams, each in its order; the times are the engine's own."""
        loop = asyncio.get_running_loop()
        queue: asyncio.Queue[Line | BaseException | None] = asyncio.Queue()
        streams = [Stream(self._api, self._id, name) for name in ("stdout", "stderr")]
        for stream in streams:
            threading.Thread(target=stream.run, args=(loop, queue), daemon=True).start()
        try:
            left = len(streams)
            while left:
                item = await queue.get()
                if isinstance(item, Line):
                    yield item
                elif item is None:
                    left -= 1
                else:
                    raise explained(item, self._engine.address) if isinstance(item, Exception) else item
        finally:
            for stream in streams:
                stream.close()

    # --- how it ends

    async def wait(self) -> Exit:
        state = await self._state()
        if state["Running"]:
            await self._engine.call(self._api.wait, self._id, timeout=None)
            state = await self._state()
        if not docker_options.is_mounted(self._job, is_local=self._engine.is_local):
            await self._engine.call(docker_files.get, self._api, self._id, self._job.directory)
        code = int(state["ExitCode"])
        return Exit(code=code, reason=await self._reason(code, state), details={"containerId": self._id})

    async def _state(self) -> Any:
        return (await self._engine.call(self._api.inspect_container, self._id))["State"]

    async def _reason(self, code: int, state: Any) -> str:
        if self._stopped:
            return "stopped"
        if state.get("OOMKilled"):
            return await self._out_of_memory()
        if code == OOM:
            return "killed by SIGKILL from outside: not by flowdeck, nor by the container's own memory limit"
        return str(state.get("Error") or "")

    async def _out_of_memory(self) -> str:
        found = await self._engine.call(self._api.inspect_container, self._id)
        limit = found["HostConfig"].get("Memory") or 0
        if limit:
            return f"killed for lack of memory: it needs more than its limit of {limit / MIB:.0f} MiB; raise `taskRunner.memory.memory`"
        return "killed for lack of memory: this machine has no more"

    async def stop(self) -> None:
        self._stopped = True
        grace = self._grace()
        for number, patience in (
            ("SIGINT", grace),
            ("SIGTERM", grace / 4),
            ("SIGKILL", timedelta(seconds=10)),
        ):
            if not await self._signalled(number) or await self._ended_within(patience):
                return
        raise EngineUnavailable(
            f"the container {self._id[:12]} does not end, not even by SIGKILL",
            hint="systemctl restart docker",
        )

    def _grace(self) -> timedelta:
        chosen = self._job.options.get("killGracePeriod")
        return chosen if isinstance(chosen, timedelta) and chosen else self._job.stop_grace

    async def _signalled(self, number: str) -> bool:
        """False where the container is not running any more."""
        from docker.errors import APIError, NotFound

        try:
            await self._engine.call(self._api.kill, self._id, number)
        except NotFound:
            return False
        except APIError as error:
            if error.response is not None and error.response.status_code == 409:
                return False
            raise
        return True

    async def _ended_within(self, patience: timedelta) -> bool:
        import requests

        try:
            await self._engine.call(self._api.wait, self._id, timeout=patience.total_seconds())
        except (requests.ReadTimeout, requests.ConnectionError):
            return not (await self._state())["Running"]
        return True

    async def release(self) -> None:
        from docker.errors import APIError, NotFound

        if str(self._job.options.get("delete", True)).lower() == "false":
            return
        try:
            await self._engine.call(self._api.remove_container, self._id, v=True, force=True)
        except NotFound:
            pass
        except APIError as error:
            if error.response is None or error.response.status_code != 409:  # 409: its removal is under way
                raise


class Stream:
    """One of a container's two streams, read on a thread of its own: the SDK blocks."""

    def __init__(self, api: Any, container: str, name: str) -> None:
        self._api = api
        self._container = container
        self._name = name
        self._last = self._told = ""
        self._lines = Lines()
        self._at = datetime.now(UTC)
        self._closed = False
        self._response: Any = None

    def close(self) -> None:
        """Nobody listens any more."""
        self._closed = True
        if self._response is not None:
            self._response.close()

    def run(
        self, loop: asyncio.AbstractEventLoop, queue: "asyncio.Queue[Line | BaseException | None]"
    ) -> None:
        def tell(item: Line | BaseException | None) -> None:
            if not self._closed and not loop.is_closed():
                loop.call_soon_threadsafe(queue.put_nowait, item)

        try:
            while not self._closed:
                running = self._is_running()
                self._read(tell)
                if not running:
                    break
            for text in self._lines.finish():
                tell(self._line(text))
            tell(None)
        except Exception as error:  # raised again where somebody waits
            tell(error)

    def _is_running(self) -> bool:
        from docker.errors import NotFound

        try:
            return bool(self._api.inspect_container(self._container)["State"]["Running"])
        except NotFound:
            return False

    def _read(self, tell: Any) -> None:
        """Until the stream ends, or the connection is lost."""
        import requests
        import urllib3

        self._told = self._last
        since = (
            datetime.fromisoformat(self._last[:26]).replace(tzinfo=UTC).timestamp() if self._last else None
        )
        self._response = frames = self._api.logs(
            self._container,
            stdout=self._name == "stdout",
            stderr=self._name == "stderr",
            stream=True,
            follow=True,
            timestamps=True,
            since=since,
        )
        try:
            for frame in frames:
                for text in self._frame(frame):
                    tell(self._line(text))
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, AttributeError):
            return  # silence for longer than the SDK waits, or a lost connection: the next reading goes on from here

    def _frame(self, frame: bytes) -> Any:
        """One message of the container behind its time; a long one comes in several frames."""
        for piece in frame.splitlines(keepends=True):
            time, _, text = piece.partition(b" ")
            stamp = time.decode("ascii", "replace")
            if stamp <= self._told:
                continue  # before the connection was lost
            self._last = stamp
            self._at = datetime.fromisoformat(stamp[:26].rstrip("Z")).replace(tzinfo=UTC)
            yield from self._lines.feed(text)

    def _line(self, text: str) -> Line:
        return Line(text=text, stream="stderr" if self._name == "stderr" else "stdout", at=self._at)
