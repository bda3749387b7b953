"""A flow run once for each part of a file."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from runtime.client.client import Client
from runtime.client.requests import (
    CreateExecution,
    KillExecution,
    ListExecutions,
    RestartExecution,
)
from runtime.config import Settings
from runtime.model.execution import Execution
from runtime.model.states import State
from runtime.model.views import Done, ExecutionPage, ExecutionView
from tests.runtimes import Daemon, in_process, run, settings, until_ended

FLOWS = {
    "each": """\
inputs: [{id: file, type: STRING}]
tasks: [{id: seen, type: return, format: "{{ trigger.taskRunIteration }}: {{ read(inputs.file) | trim }}"}]
outputs: [{id: seen, type: STRING, value: "{{ outputs.seen.value }}"}]
""",
    "quiet": "tasks: [{id: t, type: return, format: '{{ labels.run }}'}]\n",
    "picky": "inputs: [{id: number, type: INT}]\ntasks: [{id: t, type: fail, condition: '{{ inputs.number == 2 }}'}]\n",
    "warns": "tasks: [{id: t, type: fail, allowFailure: true}]\n",
    "long": "tasks: [{id: t, type: sleep, duration: PT1H}]\n",
}


@pytest.fixture
def chosen(tmp_path: Path) -> Settings:
    made = settings(tmp_path)
    assert made.flows is not None
    for name, source in FLOWS.items():
        (made.flows / f"{name}.yaml").write_text(f"id: {name}\nnamespace: company.team\n{source}")
    return made


@pytest.fixture
async def client(chosen: Settings) -> AsyncIterator[Client]:
    async with in_process(chosen) as client:
        yield client


def parent(flow_id: str, keys: str = "", *, items: str = "[a, b, c]", more: str = "") -> str:
    task = f"- {{id: all, type: foreach_item, items: {items}, namespace: company.team, flowId: {flow_id}{keys and ', '}{keys}}}"
    return f"id: parent\nnamespace: company.team\ntasks:\n{task}\n{more}"


SEEN = 'inputs: {file: "{{ taskrun.items }}"}'


async def children(client: Client, execution_id: str) -> list[Execution]:
    page = await client.ask(ListExecutions(parent_id=execution_id, limit=1000), ExecutionPage)
    return sorted(
        page.items, key=lambda child: child.trigger.variables["taskRunIteration"] if child.trigger else 0
    )


def outputs(view: ExecutionView, task_id: str) -> dict:
    (found,) = (each.outputs for each in view.task_runs if each.task_id == task_id)
    return found


async def test_a_part_each_and_what_they_gave_in_one_file(client: Client) -> None:
    after = "- {id: merged, type: return, format: '{{ read(outputs.all_merge.subflowOutputs) }}'}"
    view = await run(client, parent("each", SEEN, more=after))
    assert view.execution.state is State.SUCCESS, view.execution.error
    assert [each.task_id for each in view.task_runs] == [
        "all",
        "all_split",
        "all_items",
        "all_merge",
        "merged",
    ]
    rows = [json.loads(line) for line in outputs(view, "merged")["value"].splitlines()]
    assert rows == [{"seen": "0: a"}, {"seen": "1: b"}, {"seen": "2: c"}]
    counted = outputs(view, "all_items")
    assert (counted["numberOfBatches"], counted["iterations"]) == (3, {"SUCCESS": 3})
    assert counted["uri"].startswith("kestra:///company/team/parent/executions/")


async def test_flows_without_outputs_leave_no_file(client: Client) -> None:
    view = await run(client, parent("quiet", "labels: {run: 'n{{ taskrun.iteration }}'}"))
    assert view.execution.state is State.SUCCESS
    assert outputs(view, "all_merge") == {}
    assert [child.labels["run"] for child in await children(client, view.execution.id)] == ["n0", "n1", "n2"]


BATCHES = {
    "rows: 2": ["0: 1\n2", "1: 3\n4", "2: 5"],
    "partitions: 2": ["0: 1\n3\n5", "1: 2\n4"],
    "bytes: '4B'": ["0: 1\n2", "1: 3\n4", "2: 5"],
    "rows: '{{ 2 + 3 }}'": ["0: 1\n2\n3\n4\n5"],
    "regexPattern: '([0-3])'": ["0: 1", "1: 2", "2: 3"],
}


@pytest.mark.parametrize("batch", BATCHES)
async def test_batches(client: Client, tmp_path: Path, batch: str) -> None:
    (tmp_path / "lines.txt").write_text("1\n2\n3\n4\n5\n")
    items = str(tmp_path / "lines.txt")
    view = await run(client, parent("each", f"batch: {{{batch}}}, {SEEN}", items=items))
    assert view.execution.state is State.SUCCESS, view.execution.error
    found = [
        (await client.execution(child.id)).execution.outputs
        for child in await children(client, view.execution.id)
    ]
    assert [each["seen"] for each in found] == BATCHES[batch]


ITEMS = {
    '\'[1, "x y", {"a": 2}]\'': ["0: 1", "1: x y", '2: {"a":2}'],
    "\"{{ ['p', 'q'] }}\"": ["0: p", "1: q"],
    "[]": [],
}


@pytest.mark.parametrize("items", ITEMS)
async def test_a_list_of_items(client: Client, items: str) -> None:
    view = await run(client, parent("each", SEEN, items=items))
    assert (view.execution.state, len(view.task_runs)) == (State.SUCCESS, 4)
    found = [child.outputs["seen"] for child in await children(client, view.execution.id)]
    assert found == ITEMS[items]


async def test_inside_a_loop_each_turn_has_its_own_parts(client: Client) -> None:
    inner = (
        '{id: all, type: foreach_item, items: \'["{{ parent.taskrun.value }}1", "{{ parent.taskrun.value }}2"]\', '
        f"namespace: company.team, flowId: each, {SEEN}}}"
    )
    view = await run(
        client,
        f"id: parent\nnamespace: company.team\ntasks:\n- {{id: loop, type: foreach, values: [x, y], concurrencyLimit: 0, tasks: [{inner}]}}\n",
    )
    assert view.execution.state is State.SUCCESS, view.execution.error
    assert len(view.task_runs) == 9
    found = [child.outputs["seen"] for child in await children(client, view.execution.id)]
    assert sorted(found) == ["0: x1", "0: y1", "1: x2", "1: y2"]


PICKY = 'inputs: {number: "{{ read(taskrun.items) | trim }}"}'

ENDS = {
    "fails": ("picky", PICKY, "[1, 2, 3]", State.FAILED, "1 of 3 executions have failed"),
    "is forgiven": ("picky", f"{PICKY}, transmitFailed: false", "[1, 2, 3]", State.SUCCESS, ""),
    "may fail": ("picky", f"{PICKY}, allowFailure: true", "[1, 2, 3]", State.WARNING, ""),
    "warns": ("warns", "", "[1]", State.WARNING, ""),
    "refuses a part's input": ("picky", PICKY, "[1, x]", State.FAILED, "part 1: "),
    "is not there": ("nowhere", "", "[1, 2]", State.FAILED, "no flow company.team.nowhere"),
    "has no file": (
        "quiet",
        "",
        "kestra:///a/b/executions/c/tasks/d/e/f.txt",
        State.FAILED,
        "no stored file",
    ),
    "has no list": ("quiet", "", "'[1, '", State.FAILED, "is no JSON list"),
}


@pytest.mark.parametrize("name", ENDS)
async def test_it_ends_as_the_worst_of_them(client: Client, name: str) -> None:
    flow_id, keys, items, state, reason = ENDS[name]
    view = await run(client, parent(flow_id, keys, items=items))
    assert (view.execution.state, reason in str(view.execution.error)) == (state, True), view.execution.error


async def test_all_are_begun_though_only_so_many_run_at_once(client: Client) -> None:
    view = await run(
        client, parent("quiet", "labels: {run: x}", items=json.dumps(json.dumps(list(range(250)))))
    )
    assert view.execution.state is State.SUCCESS
    assert outputs(view, "all_items")["iterations"] == {"SUCCESS": 250}
    assert len(await children(client, view.execution.id)) == 250


async def test_what_is_not_waited_for_runs_on(client: Client) -> None:
    view = await run(client, parent("long", "wait: false"))
    assert outputs(view, "all_items") == {"numberOfBatches": 3, "iterations": {}}
    for child in await children(client, view.execution.id):
        assert not child.state.is_terminal
        await client.ask(KillExecution(id=child.id), Done)


async def begun(client: Client, source: str, count: int) -> str:
    """The parent's id, when so many children are there."""
    created = await client.ask(CreateExecution(source=source), ExecutionView)
    async with asyncio.timeout(30):
        async for _ in client.watch():
            if len(await children(client, created.execution.id)) == count:
                return created.execution.id
    raise AssertionError


async def test_a_kill_stops_them_all(client: Client) -> None:
    above = await begun(client, parent("long"), 3)
    await client.ask(KillExecution(id=above), Done)
    view = await until_ended(client, above)
    assert view.execution.state is State.KILLED
    assert [child.state for child in await children(client, above)] == [State.KILLED] * 3


async def test_a_restart_runs_only_those_again_that_failed(tmp_path: Path) -> None:
    gate, flows = tmp_path / "gate", tmp_path / "flows"
    flows.mkdir()
    command = f"test {{{{ inputs.n }}}} = 0 || test -e {gate}"
    (flows / "gated.yaml").write_text(
        "id: gated\nnamespace: company.team\ninputs: [{id: n, type: INT}]\ntasks:\n"
        f"- {{id: t, type: shell, taskRunner: {{type: process}}, commands: ['{command}']}}\n"
    )
    source = parent("gated", "inputs: {n: '{{ taskrun.iteration }}'}")
    async with in_process(settings(tmp_path / "other", flows=flows)) as client:
        view = await run(client, source)
        assert outputs(view, "all_items")["iterations"] == {"SUCCESS": 1, "FAILED": 2}
        before = await children(client, view.execution.id)
        gate.touch()
        await client.ask(RestartExecution(id=view.execution.id), ExecutionView)
        view = await until_ended(client, view.execution.id)
        assert view.execution.state is State.SUCCESS, view.execution.error
        after = await children(client, view.execution.id)
    assert [child.id for child in after] == [child.id for child in before]
    assert after[0].ended == before[0].ended


async def test_after_a_crash_each_part_has_one_execution(chosen: Settings, tmp_path: Path) -> None:
    gate = tmp_path / "gate"
    assert chosen.flows is not None
    (chosen.flows / "slow.yaml").write_text(
        "id: slow\nnamespace: company.team\ntasks:\n- id: wait\n  type: loop_until\n"
        '  condition: "{{ outputs.look.exitCode == 0 }}"\n  checkFrequency: {interval: PT0.2S}\n'
        f"  tasks: [{{id: look, type: shell, allowFailure: true, taskRunner: {{type: process}}, commands: ['test -e {gate}']}}]\n"
    )
    daemon = Daemon(chosen)
    client = await daemon.start()
    try:
        above = await begun(client, parent("slow"), 3)
        for _ in range(2):
            client = await daemon.crash()
        gate.touch()
        view = await until_ended(client, above)
        assert view.execution.state is State.SUCCESS, view.execution.error
        assert len(await children(client, above)) == 3
    finally:
        await daemon.close()
