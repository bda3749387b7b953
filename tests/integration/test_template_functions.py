"""The functions of templates that need a whole runtime, in flows."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import web

from runtime.errors import Failure, InvalidInputs
from runtime.model.states import State
from tests.runtimes import in_process, run, settings

ALERT = """\
id: alert
namespace: company.team
tasks:
  - {id: fine, type: log, message: "a mishap", level: ERROR}
  - {id: quiet, type: log, message: hello}
  - {id: broken, type: fail, errorMessage: "no more disk"}
errors:
  - id: tell
    type: return
    format: "{% for line in errorLogs() %}{{ line.taskId }}: {{ line.message }}; {% endfor %}"
  - id: failed
    type: return
    format: "{{ tasksWithState('FAILED') }}"
  - id: first
    type: return
    format: "{{ tasksWithState('FAILED') | jq('.[0].taskId') | first }} {{ {'a': [1]} | yaml }}"
"""


async def test_an_alert_can_tell_what_failed_and_what_was_logged(tmp_path: Path) -> None:
    async with in_process(settings(tmp_path)) as client:
        view = await run(client, ALERT)
    assert view.execution.state is State.FAILED
    outputs = {run.task_id: run.outputs.get("value") for run in view.task_runs}
    assert outputs["tell"] == "fine: a mishap; broken: no more disk; "
    assert outputs["failed"] == '[{"taskId":"broken","state":"FAILED"}]'
    assert outputs["first"] == "broken a:\n - 1\n"


async def answer(request: web.Request) -> web.Response:
    if request.path == "/gone":
        return web.Response(status=404)
    if request.path == "/text":
        return web.Response(text="plain")
    body = await request.text()
    if request.path == "/yaml":
        return web.Response(text=body, content_type="application/yaml")
    return web.json_response({"method": request.method, "query": dict(request.query), "body": body})


FETCH = """\
id: fetch
namespace: company.team
tasks:
  - id: get
    type: return
    format: "{{ http('URL/', query={'a': 1}).query.a }} {{ http(uri='URL/text') }}"
  - id: post
    type: return
    format: "{{ http('URL/', method='post', body={'x': 1}) | jq('.method + .body') | first }}"
  - id: yaml
    type: return
    format: "{{ http('URL/yaml', 'POST', body={'with': [1, 2]}, contentType='application/yaml', headers={'a': ['b', 'c']}).with[1] }}"
  - id: gone
    type: return
    format: "{{ http('URL/gone?token=hidden') }}"
"""


@pytest.fixture
async def url() -> AsyncIterator[str]:
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def test_http_gives_the_body_of_the_answer(tmp_path: Path, url: str) -> None:
    async with in_process(settings(tmp_path)) as client:
        view = await run(client, FETCH.replace("URL", url))
    get, post, yaml, gone = view.task_runs
    assert yaml.outputs["value"] == "2"
    assert get.outputs["value"] == "1 plain"
    assert post.outputs["value"] == 'POST{"x":1}'
    assert gone.state is State.FAILED
    assert gone.error is not None
    assert "status 404" in gone.error
    assert "hidden" not in gone.error


TABLES = """\
id: tables
namespace: company.team
inputs:
  - {id: schema, type: STRING}
tasks:
  - {id: list, type: return, format: '["{{ inputs.schema }}.a", "{{ inputs.schema }}.b"]'}
outputs:
  - {id: names, type: JSON, value: "{{ outputs.list.value }}"}
"""
CHOOSE = """\
id: choose
namespace: company.team
inputs:
  - id: table
    type: SELECT
    expression: "{{ subflow('company.team', 'tables', inputs={'schema': 'sales'}).outputs.names }}"
tasks:
  - {id: said, type: return, format: "{{ inputs.table }}"}
"""
ROUND = """\
id: round
namespace: company.team
inputs:
  - {id: a, type: STRING, defaults: "{{ subflow('company.team', 'round').state }}"}
tasks:
  - {id: said, type: log, message: x}
"""


async def test_an_input_may_be_chosen_from_what_another_flow_finds(tmp_path: Path) -> None:
    chosen = settings(tmp_path)
    (tmp_path / "flows" / "tables.yaml").write_text(TABLES)
    async with in_process(chosen) as client:
        view = await run(client, CHOOSE, inputs={"table": "sales.b"})
        assert view.task_runs[0].outputs["value"] == "sales.b"
        with pytest.raises(InvalidInputs, match=r"sales\.c|table"):
            await run(client, CHOOSE, inputs={"table": "sales.c"})
        found = await client.executions(flow_id="tables")
        assert {item.labels["system.from"] for item in found.items} == {"subflow"}


async def test_inputs_that_run_flows_without_end_are_told_so(tmp_path: Path) -> None:
    chosen = settings(tmp_path)
    (tmp_path / "flows" / "round.yaml").write_text(ROUND)
    async with in_process(chosen) as client:
        with pytest.raises(Failure, match="3 flows deep"):
            await client.start("company.team", "round")
