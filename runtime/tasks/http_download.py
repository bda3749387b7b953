"""One HTTP request whose answer becomes a stored file."""

from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from runtime.errors import TaskFailed
from runtime.tasks.base import Result
from runtime.tasks.context import TaskContext
from runtime.tasks.http import HttpTask, status
from runtime.tasks.http_exchange import excerpt, headers_of, read
from runtime.tasks.thread import in_thread

if TYPE_CHECKING:
    import aiohttp

CHUNK = 1 << 18  # bytes


class Download(HttpTask, frozen=True, kw_only=True):
    """Download a file of any size into the internal storage; its address is the output `uri`.

    - id: orders
      type: io.kestra.plugin.core.http.Download
      uri: https://example.com/orders.csv
    """

    save_as: str | None = None
    """What the file is to be called; as the server calls it where nothing is said."""
    fail_on_empty_response: bool = True
    """Whether a file without a byte is a failure."""

    async def run(self, context: TaskContext) -> Result:
        self.hide(context)
        context.scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
        place = context.scratch / "download"
        try:
            async with self.answered(context) as response:
                await self._judge(response, context)
                length = await _save(response, place)
                name = self.save_as or _name(response)
            if not length and self.fail_on_empty_response:
                raise TaskFailed(f"{self.line}: the response is empty", outputs=_facts(response, length))
            uri = await in_thread(context.files.put, place, name)
        finally:
            place.unlink(missing_ok=True)
        context.log.info(f"{name}: {length:,} bytes")
        return Result(outputs={"uri": uri, **_facts(response, length)})

    async def _judge(self, response: "aiohttp.ClientResponse", context: TaskContext) -> None:
        line = f"{self.line}: {status(response.status)}"
        if self.settled().accepts(response.status):
            context.log.info(line)
            return
        body = excerpt((await read(response, self.line, "utf-8")).body)
        raise TaskFailed(f"{line}: {body}" if body else line, outputs=_facts(response, 0))


async def _save(response: "aiohttp.ClientResponse", place: Path) -> int:
    with place.open("wb") as file:
        async for chunk in response.content.iter_chunked(CHUNK):
            file.write(chunk)
        return file.tell()


def _facts(response: "aiohttp.ClientResponse", length: int) -> dict[str, Any]:
    return {"code": response.status, "length": length, "headers": headers_of(response)}


def _name(response: "aiohttp.ClientResponse") -> str:
    """As the server calls the file, else the last part of its address."""
    said = response.content_disposition.filename if response.content_disposition else None
    path = PurePosixPath(unquote(response.url.path))
    return PurePosixPath(said or path.name or "download").name
