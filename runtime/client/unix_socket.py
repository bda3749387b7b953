"""A transport over the runtime's unix socket: HTTP, as Docker does, so that `curl --unix-socket` works too."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

from runtime.client import wire
from runtime.client.requests import AnyRequest, AnyStream
from runtime.errors import RuntimeUnreachable
from runtime.model.views import AnyView

if TYPE_CHECKING:
    import aiohttp

LONGEST_LINE = 64 * 1024 * 1024  # bytes: an execution with all its task runs is one line

START_IT = "`flowdeck serve` starts a runtime, `flowdeck status` says what is there"


class UnixSocket:
    """Speaks to the runtime that listens on `path`; the connection is kept between requests."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._session: aiohttp.ClientSession | None = None

    def _open(self) -> "aiohttp.ClientSession":
        import aiohttp

        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.UnixConnector(str(self._path)),
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=5),
                read_bufsize=2**20,
            )
        return self._session

    async def send(self, request: AnyRequest) -> AnyView:
        import aiohttp

        try:
            async with self._open().post(
                f"http://flowdeck{wire.ASK_PATH}", data=wire.encode(request)
            ) as response:
                body = await response.read()
        except (aiohttp.ClientError, OSError) as error:
            raise self._unreachable(error) from error
        return wire.decode_view(body)

    async def stream(self, request: AnyStream) -> AsyncIterator[AnyView]:
        import aiohttp

        try:
            async with self._open().post(
                f"http://flowdeck{wire.STREAM_PATH}", data=wire.encode(request)
            ) as response:
                async for line in _lines(response.content):
                    yield wire.decode_view(line)
        except (aiohttp.ClientError, OSError) as error:
            raise self._unreachable(error) from error

    def _unreachable(self, error: Exception) -> RuntimeUnreachable:
        return RuntimeUnreachable(
            f"no runtime answers on {self._path}: {str(error) or type(error).__name__}", hint=START_IT
        )

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None


async def _lines(content: "aiohttp.StreamReader") -> AsyncIterator[bytes]:
    """Lines of any length: aiohttp's own reading by lines gives up at the size of its buffer."""
    rest = bytearray()
    async for chunk in content.iter_any():
        rest += chunk
        *whole, last = rest.split(b"\n")
        for line in whole:
            yield bytes(line)
        rest = bytearray(last)
