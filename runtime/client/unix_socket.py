"""A transport over the runtime's unix socket: HTTP, as Docker does, so that `curl --unix-socket` works too."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from runtime.client import wire
from runtime.client.requests import AnyRequest, AnyStream
from runtime.errors import RuntimeUnreachable
from runtime.model.views import AnyView

if TYPE_CHECKING:
    from runtime.client.line import Line

START_IT = "`flowdeck serve` starts a runtime, `flowdeck status` says what is there"

REST: Final = 30.0
"""Seconds that a line may lie idle and be used again; the runtime hangs up after 75."""


class UnixSocket:
    """Speaks to the runtime that listens on `path`; lines are kept between requests."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._idle: list[tuple[float, Line]] = []

    async def send(self, request: AnyRequest) -> AnyView:
        async with self._exchange(wire.ASK_PATH, wire.encode(request)) as line:
            body = b"".join([chunk async for chunk in line.chunks()])
        return wire.decode_view(body)

    async def stream(self, request: AnyStream) -> AsyncIterator[AnyView]:
        async with self._exchange(wire.STREAM_PATH, wire.encode(request)) as line:
            async for each in _lines(line.chunks()):
                yield wire.decode_view(each)

    @asynccontextmanager
    async def _exchange(self, target: str, body: bytes) -> AsyncIterator["Line"]:
        """A line on which the request is sent; kept for the next one where the answer was read to its end."""
        from h11 import ProtocolError

        line: Line | None = None
        try:
            line = await self._line()
            await line.send(target, body)
            yield line
        except (OSError, ProtocolError) as error:
            raise self._unreachable(error) from error
        finally:
            if line is not None:
                await self._keep(line)

    async def _line(self) -> "Line":
        from runtime.client.line import Line

        now = asyncio.get_running_loop().time()
        while self._idle:
            since, line = self._idle.pop()
            if line.is_usable and now - since < REST:
                return line
            await line.close()
        return await Line.open(self._path)

    async def _keep(self, line: "Line") -> None:
        if line.is_usable:
            self._idle.append((asyncio.get_running_loop().time(), line))
        else:
            await line.close()

    def _unreachable(self, error: Exception) -> RuntimeUnreachable:
        return RuntimeUnreachable(
            f"no runtime answers on {self._path}: {str(error) or type(error).__name__}", hint=START_IT
        )

    async def close(self) -> None:
        while self._idle:
            _, line = self._idle.pop()
            await line.close()


async def _lines(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Whole lines, of any length."""
    rest = bytearray()
    async for chunk in chunks:
        rest += chunk
        *whole, last = rest.split(b"\n")
        for line in whole:
            yield bytes(line)
        rest = bytearray(last)
