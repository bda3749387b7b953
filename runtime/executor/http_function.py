"""`http(uri, ...)` in a template: one request, and the body of its answer."""

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from runtime.errors import ExpressionFailed
from runtime.executor.functions import from_yaml, to_yaml
from runtime.expressions.text import text
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
    """The body: as the value that it writes where it is JSON or YAML, else as text."""
    request = convert_properties(
        Request,
        {
            "uri": uri,
            "method": method,
            "params": query,
            "body": _sent(body, contentType),
            "contentType": contentType,
            "headers": {**{name: _line(value) for name, value in (headers or {}).items()}, "Accept": accept},
            "options": options,
        },
    )
    response = await request.send()
    if not request.options.accepts(response.code):
        raise ExpressionFailed(f"`http('{visible(uri)}')` was answered by the status {response.code}")
    return _body(response)


def _sent(body: Any, kind: str) -> Any:
    """A value in the format that it is sent in; the request itself knows JSON."""
    return to_yaml(body) if "yaml" in kind.lower() and not isinstance(body, str | None) else body


def _line(value: Any) -> Any:
    """Several values of one header in one line, which means the same."""
    return ", ".join(map(text, value)) if isinstance(value, list | tuple) else value


def _body(response: Response) -> Any:
    kinds = [
        value
        for name, values in response.headers.items()
        if name.lower() == "content-type"
        for value in values
    ]
    kind = " ".join(kinds).lower()
    with suppress(ValueError, ExpressionFailed):
        if "json" in kind:
            return json.loads(response.body)
        if "yaml" in kind:
            return from_yaml(response.body)
    return response.body
