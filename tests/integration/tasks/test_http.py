"""http.Request and the Slack webhook against a real server."""

import asyncio
import json
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp import web

from runtime.errors import TaskFailed
from runtime.tasks.base import Result
from runtime.tasks.http import Request
from runtime.tasks.slack import SlackIncomingWebhook, mrkdwn
from tests.support import World


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


async def echo(request: web.Request) -> web.Response:
    """What was asked, as JSON."""
    form: dict[str, Any] = {}
    if request.content_type.startswith(("multipart/", "application/x-www-form")):
        for name, value in (await request.post()).items():
            is_file = isinstance(value, web.FileField)
            form[name] = [value.filename, value.file.read().decode()] if is_file else value  # type: ignore[union-attr]
    return web.json_response(
        {
            "method": request.method,
            "query": [list(pair) for pair in request.query.items()],
            "headers": {name.lower(): value for name, value in request.headers.items()},
            "form": form,
            "body": "" if form else await request.text(),
        }
    )


async def status(request: web.Request) -> web.Response:
    return web.Response(status=int(request.match_info["code"]), text="what  went\nwrong " * 100)


async def redirect(request: web.Request) -> web.Response:
    raise web.HTTPFound("/echo")


async def latin(request: web.Request) -> web.Response:
    return web.Response(body="déjà".encode("latin-1"), headers=[("X-A", "1"), ("X-A", "2")])


async def digest(request: web.Request) -> web.Response:
    said = request.headers.get("Authorization", "")
    challenge = 'Digest realm="r", nonce="n", qop="auth", algorithm=SHA-256'
    return web.Response(
        text=said, status=200 if said else 401, headers={} if said else {"WWW-Authenticate": challenge}
    )


async def big(request: web.Request) -> web.Response:
    return web.Response(body=b"x" * 11_000_000)


@dataclass
class Server:
    """What runs behind `address`."""

    address: str = ""
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when /never was asked for."""
    messages: list[Any] = field(default_factory=list)
    """What came to the Slack webhook."""

    async def never(self, request: web.Request) -> web.Response:
        self.asked.set()
        await asyncio.Event().wait()
        raise AssertionError

    async def slack(self, request: web.Request) -> web.Response:
        self.messages.append(await request.json())
        refusal = request.query.get("refuse")
        return web.Response(status=403 if refusal else 200, text=refusal or "ok")

    @asynccontextmanager
    async def serve(self, context: ssl.SSLContext | None = None) -> AsyncIterator["Server"]:
        app = web.Application(client_max_size=2**26)
        for path, handler in {
            "/echo": echo,
            "/status/{code}": status,
            "/redirect": redirect,
            "/latin": latin,
            "/never": self.never,
            "/big": big,
            "/digest": digest,
            "/services/T0/B0/s3cr3t": self.slack,
        }.items():
            app.router.add_route("*", path, handler)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
        self.address = f"{'https' if context else 'http'}://127.0.0.1:{runner.addresses[0][1]}"
        yield self
        await runner.cleanup()


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with Server().serve() as serving:
        yield serving


@pytest.fixture
def address(server: Server) -> str:
    return server.address


@pytest.fixture
def certificate(tmp_path: Path) -> ssl.SSLContext:
    """A server's TLS with a certificate that nobody vouches for."""
    key, signed = tmp_path / "key.pem", tmp_path / "cert.pem"
    subject = ["-nodes", "-subj", "/CN=localhost", "-days", "2"]
    openssl = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        *subject,
        "-keyout",
        str(key),
        "-out",
        str(signed),
    ]
    subprocess.run(openssl, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(signed, key)
    return context


def request(**properties: Any) -> Request:
    """As a flow gives it."""
    return msgspec.convert(properties, Request, strict=False)


async def ask(world: World, **properties: Any) -> Any:
    result = await request(**properties).run(world.context)
    return json.loads(result.outputs["body"])


async def failure(task: Request | SlackIncomingWebhook, world: World) -> TaskFailed:
    with pytest.raises(TaskFailed) as failed:
        await task.run(world.context)
    return failed.value


async def test_a_response_becomes_outputs(world: World, address: str) -> None:
    result = await request(uri=f"{address}/latin", options={"defaultCharset": "ISO-8859-1"}).run(
        world.context
    )
    outputs = result.outputs
    assert (outputs["uri"], outputs["code"], outputs["body"]) == (f"{address}/latin", 200, "déjà")
    assert outputs["headers"]["X-A"] == ["1", "2"]
    assert world.log.at("INFO") == [f"GET {address}/latin: 200 OK"]


async def test_a_body_is_json_unless_it_says_otherwise(world: World, address: str) -> None:
    asked = await ask(world, uri=f"{address}/echo", method="post", body='{"a": 1}')
    assert (asked["method"], asked["body"]) == ("POST", '{"a": 1}')
    assert asked["headers"]["content-type"] == "application/json"
    asked = await ask(world, uri=f"{address}/echo", method="PUT", body={"a": None}, contentType="text/plain")
    assert (asked["body"], asked["headers"]["content-type"]) == ('{"a":null}', "text/plain")
    asked = await ask(
        world, uri=f"{address}/echo", method="PUT", body="x", headers={"content-type": "a/b", "X-N": 3}
    )
    assert (asked["headers"]["content-type"], asked["headers"]["x-n"]) == ("a/b", "3")


async def test_parameters_join_the_query(world: World, address: str) -> None:
    asked = await ask(world, uri=f"{address}/echo?a=1", params={"b": [2, 3], "c": "x y", "d": None})
    assert asked["query"] == [["a", "1"], ["b", "2"], ["b", "3"], ["c", "x y"]]


async def test_forms_are_urlencoded_or_carry_files(world: World, address: str) -> None:
    asked = await ask(world, uri=f"{address}/echo", method="POST", formData={"a": "1", "b": 2})
    assert asked["form"] == {"a": "1", "b": "2"}
    (world.store.root / "rows.csv").write_text("stored")
    fields = {"a": "1", "b": "kestra:///rows.csv", "c": {"name": "c.txt", "content": "inline"}}
    asked = await ask(
        world, uri=f"{address}/echo", method="POST", formData=fields, contentType="multipart/form-data"
    )
    assert asked["form"] == {"a": "1", "b": ["rows.csv", "stored"], "c": ["c.txt", "inline"]}


@pytest.mark.parametrize(
    ("options", "header", "secret"),
    [
        ({"auth": {"type": "BASIC", "username": "me", "password": "püß"}}, "Basic bWU6cMO8w58=", "püß"),
        ({"auth": {"type": "BEARER", "token": "t0k"}}, "Bearer t0k", "t0k"),
        ({"basicAuthUser": "me", "basicAuthPassword": "x"}, "Basic bWU6eA==", "x"),
    ],
)
async def test_who_asks_is_said_and_masked(
    world: World, address: str, options: dict[str, Any], header: str, secret: str
) -> None:
    asked = await ask(world, uri=f"{address}/echo", options=options)
    assert asked["headers"]["authorization"] == header
    assert world.masked == [secret]


async def test_a_digest_answers_the_servers_challenge(world: World, address: str) -> None:
    auth = {"type": "DIGEST", "username": "me", "password": "s3cr3t"}
    result = await request(uri=f"{address}/digest", options={"auth": auth}).run(world.context)
    assert result.outputs["body"].startswith('Digest username="me", realm="r", nonce="n", uri="/digest"')
    assert world.masked == ["s3cr3t"]


async def test_a_proxy_is_asked_with_its_own_credentials(world: World, address: str) -> None:
    host, port = address.removeprefix("http://").split(":")
    proxy = {"type": "HTTP", "address": host, "port": port, "username": "me", "password": "p@ss"}
    asked = await ask(world, uri="http://nobody.invalid/echo", options={"proxy": proxy})
    assert asked["headers"]["host"] == "nobody.invalid"
    assert asked["headers"]["proxy-authorization"] == "Basic bWU6cEBzcw=="
    assert world.masked == ["p@ss"]


async def test_a_bad_status_fails_with_outputs_and_an_excerpt(world: World, address: str) -> None:
    failed = await failure(request(uri=f"{address}/status/503"), world)
    assert failed.message.startswith(
        f"GET {address}/status/503: 503 Service Unavailable: what went wrong what"
    )
    assert len(failed.message) < 450
    assert failed.outputs["code"] == 503


@pytest.mark.parametrize(
    "more",
    [
        {"options": {"allowFailed": True}},
        {"options": {"allowedResponseCodes": [404, "418"]}},
        {"allowFailed": True},
    ],
)
async def test_a_bad_status_may_be_allowed(world: World, address: str, more: dict[str, Any]) -> None:
    result = await request(uri=f"{address}/status/418", **more).run(world.context)
    assert result.outputs["code"] == 418


async def test_redirects_are_followed_unless_not_wanted(world: World, address: str) -> None:
    result = await request(uri=f"{address}/redirect").run(world.context)
    assert result.outputs["uri"] == f"{address}/echo"
    result = await request(uri=f"{address}/redirect", options={"followRedirects": False}).run(world.context)
    assert result.outputs["code"] == 302


@pytest.mark.parametrize(
    ("uri", "what"),
    [
        ("http://nobody.invalid/", "the host name nobody.invalid cannot be resolved"),
        ("http://127.0.0.1:1/", "no connection to 127.0.0.1:1"),
        ("ftp://127.0.0.1/x", "this is not an address that HTTP knows"),
        ("no address", "this is not an address that HTTP knows"),
    ],
)
async def test_no_connection_comes_in_words(world: World, uri: str, what: str) -> None:
    assert what in (await failure(request(uri=uri), world)).message


async def test_credentials_and_query_of_an_address_are_in_no_message(world: World, address: str) -> None:
    secret = address.replace("//", "//me:s3cr3t@") + "/status/500?key=s3cr3t&b"
    failed = await failure(request(uri=secret), world)
    assert "s3cr3t" not in failed.message
    assert "/status/500?key=***&b=***" in failed.message
    failed = await failure(request(uri="http://me:s3cr3t@127.0.0.1:1/?k=s3cr3t"), world)
    assert "s3cr3t" not in failed.message


async def test_a_silent_server_is_given_up(world: World, address: str) -> None:
    options = {"timeout": {"readIdleTimeout": "PT0.05S"}}
    failed = await failure(request(uri=f"{address}/never", options=options), world)
    assert failed.message.endswith("the server did not answer in time (options.timeout.readIdleTimeout)")


async def test_a_response_too_large_for_an_output_is_refused(world: World, address: str) -> None:
    assert "larger than 10 MiB" in (await failure(request(uri=f"{address}/big"), world)).message


async def test_cancelling_ends_the_request(world: World, server: Server) -> None:
    asking = asyncio.create_task(request(uri=f"{server.address}/never").run(world.context))
    await asyncio.wait_for(server.asked.wait(), 10)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking


async def test_a_certificate_is_checked_unless_all_are_trusted(
    world: World, certificate: ssl.SSLContext
) -> None:
    async with Server().serve(certificate) as server:
        failed = await failure(request(uri=f"{server.address}/echo"), world)
        assert "the TLS certificate was not accepted: self-signed certificate" in failed.message
        trusting = {"ssl": {"insecureTrustAllCertificates": True}}
        result = await request(uri=f"{server.address}/echo", options=trusting).run(world.context)
        assert result.outputs["code"] == 200


@pytest.mark.parametrize(
    ("properties", "message"),
    [
        ({"messageText": "**failed** in [a](http://b)"}, {"text": "*failed* in <http://b|a>"}),
        ({"messageText": '{"text": "x", "blocks": []}'}, {"text": "x", "blocks": []}),
        ({"messageText": "42"}, {"text": "42"}),
        ({"payload": '{"text": "two\nlines"}', "messageText": "lost"}, {"text": "two\nlines"}),
        ({"payload": {"text": "map"}}, {"text": "map"}),
    ],
)
async def test_slack_gets_the_message(
    world: World, server: Server, properties: dict[str, Any], message: dict[str, Any]
) -> None:
    result = await webhook(f"{server.address}/services/T0/B0/s3cr3t", **properties).run(world.context)
    assert server.messages == [message]
    assert result == Result()


def webhook(url: str, **properties: Any) -> SlackIncomingWebhook:
    return msgspec.convert({"url": url, **properties}, SlackIncomingWebhook, strict=False)


async def test_slacks_refusal_is_told_and_the_webhook_is_not(world: World, address: str) -> None:
    url = f"{address}/services/T0/B0/s3cr3t?refuse=invalid_token"
    failed = await failure(webhook(url, messageText="x"), world)
    assert failed.message == "Slack refused the message: 403 invalid_token"
    assert "make a new one in Slack" in failed.hint
    assert url in world.masked
    failed = await failure(webhook("http://127.0.0.1:1/services/s3cr3t", messageText="x"), world)
    assert failed.message.startswith("POST the Slack webhook: no connection to 127.0.0.1:1")
    failed = await failure(webhook("hooks.slack.com/services/s3cr3t", messageText="x"), world)
    assert "s3cr3t" not in str(failed) + world.log.text


@pytest.mark.parametrize(
    ("properties", "what"),
    [({}, "neither payload nor messageText"), ({"payload": '{"text": }'}, "line 1, column 10")],
)
async def test_a_message_that_is_none_is_not_sent(
    world: World, server: Server, properties: dict[str, Any], what: str
) -> None:
    failed = await failure(webhook(f"{server.address}/services/T0/B0/s3cr3t", **properties), world)
    assert what in failed.message
    assert server.messages == []


@pytest.mark.parametrize(
    ("markdown", "slack"),
    [
        ("plain\n", "plain"),
        ("# Title\ntext", "*Title*\ntext"),
        ("- one\n* two", "• one\n• two"),
        ("~~old~~ `code`", "~old~ `code`"),
        ("2 * 3 * 4", "2 * 3 * 4"),
    ],
)
def test_markdown_in_slacks_dialect(markdown: str, slack: str) -> None:
    assert mrkdwn(markdown) == slack
