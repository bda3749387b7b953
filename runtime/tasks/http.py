"""One HTTP request, and its response as outputs."""

import codecs
from base64 import b64encode
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import msgspec

from runtime.errors import TaskFailed
from runtime.expressions.text import text, to_json
from runtime.tasks.base import Result, Task
from runtime.tasks.context import TaskContext
from runtime.tasks.http_exchange import (
    FAILING,
    IDLE_TIMEOUT,
    Auth,
    Options,
    Proxy,
    Response,
    Ssl,
    Timeout,
    answered,
    excerpt,
    read,
    timeouts,
    tls,
    visible,
)

if TYPE_CHECKING:
    import aiohttp

MULTIPART = "multipart/form-data"
FORM = "application/x-www-form-urlencoded"


class RequestOptions(Options, frozen=True, kw_only=True):
    """How a request is sent, and which answers are good."""

    timeout: Timeout = Timeout()
    """How long to wait."""
    proxy: Proxy | None = None
    """A proxy on the way."""
    auth: Auth | None = None
    """BASIC, DIGEST or BEARER."""
    ssl: Ssl = Ssl()
    """What of TLS is checked."""
    follow_redirects: bool = True
    """Whether a redirection is gone after."""
    allow_failed: bool = False
    """Whether a status of 400 and above is a success too."""
    allowed_response_codes: list[int] = msgspec.field(default_factory=list)
    """Statuses of 400 and above that are a success."""
    default_charset: str = "UTF-8"
    """For a response that does not say which it uses."""
    logs: Any = None
    """No effect."""
    enabled_tcp_extended_keep_alive: bool | None = None
    """No effect."""
    connect_timeout: timedelta | None = None
    """Deprecated: `timeout.connectTimeout`."""
    read_timeout: timedelta | None = None
    """Deprecated: `timeout.readIdleTimeout`."""
    read_idle_timeout: timedelta | None = None
    """Deprecated: `timeout.readIdleTimeout`."""
    basic_auth_user: str | None = None
    """Deprecated: `auth` of type BASIC."""
    basic_auth_password: str | None = None
    """Deprecated: `auth` of type BASIC."""
    proxy_type: str | None = None
    """Deprecated: `proxy.type`."""
    proxy_address: str | None = None
    """Deprecated: `proxy.address`."""
    proxy_port: int | None = None
    """Deprecated: `proxy.port`."""
    proxy_username: str | None = None
    """Deprecated: `proxy.username`."""
    proxy_password: str | None = None
    """Deprecated: `proxy.password`."""
    log_level: str | None = None
    """No effect."""
    connection_pool_idle_timeout: timedelta | None = None
    """No effect."""
    max_content_length: int | None = None
    """No effect: a response of more than 10 MiB is refused."""

    @property
    def identity(self) -> Auth | None:
        if self.auth is None and self.basic_auth_user is not None:
            return Auth(username=self.basic_auth_user, password=self.basic_auth_password)
        return self.auth

    @property
    def route(self) -> Proxy | None:
        if self.proxy is not None or self.proxy_address is None:
            return self.proxy
        return Proxy(
            type="HTTP",
            address=self.proxy_address,
            port=self.proxy_port,
            username=self.proxy_username,
            password=self.proxy_password,
        )

    def accepts(self, code: int) -> bool:
        return code < FAILING or self.allow_failed or code in self.allowed_response_codes


class HttpTask(Task, frozen=True, kw_only=True):
    """The properties of every task that sends one HTTP request."""

    uri: str
    """The address, with http:// or https://."""
    method: str = "GET"
    """GET, POST, PUT, PATCH, DELETE ..."""
    body: Any = None
    """What is sent; a map or a list is sent as JSON."""
    form_data: dict[str, Any] | None = None
    """The fields of a form. With `contentType: multipart/form-data` a value that is an address of a stored file
    (`{{ outputs.x.uri }}`), or a map of `name` and `content`, is sent as a file."""
    params: dict[str, Any] | None = None
    """Added to the address's query."""
    content_type: str = "application/json"
    """Of `body`; a form is urlencoded unless this says multipart/form-data."""
    headers: dict[str, Any] | None = None
    """Further headers."""
    options: RequestOptions = RequestOptions()
    """Timeouts, authentication, redirects, and which statuses are good."""
    allow_failed: bool | None = None
    """Deprecated: `options.allowFailed`."""
    ssl_options: Ssl | None = None
    """Deprecated: `options.ssl`."""

    async def send(self, context: TaskContext | None = None) -> Response:
        """The answer, whatever its status; stored files can be sent only with a context."""
        async with self.answered(context) as response:
            return await read(response, self.line, _charset(self.settled().default_charset))

    @asynccontextmanager
    async def answered(self, context: TaskContext | None = None) -> "AsyncIterator[aiohttp.ClientResponse]":
        """The answer before its body is read."""
        import aiohttp

        options = self.settled()
        timeout = timeouts(options.timeout.connect_timeout or options.connect_timeout, _idle(options))
        request = self._request(options, context)
        async with (
            aiohttp.ClientSession(
                timeout=timeout, trust_env=True, middlewares=_digest(options.identity)
            ) as session,
            answered(session, self.method.upper(), self.uri, **request) as response,
        ):
            yield response

    @property
    def line(self) -> str:
        """The request as messages name it."""
        return f"{self.method.upper()} {visible(self.uri)}"

    def hide(self, context: TaskContext) -> None:
        """Have the request's secrets masked."""
        options = self.settled()
        identity, route = options.identity, options.route
        for secret in (identity and identity.password, identity and identity.token, route and route.password):
            if secret:
                context.secrets(secret)

    def settled(self) -> RequestOptions:
        """The options, with what the deprecated keys beside them say."""
        options = self.options
        if self.allow_failed is not None:
            options = msgspec.structs.replace(options, allow_failed=self.allow_failed)
        if self.ssl_options is not None:
            options = msgspec.structs.replace(options, ssl=self.ssl_options)
        return options

    def _request(self, options: RequestOptions, context: TaskContext | None) -> dict[str, Any]:
        headers = {name: text(value) for name, value in (self.headers or {}).items() if value is not None}
        data = self._payload(headers, context)
        return {
            "params": _query(self.params),
            "headers": headers | _authorization(options.identity),
            "data": data,
            "allow_redirects": options.follow_redirects,
            "ssl": tls(insecure=options.ssl.insecure_trust_all_certificates),
            **_proxy(options.route),
        }

    def _payload(self, headers: dict[str, str], context: TaskContext | None) -> Any:
        if self.form_data is not None and context is not None:
            return _form(self.form_data, multipart=self.content_type == MULTIPART, context=context)
        if self.body is None:
            return None
        if not any(name.lower() == "content-type" for name in headers):
            headers["Content-Type"] = self.content_type
        return (self.body if isinstance(self.body, str) else to_json(self.body, nulls=True)).encode()


class Request(HttpTask, frozen=True, kw_only=True):
    """Send one HTTP request; its status, headers and body become outputs, and a status of 400 or above is a failure.

    - id: rates
      type: io.kestra.plugin.core.http.Request
      uri: https://example.com/rates
      options:
        auth: {type: BEARER, token: "{{ secret('RATES_TOKEN') }}"}
    """

    encrypt_body: bool = False
    """No effect yet: the body is kept as it came."""

    async def run(self, context: TaskContext) -> Result:
        self.hide(context)
        if self.encrypt_body:
            context.log.warn("encryptBody has no effect yet: the body is kept as it came")
        return self._judge(await self.send(context), context)

    def _judge(self, response: Response, context: TaskContext) -> Result:
        outputs: dict[str, Any] = {
            "uri": response.url,
            "code": response.code,
            "headers": dict(response.headers),
            "body": response.body,
        }
        if self.form_data is not None:
            outputs["formData"] = self.form_data
        line = f"{self.line}: {status(response.code)}"
        if self.settled().accepts(response.code):
            context.log.info(line)
            return Result(outputs=outputs)
        body = excerpt(response.body)
        raise TaskFailed(f"{line}: {body}" if body else line, outputs=outputs)


def _idle(options: RequestOptions) -> timedelta:
    chosen = options.timeout.read_idle_timeout
    return chosen if chosen != IDLE_TIMEOUT else options.read_idle_timeout or options.read_timeout or chosen


def _charset(name: str) -> str:
    try:
        return codecs.lookup(name).name
    except LookupError:
        raise TaskFailed(f"options.defaultCharset: nobody knows the charset {name}") from None


def _query(params: Mapping[str, Any] | None) -> list[tuple[str, str]] | None:
    """A parameter with a list of values is repeated, one that is null is left out."""
    if params is None:
        return None
    pairs = []
    for name, value in params.items():
        values = value if isinstance(value, list | tuple) else [value]
        pairs += [(name, text(each)) for each in values if each is not None]
    return pairs


def _authorization(auth: Auth | None) -> dict[str, str]:
    if auth is None or auth.type == "DIGEST":
        return {}
    if auth.type == "BEARER":
        return {"Authorization": f"Bearer {auth.token or ''}"}
    pair = f"{auth.username or ''}:{auth.password or ''}"
    return {"Authorization": f"Basic {b64encode(pair.encode()).decode()}"}


def _digest(auth: Auth | None) -> "tuple[aiohttp.DigestAuthMiddleware, ...]":
    import aiohttp

    if auth is None or auth.type != "DIGEST":
        return ()
    return (aiohttp.DigestAuthMiddleware(auth.username or "", auth.password or ""),)


def _proxy(proxy: Proxy | None) -> dict[str, Any]:
    if proxy is None or proxy.type == "DIRECT" or not proxy.address:
        return {}
    if proxy.type == "SOCKS":
        raise TaskFailed("options.proxy: only proxies of type HTTP are supported")
    who = (
        f"{quote(proxy.username, safe='')}:{quote(proxy.password or '', safe='')}@" if proxy.username else ""
    )
    port = f":{proxy.port}" if proxy.port else ""
    return {"proxy": f"http://{who}{proxy.address}{port}"}


def _form(fields: Mapping[str, Any], *, multipart: bool, context: TaskContext) -> "aiohttp.FormData":
    import aiohttp

    form = aiohttp.FormData(default_to_multipart=multipart)
    for name, value in fields.items():
        if multipart and isinstance(value, Mapping) and "content" in value:
            form.add_field(name, _content(value["content"], context), filename=text(value.get("name", name)))
        elif multipart and _is_stored(value):
            path = context.files.locate(value)
            form.add_field(name, path.read_bytes(), filename=path.name)
        else:
            form.add_field(name, text(value))
    return form


def _content(value: Any, context: TaskContext) -> bytes:
    return context.files.locate(value).read_bytes() if _is_stored(value) else text(value).encode()


def _is_stored(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("kestra:///")


def status(code: int) -> str:
    try:
        return f"{code} {HTTPStatus(code).phrase}"
    except ValueError:
        return str(code)
