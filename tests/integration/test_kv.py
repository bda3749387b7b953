"""Values that flows keep, through a whole runtime."""

from pathlib import Path

import pytest

from runtime.client import requests
from runtime.errors import KeyNotFound
from runtime.model.states import State
from runtime.model.views import Done, KeyValue
from tests.runtimes import in_process, over_socket, run, settings

KEEPS = """\
id: keeps
namespace: company.data
tasks:
  - {id: one, type: kv.set, key: count, value: "{{ 1 + 1 }}", kvDescription: how many}
  - {id: text, type: io.kestra.plugin.core.kv.Set, key: id, value: "007", ttl: P1D}
  - {id: day, type: kv.set, key: day, value: "2026-01-31", kvType: DATE}
  - {id: above, type: kv.set, key: top, value: {a: [1]}, namespace: company}
  - {id: read, type: return, format: "{{ kv('count') + 1 }} {{ kv('id') }} {{ kv('day') | date('d.M.yy') }} {{ kv('top').a[0] }}"}
  - {id: exact, type: return, format: "{{ kv('top', 'company.data', false) ?? 'not here' }} {{ kv(key='top', namespace='company').a }}"}
  - {id: got, type: kv.get, key: top}
  - {id: none, type: kv.get, key: gone}
  - {id: keys, type: kv.get_keys, prefix: d}
  - {id: put, type: kv.put, key: count, value: 40}
  - {id: nothing, type: kv.put, key: gone, value: 1}
  - {id: again, type: return, format: "{{ kv('count') }}"}
  - {id: deleted, type: kv.delete, key: count}
  - {id: twice, type: kv.delete, key: count}
  - {id: purged, type: kv.purge_kv, keyPattern: "d*", behavior: {type: key, expiredOnly: false}, namespaces: [company]}
  - {id: left, type: kv.get_keys}
"""


async def test_tasks_and_templates_share_values(tmp_path: Path) -> None:
    async with in_process(settings(tmp_path)) as client:
        view = await run(client, KEEPS)
        left = await client.many(requests.ListValues(namespace="company"), KeyValue)
    assert view.execution.state is State.SUCCESS, view.execution.error
    outputs = {each.task_id: each.outputs for each in view.task_runs}
    assert outputs["read"]["value"] == "3 007 31.1.26 1"
    assert outputs["exact"]["value"] == "not here [1]"
    assert (outputs["got"]["value"], outputs["none"].get("value")) == ({"a": [1]}, None)
    assert outputs["keys"]["keys"] == ["day"]
    assert outputs["again"]["value"] == "40"
    assert [outputs[name]["deleted"] for name in ("deleted", "twice")] == [True, False]
    assert outputs["purged"]["size"] == 1
    assert outputs["left"]["keys"] == ["id"]
    assert [(pair.namespace, pair.key) for pair in left] == [("company", "top"), ("company.data", "id")]


@pytest.mark.parametrize(
    ("task", "reason"),
    [
        ("type: return, format: \"{{ kv('gone') }}\"", "there is no key `gone`"),
        ("type: kv.get, key: gone, errorOnMissing: true", "there is no key `gone`"),
        ("type: kv.delete, key: gone, errorOnMissing: true", "there is no key `gone`"),
        ("type: kv.put, key: gone, value: 1, errorOnMissing: true", "there is no key `gone`"),
        ("type: kv.set, key: k, value: many, kvType: NUMBER", "the value is no NUMBER"),
        ('type: kv.set, key: "a b", value: 1', "is no key"),
    ],
)
async def test_what_can_not_be_kept_or_found_fails_the_task(tmp_path: Path, task: str, reason: str) -> None:
    source = f"id: t\nnamespace: company.data\ntasks:\n  - {{id: t, {task}}}\n"
    async with in_process(settings(tmp_path)) as client:
        view = await run(client, source)
    assert view.execution.state is State.FAILED
    assert reason in (view.task_runs[0].error or "")


async def test_a_face_sets_reads_and_forgets_values(tmp_path: Path) -> None:
    key = {"namespace": "company.data", "key": "at"}
    async with over_socket(settings(tmp_path)) as client:
        kept = await client.ask(
            requests.SetValue(**key, value="2026-01-31T08:00:00Z", type="datetime"), KeyValue
        )
        assert (kept.type, kept.value, kept.version) == ("DATETIME", "2026-01-31T08:00:00Z", 1)
        await client.ask(requests.SetValue(**key, value="x" * 5_000), KeyValue)
        [listed] = await client.many(requests.ListValues(), KeyValue)
        assert len(listed.value) < 2_000
        assert len((await client.ask(requests.GetValue(**key), KeyValue)).value) == 5_000
        await client.ask(requests.DeleteValue(**key), Done)
        with pytest.raises(KeyNotFound):
            await client.ask(requests.GetValue(**key), KeyValue)


RENDERED = """\
id: rendered
namespace: company.data
inputs:
  - {id: text, type: STRING, defaults: "{% raw %}{{ kv('count') }}{% endraw %}"}
variables:
  deep: "{{ kv('count') + 1 }}"
tasks:
  - {id: set, type: kv.set, key: count, value: 1}
  - {id: read, type: return, format: "{{ render(inputs.text) }} {{ render(vars.deep) }} {{ vars.deep }}"}
"""


async def test_what_is_rendered_from_an_input_or_a_variable_may_ask_too(tmp_path: Path) -> None:
    async with in_process(settings(tmp_path)) as client:
        view = await run(client, RENDERED)
    assert view.task_runs[1].outputs["value"] == "1 2 {{ kv('count') + 1 }}"
