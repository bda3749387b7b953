"""Downloads from a real server."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from runtime.errors import TaskFailed
from runtime.tasks.convert import convert_properties
from runtime.tasks.http_download import Download
from tests.support import World

STARTED = web.AppKey("started", asyncio.Event)
LET_GO = web.AppKey("let_go", asyncio.Event)
BIG = bytes(range(256)) * 50_000


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


async def answer(request: web.Request) -> web.StreamResponse:
    match request.path:
        case "/big.bin":
            return web.Response(body=BIG)
        case "/named":
            return web.Response(
                body=b"1", headers={"Content-Disposition": 'attachment; filename="../my report.csv"'}
            )
        case "/moved":
            raise web.HTTPFound("/dir/a%20b.csv")
        case "/empty":
            return web.Response()
        case "/gone":
            return web.Response(status=404, text="no such thing")
        case "/who":
            return web.Response(text=request.headers.get("Authorization", ""))
        case "/broken":
            response = web.StreamResponse(headers={"Content-Length": "100"})
            await response.prepare(request)
            await response.write(b"half")
            assert request.transport is not None
            request.transport.close()
            return response
        case "/slow":
            response = web.StreamResponse()
            await response.prepare(request)
            await response.write(b"first")
            request.app[STARTED].set()
            await request.app[LET_GO].wait()
    return web.Response(body=b"x")


@pytest.fixture
def application() -> web.Application:
    made = web.Application()
    made[STARTED], made[LET_GO] = asyncio.Event(), asyncio.Event()
    return made


@pytest.fixture
async def address(application: web.Application) -> AsyncIterator[str]:
    application.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(application, shutdown_timeout=0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    application[LET_GO].set()
    await runner.cleanup()


async def download(world: World, **properties: Any) -> dict[str, Any]:
    return dict((await convert_properties(Download, properties).run(world.context)).outputs)


async def test_a_file_larger_than_an_output_arrives_whole(world: World, address: str) -> None:
    outputs = await download(world, uri=f"{address}/big.bin")
    assert (outputs["code"], outputs["length"]) == (200, len(BIG))
    assert outputs["uri"].endswith("/tasks/task/taskrun/big.bin")
    assert world.store.locate(outputs["uri"]).read_bytes() == BIG
    assert not list(world.scratch.iterdir())


@pytest.mark.parametrize(
    ("path", "keys", "name"),
    [
        ("/named", {}, "my_report.csv"),
        ("/named", {"saveAs": "mine.csv"}, "mine.csv"),
        ("/moved", {}, "a_b.csv"),
        ("/", {}, "download"),
    ],
)
async def test_a_file_has_the_name_that_the_flow_or_the_server_gives(
    world: World, address: str, path: str, keys: dict[str, str], name: str
) -> None:
    assert (await download(world, uri=f"{address}{path}", **keys))["uri"].endswith(f"/taskrun/{name}")


async def test_an_empty_file_is_a_failure_unless_allowed(world: World, address: str) -> None:
    with pytest.raises(TaskFailed, match="the response is empty"):
        await download(world, uri=f"{address}/empty")
    outputs = await download(world, uri=f"{address}/empty", failOnEmptyResponse=False)
    assert world.store.read(outputs["uri"]) == ""


async def test_a_bad_status_fails_with_what_the_server_says(world: World, address: str) -> None:
    with pytest.raises(TaskFailed, match="404 Not Found: no such thing") as failed:
        await download(world, uri=f"{address}/gone")
    assert failed.value.outputs["code"] == 404
    allowed = await download(world, uri=f"{address}/gone", options={"allowedResponseCodes": [404]})
    assert world.store.read(allowed["uri"]) == "no such thing"


async def test_half_a_file_is_no_file(world: World, address: str) -> None:
    with pytest.raises(TaskFailed):
        await download(world, uri=f"{address}/broken")
    assert not world.store.store.addresses("company.team", "flow", "execution")


async def test_who_asks_is_said_and_masked(world: World, address: str) -> None:
    outputs = await download(
        world, uri=f"{address}/who", options={"auth": {"type": "BEARER", "token": "t0k"}}
    )
    assert world.store.read(outputs["uri"]) == "Bearer t0k"
    assert world.masked == ["t0k"]


async def test_a_stop_leaves_nothing_behind(world: World, address: str, application: web.Application) -> None:
    task = asyncio.create_task(download(world, uri=f"{address}/slow"))
    async with asyncio.timeout(30):
        await application[STARTED].wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not list(world.scratch.iterdir())
