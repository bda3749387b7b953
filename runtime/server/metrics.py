"""What is served over TCP when that is asked for: metrics in Prometheus' text format, health, and webhooks."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from runtime.client.requests import GetStatus
from runtime.errors import InvalidRequest
from runtime.model.views import RuntimeStatus
from runtime.server.webhooks import LARGEST_BODY, add_webhooks
from runtime.service import Service


def application(service: Service) -> web.Application:
    async def health(request: web.Request) -> web.Response:
        trouble = service.parts.supervisor.trouble
        return web.json_response(
            {"status": "failing" if trouble else "ok", "trouble": trouble}, status=503 if trouble else 200
        )

    async def metrics(request: web.Request) -> web.Response:
        return web.Response(
            text=await _exposition(service), content_type="text/plain", headers={"X-Version": "0.0.4"}
        )

    app = web.Application(client_max_size=LARGEST_BODY)
    app.router.add_get("/health", health)
    app.router.add_get("/metrics", metrics)
    add_webhooks(app, service)
    return app


async def _exposition(service: Service) -> str:
    status = await service.handle(GetStatus())
    assert isinstance(status, RuntimeStatus)
    supervisor = service.parts.supervisor.statistics()
    counts = await service.parts.store.executions.counts()
    lines = [
        *_family("flowdeck_flows", "gauge", "Flow files read.", [("", status.flows)]),
        *_family("flowdeck_flow_problems", "gauge", "Flow files with errors.", [("", status.problems)]),
        *_family("flowdeck_schedules", "gauge", "Schedules that will fire.", [("", status.schedules)]),
        *_family(
            "flowdeck_executions_live", "gauge", "Executions that have not ended.", [("", supervisor.live)]
        ),
        *_family("flowdeck_events_total", "counter", "Events written.", [("", supervisor.events)]),
        *_family("flowdeck_memory_bytes", "gauge", "Resident memory.", [("", status.memory)]),
        *_family(
            "flowdeck_executions",
            "gauge",
            "Executions kept, by state.",
            [(f'{{state="{state}"}}', n) for state, n in counts.items()],
        ),
    ]
    return "\n".join(lines) + "\n"


def _family(name: str, kind: str, text: str, samples: list[tuple[str, int]]) -> list[str]:
    return [
        f"# HELP {name} {text}",
        f"# TYPE {name} {kind}",
        *(f"{name}{labels} {value}" for labels, value in samples),
    ]


@asynccontextmanager
async def listening_tcp(service: Service, address: str) -> AsyncIterator[None]:
    """Serve on HOST:PORT until the block ends."""
    host, _, port = address.rpartition(":")
    if not port.isdigit():
        raise InvalidRequest(f"`{address}` is no HOST:PORT", hint="for example 127.0.0.1:9464")
    runner = web.AppRunner(application(service), access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, host.strip("[]") or "127.0.0.1", int(port)).start()
        yield
    finally:
        await runner.cleanup()
