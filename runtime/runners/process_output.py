"""What a process of this machine says, cut into lines in the order in which it arrives; and that it has ended."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterator
from datetime import UTC, datetime
from typing import Final, Literal

from runtime.runners.base import Line
from runtime.runners.lines import Lines

LINGER: Final = 2.0
"""Seconds for which others may hold a process's output open after its own end, before they are stopped too."""

FULL: Final = 10_000
"""Lines that may wait; a process that says more is not read from until they are taken."""

TURN: Final = 250
"""Lines that are handed on before others have their turn."""

_NAMES: Final[dict[int, Literal["stdout", "stderr"]]] = {1: "stdout", 2: "stderr"}


class ProcessOutput(asyncio.SubprocessProtocol):
    """Both streams of one process. `end_others` is called where something that outlives it holds them open."""

    def __init__(self, end_others: Callable[[], None]) -> None:
        self.exited = asyncio.Event()
        self._end_others = end_others
        self._cutters = {number: Lines() for number in _NAMES}
        self._open = set(_NAMES)
        self._told: deque[Line] = deque()
        self._news = asyncio.Event()
        self._transport: asyncio.SubprocessTransport | None = None

    # --- what asyncio tells

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.SubprocessTransport)
        self._transport = transport

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        at = datetime.now(UTC)
        name = _NAMES[fd]
        self._told.extend(Line(text=text, stream=name, at=at) for text in self._cutters[fd].feed(data))
        self._news.set()
        if len(self._told) > FULL:
            for pipe in self._pipes():
                pipe.pause_reading()

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        at = datetime.now(UTC)
        self._told.extend(Line(text=text, stream=_NAMES[fd], at=at) for text in self._cutters[fd].finish())
        self._open.discard(fd)
        self._news.set()

    def process_exited(self) -> None:
        self.exited.set()
        self._after_linger(self._stop_stragglers)

    def connection_lost(self, exc: Exception | None) -> None:
        """The process has ended, and nobody holds its streams."""
        self.close()

    # --- its end

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def _stop_stragglers(self) -> None:
        if self._open:
            self._end_others()
            self._after_linger(
                self.close
            )  # one that hides its origin may hold a stream for ever: it is heard no longer

    def _after_linger(self, act: Callable[[], None]) -> None:
        asyncio.get_running_loop().call_later(LINGER, act)

    # --- who listens

    async def lines(self) -> AsyncGenerator[Line, None]:
        while self._told or self._open:
            for _ in range(min(len(self._told), TURN)):
                yield self._told.popleft()
            if self._told:
                await asyncio.sleep(0)
                continue
            for pipe in self._pipes():
                pipe.resume_reading()
            self._news.clear()
            if self._open:
                await self._news.wait()

    def _pipes(self) -> Iterator[asyncio.ReadTransport]:
        assert self._transport is not None
        for fd in self._open:
            pipe = self._transport.get_pipe_transport(fd)
            assert isinstance(pipe, asyncio.ReadTransport)
            yield pipe
