"""`http(uri, ...)` in a template: one request, and the body of its answer."""

import json
from collections.abc import Mapping
from typing import Any

from runtime.errors import ExpressionFailed
from runtime.tasks.convert import convert_properties
from runtime.tasks.http import Request
from runtime.tasks.http_exchange import Response, visible

PATIENCE = 60.0  # seconds: a template waits for the whole answer
JSON = "application/json"


async def http(
    uri: str,
    method: str = "GET",
    query: Mapping[str, Any] | None = None,
    body: Any = None,
    contentType: str = JSON,  # noqa: N803  (Kestra's name)
    headers: Mapping[str, Any] | None = None,
    options: Mapping[str, Any] | None = None,
    accept: str = JSON,
) -> Any:
    """The body: as the value that it writes where it is JSON, else as text."""
    request = convert_properties(
        Request,
        {
            "uri": uri,
            "method": method,
            "params": query,
            "body": body,
            "contentType": contentType,
            "headers": {**(headers or {}), "Accept": accept},
            "options": options,
        },
    )
    response = await request.send()
    if not request.options.accepts(response.code):
        raise ExpressionFailed(f"`http('{visible(uri)}')` was answered by the status {response.code}")
    return _body(response)


def _body(response: Response) -> Any:
    kinds = [
        value
        for name, values in response.headers.items()
        if name.lower() == "content-type"
        for value in values
    ]
    if not any("json" in kind.lower() for kind in kinds):
        return response.body
    try:
        return json.loads(response.body)
    except ValueError:
        return response.body
