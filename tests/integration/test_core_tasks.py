"""Core tasks that need a whole runtime: states, logs, metrics, templated tasks."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from runtime.client import requests
from runtime.client.client import Client
from runtime.model.states import State
from runtime.model.views import Done, ExecutionView, LogPage
from tests.runtimes import in_process, run, settings

STATES = """\
id: states
namespace: company.data
tasks:
  - {id: none, type: state.get}
  - {id: first, type: state.set, data: {a: 1, deep: {x: 1}}}
  - {id: second, type: io.kestra.core.tasks.states.Set, data: {b: "{{ outputs.first.count }}", deep: {y: 2}}}
  - {id: got, type: state.get}
  - id: loop
    type: foreach
    values: [p, q]
    tasks:
      - {id: own, type: state.set, data: {v: "{{ taskrun.value }}"}}
      - {id: shared, type: state.set, name: all, taskrunValue: false, namespace: true, data: {"{{ taskrun.value }}": 1}}
  - {id: all, type: state.get, name: all, namespace: true}
  - {id: gone, type: state.delete}
  - {id: missing, type: state.get, errorOnMissing: true, allowFailure: true}
"""


def outputs_of(view: ExecutionView) -> dict[str, dict[str, object]]:
    return {each.task_id: each.outputs for each in view.task_runs}


async def test_a_state_is_laid_over_and_kept_apart(tmp_path: Path) -> None:
    async with in_process(settings(tmp_path)) as client:
        view = await run(client, STATES)
        again = await run(client, STATES)
    found = outputs_of(view)
    assert found["none"] == {"count": 0, "data": {}}
    assert found["got"] == {"count": 3, "data": {"a": 1, "b": 2, "deep": {"x": 1, "y": 2}}}
    assert found["all"]["data"] == {"p": 1, "q": 1}
    assert found["gone"] == {"deleted": True}
    assert view.execution.state is again.execution.state is State.WARNING
    assert outputs_of(again)["none"]["count"] == 0


LOGS = """\
id: logs
namespace: company.data
tasks:
  - {id: one, type: log, message: [a, b]}
  - {id: two, type: log, message: c, level: WARN}
  - {id: three, type: log, message: d, level: DEBUG}
  - {id: echo, type: io.kestra.core.tasks.debugs.Echo, format: e}
  - {id: all, type: log.fetch, executionId: "{{ execution.id }}"}
  - {id: some, type: log.fetch, tasksId: [one, two], level: WARN}
  - {id: text, type: return, format: "{{ read(outputs.some.uri) }}"}
"""


async def test_logs_become_files_and_go(tmp_path: Path) -> None:
    async with in_process(settings(tmp_path)) as client:
        view = await run(client, LOGS)
        found = outputs_of(view)
        assert (found["all"]["size"], found["some"]["size"]) == (4, 1)
        [line] = str(found["text"]["value"]).splitlines()
        entry = json.loads(line)
        assert (entry["taskId"], entry["level"], entry["message"]) == ("two", "WARN", "c")
        assert (entry["executionId"], entry["attemptNumber"]) == (view.execution.id, 0)
        await _purge(client, view)


async def _purge(client: Client, view: ExecutionView) -> None:
    now = datetime.now(UTC)
    span = {"since": now - timedelta(hours=1), "until": now + timedelta(hours=1)}

    async def purged(**keys: object) -> int:
        return (await client.ask(requests.PurgeLogs(**{**span, **keys}), Done)).count  # type: ignore[arg-type]

    assert await purged(flow_id="other") == 0
    assert await purged(until=now - timedelta(minutes=30)) == 0
    assert await purged(levels=("WARN",), execution_id=view.execution.id) == 1
    page = await client.ask(requests.ReadExecutionLog(execution_id=view.execution.id, task_id="one"), LogPage)
    assert [line.text for line in page.lines] == ["a", "b"]
    assert await purged(namespace="company") >= 4
    assert (await client.ask(requests.ReadExecutionLog(execution_id=view.execution.id), LogPage)).total == 0


PURGE = """\
id: purge
namespace: company.data
tasks:
  - {id: said, type: log, message: [one, two]}
  - {id: gone, type: log.purge_logs, endDate: "{{ now() | dateAdd(1, 'HOURS') }}", logLevels: [INFO]}
  - {id: kept, type: log, message: three}
"""


async def test_a_flow_purges_logs_but_not_what_is_being_written(tmp_path: Path) -> None:
    async with in_process(settings(tmp_path)) as client:
        view = await run(client, PURGE)
        page = await client.ask(requests.ReadExecutionLog(execution_id=view.execution.id), LogPage)
    assert outputs_of(view)["gone"] == {"count": 2}
    assert [line.text for line in page.lines] == ["2 lines of logs are deleted", "three"]


MEASURES = """\
id: measures
namespace: company.data
tasks:
  - id: published
    type: io.kestra.plugin.core.metric.Publish
    metrics:
      - {name: rows, value: "{{ 2 * 21 }}", tags: {table: "{{ flow.id }}"}}
      - {name: took, type: timer, value: PT3S}
  - id: script
    type: shell
    commands:
      - |
        echo '::{"metrics": [{"name": "size", "type": "gauge", "value": 7}, {"name": "bad"}]}::'
"""


async def test_metrics_stand_with_the_attempt_that_made_them(tmp_path: Path) -> None:
    async with in_process(settings(tmp_path)) as client:
        view = await run(client, MEASURES)
        page = await client.log(view.execution.id, view.task_runs[1].id)
    async with in_process(settings(tmp_path)) as client:
        view = await client.execution(view.execution.id)
    measured = [
        [(metric.name, metric.type, metric.value, metric.tags) for metric in each.attempts[0].metrics]
        for each in view.task_runs
    ]
    assert measured == [
        [("rows", "counter", 42, {"table": "measures"}), ("took", "timer", 3, {})],
        [("size", "gauge", 7, {})],
    ]
    assert [(line.level, "no value that fits" in line.text) for line in page.lines] == [("WARN", True)]


TEMPLATED = """\
id: templated
namespace: company.data
inputs:
  - {id: kind, type: STRING, defaults: core.debug.Return}
tasks:
  - id: chosen
    type: io.kestra.plugin.core.templating.TemplatedTask
    spec: |
      type: io.kestra.plugin.{{ inputs.kind }}
      id: ignored
      format: "{{ flow.id }} {% raw %}{{ taskrun.id }}{% endraw %}"
  - id: script
    type: io.kestra.core.tasks.templating.TemplatedTask
    spec: |
      type: shell
      commands: ["echo '::{{ '{' }}\\"outputs\\": {{ '{' }}\\"n\\": 3{{ '}}' }}::'"]
"""


async def test_a_task_may_be_a_template(tmp_path: Path) -> None:
    async with in_process(settings(tmp_path)) as client:
        view = await run(client, TEMPLATED)
    assert view.execution.state is State.SUCCESS, view.execution.error
    found = outputs_of(view)
    assert found["chosen"]["value"] == f"templated {view.task_runs[0].id}"
    assert found["script"]["vars"] == {"n": 3}


@pytest.mark.parametrize(
    ("spec", "reason"),
    [
        ("just text", "a map with the `type`"),
        ("{format: x}", "a map with the `type`"),
        ("{type: nothing.Known}", "no plugin here runs `nothing.Known`"),
        ("{type: sequential, tasks: []}", "does not run by itself"),
        ("{type: log, massage: x}", "massage"),
        ("{type: [", "line 2"),
    ],
)
async def test_a_templated_task_that_is_none_fails(tmp_path: Path, spec: str, reason: str) -> None:
    source = f"id: t\nnamespace: a.b\ntasks:\n  - id: t\n    type: templating.templated_task\n    spec: {json.dumps(spec)}\n"
    async with in_process(settings(tmp_path)) as client:
        view = await run(client, source)
    assert view.execution.state is State.FAILED
    assert reason in (view.task_runs[0].error or "")


STORED = """\
id: stored
namespace: company.data
tasks:
  - {id: rows, type: storage.write, extension: .csv, content: "id,n\\n1,5\\n2,7\\n1,9\\n"}
  - {id: last, type: storage.deduplicate_items, from: "{{ outputs.rows.uri }}", expr: "{{ id }}"}
  - {id: many, type: storage.filter_items, from: "{{ outputs.last.uri }}", filterCondition: "{{ n | number > 7 and flow.id == 'stored' }}"}
  - {id: read, type: return, format: "{{ fromIon(read(outputs.many.uri)).n }}"}
  - {id: split, type: storage.split, from: "{{ outputs.rows.uri }}", rows: 3}
  - {id: sizes, type: foreach, values: "{{ outputs.split.uris }}", tasks: [{id: size, type: storage.size, uri: "{{ taskrun.value }}"}]}
  - {id: preview, type: storage.purge_storage, endDate: "{{ now() | dateAdd(1, 'DAYS') }}"}
  - {id: purge, type: storage.purge_current_execution_files}
  - {id: none, type: return, format: "{{ fileExists(outputs.rows.uri) }}"}
"""


async def test_stored_files_go_through_a_flow(tmp_path: Path) -> None:
    async with in_process(settings(tmp_path)) as client:
        view = await run(client, STORED)
        assert view.execution.state is State.SUCCESS, view.execution.error
    found = outputs_of(view)
    assert found["read"]["value"] == "9"
    assert [each.outputs["size"] for each in view.task_runs if each.task_id == "size"] == [13, 4]
    assert found["preview"] == {"scannedCount": 1, "purgedCount": 1, "deletedFilesCount": 0}
    assert len(found["purge"]["uris"]) == 5  # type: ignore[arg-type]
    assert found["none"]["value"] == "false"


QUICK = """\
id: quick
namespace: company.data
tasks:
  - {id: log, type: log, message: "{{ workingDir }}"}
  - {id: wait, type: sleep, duration: PT1H}
"""


async def test_no_directory_is_made_for_a_task_that_works_in_none(tmp_path: Path) -> None:
    async with in_process(settings(tmp_path)) as client:
        created = await client.ask(requests.CreateExecution(source=QUICK), ExecutionView)
        async with asyncio.timeout(30):
            async for _ in client.watch(created.execution.id):
                view = await client.execution(created.execution.id)
                if len(view.task_runs) == 2:
                    break
        assert not (tmp_path / "data" / "work" / created.execution.id).exists()
        await client.ask(requests.KillExecution(id=created.execution.id), Done)
