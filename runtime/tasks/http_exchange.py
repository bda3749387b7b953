"""What every task that speaks HTTP shares: its options, one request, and failures in words that give no secret away."""

import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

import msgspec

from runtime.errors import TaskFailed

if TYPE_CHECKING:
    import aiohttp

MAX_BODY = 10 * 1024 * 1024  # bytes: an output lives in the execution's record
CONNECT_TIMEOUT = timedelta(seconds=30)
IDLE_TIMEOUT = timedelta(minutes=5)
MASK = "***"
FAILING = 400  # from this status on a response is a failure


class Options(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """A group of properties of a request."""


class Timeout(Options, frozen=True):
    """How long to wait."""

    connect_timeout: timedelta | None = None
    """For the connection to stand; 30 seconds where nothing is said."""
    read_idle_timeout: timedelta = IDLE_TIMEOUT
    """For the next byte of the response."""


class Auth(Options, frozen=True):
    """Who asks."""

    type: Literal["BASIC", "BEARER", "DIGEST"] = "BASIC"
    """BASIC and DIGEST take `username` and `password`, BEARER takes `token`."""
    username: str | None = None
    """BASIC, DIGEST."""
    password: str | None = None
    """BASIC, DIGEST; best by `secret()`."""
    token: str | None = None
    """BEARER; best by `secret()`."""


class Ssl(Options, frozen=True):
    """What of TLS is checked."""

    insecure_trust_all_certificates: bool = False
    """Accept any certificate: only for a server that is reached over a network you trust."""


class Proxy(Options, frozen=True):
    """A proxy on the way; where none is given, HTTP_PROXY, HTTPS_PROXY and NO_PROXY of the runtime's environment count."""

    type: Literal["DIRECT", "HTTP", "SOCKS"] = "DIRECT"
    """DIRECT is none; SOCKS is not supported."""
    address: str | None = None
    """Its host."""
    port: int | None = None
    """Its port."""
    username: str | None = None
    """Where it asks for one."""
    password: str | None = None
    """Where it asks for one; best by `secret()`."""


class Response(msgspec.Struct, frozen=True, kw_only=True):
    """An answer, read to its end."""

    url: str
    """Where it came from after redirects, without credentials."""
    code: int
    headers: Mapping[str, list[str]]
    body: str


def visible(url: str) -> str:
    """The address as a message may show it: credentials and the values of its query hidden."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "the address"
    names = [pair.partition("=")[0] for pair in parts.query.split("&") if pair]
    return parts._replace(
        netloc=parts.netloc.rpartition("@")[2],
        query="&".join(f"{name}={MASK}" for name in names),
        fragment="",
    ).geturl()


def tls(*, insecure: bool) -> bool:
    """What aiohttp takes as `ssl`: True checks certificates, False does not."""
    return not insecure


def timeouts(connect: timedelta | None, idle: timedelta) -> "aiohttp.ClientTimeout":
    import aiohttp

    return aiohttp.ClientTimeout(
        total=None,
        sock_connect=(connect or CONNECT_TIMEOUT).total_seconds(),
        sock_read=idle.total_seconds() or None,
    )


async def exchange(
    session: "aiohttp.ClientSession",
    method: str,
    url: str,
    *,
    name: str = "",
    charset: str = "utf-8",
    **request: Any,
) -> Response:
    """Send one request and read the whole answer; raises TaskFailed in words. `name` stands for an address that is secret."""
    async with answered(session, method, url, name=name, **request) as response:
        return await read(response, f"{method} {name or visible(url)}", charset)


@asynccontextmanager
async def answered(
    session: "aiohttp.ClientSession", method: str, url: str, *, name: str = "", **request: Any
) -> "AsyncIterator[aiohttp.ClientResponse]":
    """Send one request; the answer's body is not read yet. What fails until the block's end is TaskFailed in words."""
    import aiohttp

    try:
        async with session.request(method, url, **request) as response:
            yield response
    except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
        raise TaskFailed(f"{method} {name or visible(url)}: {explain(error)}") from None


async def read(response: "aiohttp.ClientResponse", line: str, charset: str) -> Response:
    """The whole answer, as text. `line` names the request in a message."""
    raw = await response.content.read(MAX_BODY + 1)
    while len(raw) <= MAX_BODY and (more := await response.content.read(MAX_BODY + 1 - len(raw))):
        raw += more
    if len(raw) > MAX_BODY:
        raise TaskFailed(
            f"{line}: the response is larger than {MAX_BODY // 1024**2} MiB, too large for an output",
            hint="io.kestra.plugin.core.http.Download keeps it as a file.",
        )
    return _read(response, raw, charset)


def headers_of(response: "aiohttp.ClientResponse") -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in response.headers.items():
        found.setdefault(name, []).append(value)
    return found


def _read(response: "aiohttp.ClientResponse", raw: bytes, charset: str) -> Response:
    return Response(
        url=str(response.url.with_user(None)),
        code=response.status,
        headers=headers_of(response),
        body=_decoded(raw, response.charset or charset),
    )


def _decoded(raw: bytes, charset: str) -> str:
    try:
        return raw.decode(charset, errors="replace")
    except LookupError:  # a server may name a charset that nobody knows
        return raw.decode(errors="replace")


def explain(error: BaseException) -> str:
    """A failed connection in words, without the address: it may hold secrets."""
    import aiohttp

    match error:
        case aiohttp.ClientConnectorCertificateError() | aiohttp.ClientConnectorSSLError():
            return (
                f"the TLS certificate was not accepted: {_reason(error)}. Where the server's authority is your own, "
                "point SSL_CERT_FILE of the runtime at its certificate"
            )
        case aiohttp.ClientConnectorDNSError():
            return f"the host name {error.host} cannot be resolved"
        case aiohttp.ClientConnectorError():
            return f"no connection to {error.host}:{error.port}: {error.strerror or _reason(error)}"
        case aiohttp.ConnectionTimeoutError():
            return "no connection in time (options.timeout.connectTimeout)"
        case aiohttp.ServerTimeoutError() | TimeoutError():
            return "the server did not answer in time (options.timeout.readIdleTimeout)"
        case aiohttp.TooManyRedirects():
            return "too many redirects"
        case aiohttp.InvalidURL() | aiohttp.NonHttpUrlClientError() | ValueError():
            return "this is not an address that HTTP knows: http://HOST/... or https://HOST/... is wanted"
        case aiohttp.ServerDisconnectedError():
            return "the server closed the connection without an answer"
    return _reason(error)


def _reason(error: BaseException) -> str:
    inner = getattr(error, "os_error", None) or getattr(error, "certificate_error", None)
    if isinstance(inner, ssl.SSLError):
        return (
            inner.verify_message
            if isinstance(inner, ssl.SSLCertVerificationError)
            else (inner.reason or "TLS failed")
        )
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return type(error).__name__


def excerpt(body: str, *, length: int = 300) -> str:
    """The beginning of a response, on one line."""
    flat = " ".join(body.split())
    return flat if len(flat) <= length else f"{flat[:length]}..."
