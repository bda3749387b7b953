"""Webhooks over HTTP: whoever knows a trigger's key begins an execution of its flow.

curl -X POST http://HOST:PORT/api/v1/executions/webhook/NAMESPACE/FLOW/KEY -d '{"rows": 3}'
"""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from runtime.answers.webhooks import Begun, Call, call
from runtime.errors import Failure, Rejected, TriggerNotFound
from runtime.expressions.text import to_json
from runtime.service import Service

PATHS = (
    "/api/v1/executions/webhook/{namespace}/{flow}/{key}",
    "/api/v1/{tenant}/executions/webhook/{namespace}/{flow}/{key}",
)
METHODS = ("GET", "POST", "PUT")

LARGEST_BODY = 10 * 2**20
"""Bytes of one call."""


def add_webhooks(app: web.Application, service: Service) -> None:
    """The routes, as Kestra has them."""

    async def answer(request: web.Request) -> web.Response:
        return await _answer(service, request)

    for path in PATHS:
        for method in METHODS:
            app.router.add_route(method, path, answer)


async def _answer(service: Service, request: web.Request) -> web.Response:
    where = request.match_info
    incoming = Call(
        body=await request.read(), headers=_lists(request.headers), parameters=_lists(request.query)
    )
    try:
        begun = await call(service.parts, where["namespace"], where["flow"], where["key"], incoming)
    except TriggerNotFound as unknown:
        return web.json_response({"message": unknown.message}, status=404)
    except Failure as failure:
        status = 422 if isinstance(failure, Rejected) else 500
        return web.json_response({"message": failure.message, "code": failure.code}, status=status)
    if begun is None:
        return web.Response(status=204)
    return await _told(service, begun)


def _lists(pairs: Mapping[str, str]) -> dict[str, list[str]]:
    """Each name with all its values: a header or a parameter may come several times."""
    found: dict[str, list[str]] = {}
    for name, value in pairs.items():
        found.setdefault(name, []).append(value)
    return found


async def _told(service: Service, begun: Begun) -> web.Response:
    execution, webhook = begun.execution, begun.webhook
    if webhook.wait:
        await service.wait_end(execution.id)
        execution, _ = await service.parts.store.executions.get(execution.id)
    told: dict[str, Any] = {
        "id": execution.id,
        "namespace": execution.namespace,
        "flowId": execution.flow_id,
        "flowRevision": execution.revision,
        "labels": execution.labels,
        "state": {"current": execution.state.value},
        **({"outputs": execution.outputs} if webhook.wait else {}),
    }
    return web.Response(
        text=to_json(execution.outputs if webhook.wait and webhook.return_outputs else told),
        status=webhook.response_code or 200,
        content_type=webhook.response_content_type or "application/json",
    )
