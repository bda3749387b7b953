"""The command log: what a person did in this console, as commands that do the same."""

from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime

from console.models.command_line import spoken
from runtime.client.requests import AnyRequest, AnyStream
from runtime.client.transport import Transport
from runtime.errors import Failure
from runtime.model.views import AnyView

KEPT = 500  # commands


@dataclass(frozen=True)
class Command:
    """One thing that was asked of the runtime, and how it went."""

    at: datetime
    line: str
    failure: str = ""
    """Why it was refused; empty where it was done."""


class CommandLog:
    """The commands of this console, the newest first."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._kept: deque[Command] = deque(maxlen=KEPT)

    @property
    def commands(self) -> tuple[Command, ...]:
        return tuple(self._kept)

    def add(self, line: str, failure: str = "") -> None:
        self._kept.appendleft(Command(self._now(), line, failure))


class Noted:
    """A transport that notes what passes and has an effect; questions and streams pass unnoted."""

    def __init__(self, transport: Transport, log: CommandLog) -> None:
        self._transport = transport
        self._log = log

    async def send(self, request: AnyRequest) -> AnyView:
        line = spoken(request)
        try:
            answer = await self._transport.send(request)
        except Failure as failure:
            if line:
                self._log.add(line, failure.message or type(failure).__name__)
            raise
        if line:
            self._log.add(line)
        return answer

    def stream(self, request: AnyStream) -> AsyncIterator[AnyView]:
        return self._transport.stream(request)

    async def close(self) -> None:
        await self._transport.close()
