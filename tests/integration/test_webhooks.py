"""Webhooks: whoever knows the key begins an execution, and nobody else."""

import base64
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from runtime.client.client import Client
from runtime.client.in_process import InProcess
from runtime.client.requests import PauseTrigger, SetSecret
from runtime.model.views import Done
from runtime.server.metrics import application
from runtime.service import Service
from tests.runtimes import settings, until_ended

FLOW = """\
id: pushed
namespace: company.team
inputs: [{id: branch, type: STRING, required: false}]
tasks: [{id: t, type: return, format: "{{ trigger.body.ref ?? 'none' }} {{ trigger.parameters.a | join('+') }}"}]
outputs: [{id: said, type: STRING, value: "{{ outputs.t.value }}"}]
triggers:
  - {id: plain, type: webhook, key: a-long-key, inputs: {branch: "{{ trigger.body.ref ?? trigger.body }}"}}
  - {id: hidden, type: webhook, key: "{{ secret('PUSH_KEY') }}", wait: true, returnOutputs: true, responseCode: 201}
  - id: choosy
    type: io.kestra.core.models.triggers.types.Webhook
    key: choosy-key
    wait: true
    conditions: [{type: expression, expression: "{{ trigger.headers['X-Kind'][0] == 'push' }}"}]
  - {id: off, type: webhook, key: off-key, disabled: true}
  - {id: wrong, type: webhook, key: wrong-key, inputs: {branch: "{{ trigger.body.nothing }}"}}
"""


class Web:
    """A runtime and its face on TCP."""

    def __init__(self, client: Client, http: "TestClient[Any, Any]") -> None:
        self.client = client
        self.http = http

    async def call(self, key: str, method: str = "POST", **keys: Any) -> tuple[int, Any]:
        path = f"/api/v1/executions/webhook/company.team/pushed/{key}"
        async with self.http.request(method, path, **keys) as answer:
            return answer.status, await answer.json() if answer.status != 204 else None


@pytest.fixture
async def web(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Web]:
    key = tmp_path / "key"
    key.write_bytes(base64.b64encode(bytes(32)))
    key.chmod(0o600)
    monkeypatch.setenv("FLOWDECK_KEYRING_KEY_FILE", str(key))
    chosen = settings(tmp_path, listen="127.0.0.1:0", keyring="file")
    (tmp_path / "flows" / "pushed.yaml").write_text(FLOW)
    service = Service(chosen)
    async with (
        service.running(),
        Client(InProcess(service)) as client,
        TestClient(TestServer(application(service))) as http,
    ):
        yield Web(client, http)


async def test_who_knows_the_key_begins_an_execution(web: Web) -> None:
    status, told = await web.call("a-long-key?a=1&a=2", json={"ref": "main"})
    assert (status, told["flowId"], told["state"]) == (200, "pushed", {"current": "CREATED"})
    view = await until_ended(web.client, told["id"])
    assert view.execution.inputs == {"branch": "main"}
    assert view.execution.outputs == {"said": "main 1+2"}
    assert view.execution.labels["system.from"] == "trigger"
    [fired] = [trigger for trigger in await web.client.triggers() if trigger.last_fired]
    assert (fired.trigger_id, fired.problem) == ("plain", "")


@pytest.mark.parametrize("method", ["GET", "POST", "PUT"])
async def test_what_is_no_json_is_text(web: Web, method: str) -> None:
    status, told = await web.call("a-long-key", method, data="not {json")
    assert status == 200
    assert (await web.client.execution(told["id"])).execution.inputs == {"branch": "not {json"}


async def test_a_call_may_wait_for_the_outputs(web: Web) -> None:
    await web.client.ask(SetSecret(namespace="company.team", name="PUSH_KEY", value="s3cret-key"), Done)
    assert await web.call("s3cret-key?a=x", json={"ref": "dev"}) == (201, {"said": "dev x"})


async def test_conditions_decide_who_is_heard(web: Web) -> None:
    assert await web.call("choosy-key?a=1", headers={"X-Kind": "other"}) == (204, None)
    status, told = await web.call("choosy-key?a=1", headers={"X-Kind": "push"})
    assert (status, told["state"], told["outputs"]) == (200, {"current": "SUCCESS"}, {"said": "none 1"})


@pytest.mark.parametrize("key", ["a-long-ke", "off-key", "PUSH_KEY", "%20"])
async def test_nobody_else_begins_anything(web: Web, key: str) -> None:
    status, told = await web.call(key)
    assert (status, told) == (404, {"message": "no webhook of company.team.pushed has this key"})
    async with web.http.post("/api/v1/main/executions/webhook/company.team/other/a-long-key") as answer:
        assert answer.status == 404
    assert (await web.client.executions()).items == ()


async def test_a_paused_one_is_not_there(web: Web) -> None:
    pause = PauseTrigger(namespace="company.team", flow_id="pushed", trigger_id="plain")
    await web.client.ask(pause, Done)
    assert (await web.call("a-long-key"))[0] == 404


async def test_what_cannot_begin_is_told_to_the_caller_and_on_the_trigger(web: Web) -> None:
    status, told = await web.call("wrong-key", json={})
    assert status == 422
    assert "nothing" in told["message"]
    [wrong] = [trigger for trigger in await web.client.triggers() if trigger.trigger_id == "wrong"]
    assert "nothing" in wrong.problem
