"""Whole runtimes for tests: in this process behind either transport, or as a daemon of their own."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from runtime.client.client import Client
from runtime.client.in_process import InProcess
from runtime.client.unix_socket import UnixSocket
from runtime.config import Settings
from runtime.model.views import ExecutionChanged, ExecutionView
from runtime.server.unix import listening
from runtime.service import Service


def settings(directory: Path, **keys: Any) -> Settings:
    """A runtime's settings below a test's directory; processes, unless the test asks for containers."""
    flows = directory / "flows"
    flows.mkdir(parents=True, exist_ok=True)
    given = {
        "data": directory / "data",
        "flows": flows,
        "socket": directory / "s.sock",
        "runner": "process",
        **keys,
    }
    return Settings(**given)


@contextlib.asynccontextmanager
async def in_process(chosen: Settings, **keys: Any) -> AsyncIterator[Client]:
    service = Service(chosen, **keys)
    async with service.running(), Client(InProcess(service)) as client:
        yield client


@contextlib.asynccontextmanager
async def over_socket(chosen: Settings, **keys: Any) -> AsyncIterator[Client]:
    service = Service(chosen, **keys)
    async with (
        service.running(),
        listening(service, chosen.socket),
        Client(UnixSocket(chosen.socket)) as client,
    ):
        yield client


class Daemon:
    """`flowdeck serve` as a process that may be killed."""

    def __init__(self, chosen: Settings) -> None:
        self.settings = chosen
        self._process: subprocess.Popen[bytes] | None = None
        self._client: Client | None = None

    async def start(self) -> Client:
        command = [
            sys.executable,
            "-m",
            "console.cli",
            "--data",
            str(self.settings.data),
            "--flows",
            str(self.settings.flows),
        ]
        environment = {**os.environ, "FLOWDECK_RUNNER": self.settings.runner}
        log = (self.settings.data.parent / "daemon.log").open("ab")
        self._process = subprocess.Popen(  # noqa: ASYNC220 - returns at once
            [*command, "--socket", str(self.settings.socket), "serve"],
            env=environment,
            stdout=log,
            stderr=log,
        )
        log.close()
        self._client = client = Client(UnixSocket(self.settings.socket))
        async with asyncio.timeout(30):
            while True:
                assert self._process.poll() is None, (self.settings.data.parent / "daemon.log").read_text()
                with contextlib.suppress(Exception):
                    await client.status()
                    return client
                await asyncio.sleep(0.02)

    async def crash(self) -> Client:
        """Kill it and start it again."""
        await self.close()
        return await self.start()

    async def close(self) -> None:
        self.kill()
        if self._client is not None:
            await self._client.__aexit__(None, None, None)

    def kill(self, number: int = signal.SIGKILL) -> None:
        """End it, and wait until it is gone."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)
            self._process.wait(30)


async def until_ended(client: Client, execution_id: str, *, patience: float = 60) -> ExecutionView:
    """The execution as it is when it has ended, afterExecution included."""
    async with asyncio.timeout(patience):
        async for news in client.watch(execution_id):
            ended = isinstance(news, ExecutionChanged) and news.execution.state.is_terminal
            view = await client.execution(execution_id)
            if (ended or view.execution.state.is_terminal) and all(
                run.state.is_terminal for run in view.task_runs
            ):
                return view
    raise AssertionError


async def run(client: Client, source: str, **keys: Any) -> ExecutionView:
    """Run a flow's text to its end."""
    from runtime.client.requests import CreateExecution

    created = await client.ask(CreateExecution(source=source, **keys), ExecutionView)
    return await until_ended(client, created.execution.id)
