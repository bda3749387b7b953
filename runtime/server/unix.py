"""The service on its unix socket."""

import asyncio
import contextlib
import logging
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
from aiohttp import web

from runtime.client import wire
from runtime.errors import DataDirectoryInUse, Failure, Internal, InvalidRequest, NotAllowed
from runtime.server import peer
from runtime.service import Service

logger = logging.getLogger(__name__)

LARGEST_REQUEST = 32 * 1024 * 1024  # bytes


def application(service: Service) -> web.Application:
    """Two paths: one asks, one streams."""

    async def ask(request: web.Request) -> web.Response:
        try:
            user = _user(request)
            asked = wire.decode_request(await request.read())
            view = await service.handle(asked, user=user)
        except msgspec.MsgspecError as error:
            return _refusal(InvalidRequest(f"this is no request that I know: {error}"))
        except Failure as failure:
            return _refusal(failure)
        return web.Response(body=wire.encode(view), content_type="application/json")

    async def stream(request: web.Request) -> web.StreamResponse:
        try:
            _user(request)
            views = service.watch(wire.decode_stream(await request.read()))
        except msgspec.MsgspecError as error:
            return _refusal(InvalidRequest(f"this is no stream that I know: {error}"))
        except Failure as failure:
            return _refusal(failure)
        return await _streamed(request, views)

    app = web.Application(client_max_size=LARGEST_REQUEST)
    app.router.add_post(wire.ASK_PATH, ask)
    app.router.add_post(wire.STREAM_PATH, stream)
    return app


def _user(request: web.Request) -> str:
    uid = peer.uid_of(request.transport)
    if not peer.may_speak(uid):
        raise NotAllowed(f"this runtime belongs to another user, and {peer.name_of(uid)} may not speak to it")
    return peer.name_of(uid)


def _refusal(failure: Failure) -> web.Response:
    return web.Response(
        body=wire.encode_failure(failure), status=wire.FAILURE_STATUS, content_type="application/json"
    )


async def _streamed(request: web.Request, views: AsyncIterator[object]) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/x-ndjson"})
    await response.prepare(request)
    with contextlib.suppress(ConnectionError):
        try:
            async for view in views:
                await response.write(wire.encode(view) + b"\n")  # type: ignore[arg-type]
        except Failure as failure:
            await response.write(wire.encode_failure(failure) + b"\n")
        except Exception as defect:
            logger.exception("a stream broke")
            await response.write(wire.encode_failure(Internal(f"{type(defect).__name__}: {defect}")) + b"\n")
    return response


@asynccontextmanager
async def listening(service: Service, path: Path) -> AsyncIterator[None]:
    """Serve on `path`, which only the runtime's user may open, until the block ends."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    await asyncio.to_thread(_clear, path)
    runner = web.AppRunner(application(service), access_log=None, shutdown_timeout=1)
    await runner.setup()
    mask = os.umask(0o177)
    try:
        await web.UnixSite(runner, str(path)).start()
    finally:
        os.umask(mask)
    try:
        yield
    finally:
        await runner.cleanup()
        path.unlink(missing_ok=True)


def _clear(path: Path) -> None:
    """Remove what an earlier runtime left; a socket that answers is somebody's."""
    if not path.exists():
        return
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            path.unlink()
            return
    raise DataDirectoryInUse(
        f"another runtime listens on {path}", hint="`flowdeck status` says which, `flowdeck stop` ends it"
    )
