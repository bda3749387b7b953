"""One connection to the runtime's socket: HTTP/1.1 by h11, one exchange at a time.

aiohttp serves the other side, and would do here too; but its client takes 0.15 s to import, which every command and the first
frame of the console would wait for.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import h11

PATIENCE: Final = 5.0  # seconds until the socket must take a connection
CHUNK: Final = 2**18  # bytes that are read at once


class Line:
    """Send a body to a path, read the body that comes back."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._http = h11.Connection(h11.CLIENT)

    @classmethod
    async def open(cls, path: Path) -> "Line":
        """Raises OSError."""
        async with asyncio.timeout(PATIENCE):
            return cls(*await asyncio.open_unix_connection(str(path), limit=CHUNK))

    @property
    def is_usable(self) -> bool:
        """Whether another exchange may begin: the last one was read to its end, and the other side still holds the line."""
        return self._http.our_state is h11.IDLE and not self._reader.at_eof()

    async def send(self, target: str, body: bytes) -> None:
        head = h11.Request(
            method="POST",
            target=target,
            headers=[("Host", "flowdeck"), ("Content-Length", str(len(body)))],
        )
        for event in (head, h11.Data(body), h11.EndOfMessage()):
            self._writer.write(self._http.send(event) or b"")
        await self._writer.drain()

    async def chunks(self) -> AsyncIterator[bytes]:
        """The answer's body as it comes. Raises OSError or h11.ProtocolError where the line breaks first."""
        while not isinstance(event := await self._next(), h11.EndOfMessage):
            if isinstance(event, h11.ConnectionClosed):
                raise ConnectionResetError("the runtime closed the line")
            if isinstance(event, h11.Data):
                yield bytes(event.data)
        if self._http.our_state is h11.DONE and self._http.their_state is h11.DONE:
            self._http.start_next_cycle()

    async def _next(self) -> object:
        while (event := self._http.next_event()) is h11.NEED_DATA:
            self._http.receive_data(await self._reader.read(CHUNK))
        return event

    async def close(self) -> None:
        self._writer.close()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()
