"""The command log: what a person did in this console, as commands that do the same."""

from collections import deque
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime

import msgspec

from console.models.command_line import spoken
from runtime.client.requests import AnyRequest, AnyStream
from runtime.client.transport import Transport
from runtime.errors import Failure
from runtime.model.views import AnyView

KEPT = 500  # commands
HIDDEN = "******"


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
        self._hidden: set[str] = set()

    @property
    def commands(self) -> tuple[Command, ...]:
        return tuple(self._kept)

    def hide(self, value: str) -> None:
        """Never show what somebody has typed as a secret."""
        self._hidden.add(value)

    def speak(self, request: AnyRequest) -> str:
        """The request as a command, without secrets."""
        inputs = getattr(request, "inputs", {})
        shown = {
            name: HIDDEN if isinstance(value, str) and value in self._hidden else value
            for name, value in inputs.items()
        }
        return spoken(msgspec.structs.replace(request, inputs=shown) if shown else request)

    def add(self, line: str, failure: str = "") -> None:
        self._kept.appendleft(Command(self._now(), line, failure))


class Noted:
    """A transport that notes what passes and has an effect; questions and streams pass unnoted."""

    def __init__(self, transport: Transport, log: CommandLog) -> None:
        self._transport = transport
        self._log = log

    async def send(self, request: AnyRequest) -> AnyView:
        line = self._log.speak(request)
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
