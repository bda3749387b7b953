"""Tasks that act on executions, in a whole runtime."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from runtime.client.client import Client
from runtime.model.states import State
from tests.runtimes import in_process, run, settings


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[Client]:
    async with in_process(settings(tmp_path)) as client:
        yield client


def flow(*tasks: str, head: str = "") -> str:
    lines = "\n".join(f"  - {task}" for task in tasks)
    return f"id: acting\nnamespace: company.team\n{head}\ntasks:\n{lines}\n"


async def test_a_condition_that_does_not_hold_is_named(client: Client) -> None:
    check = 'type: assert, conditions: ["{{ 1 == 1 }}", "{{ inputs.n > 3 }}"]'
    head = "inputs: [{id: n, type: INT, defaults: 2}]"
    view = await run(client, flow(f"{{id: a, {check}}}", head=head))
    assert view.execution.state is State.FAILED
    assert view.task_runs[0].error == "one condition does not hold: {{ inputs.n > 3 }}"
    page = await client.log(view.execution.id, view.task_runs[0].id)
    assert "does not hold: {{ inputs.n > 3 }}" in [line.text for line in page.lines]
    view = await run(client, flow(f"{{id: a, {check}, errorMessage: too small}}", head=head))
    assert view.task_runs[0].error == "too small"


@pytest.mark.parametrize(
    ("written", "state"), [("SUCCESS", "SUCCESS"), ("WARNING", "WARNING"), ("CANCELED", "CANCELLED")]
)
async def test_an_exit_ends_everything_with_its_state(client: Client, written: str, state: str) -> None:
    inner = f"{{id: s, type: sequential, tasks: [{{id: e, type: exit, state: {written}}}]}}"
    view = await run(client, flow(inner, "{id: never, type: return}"))
    assert view.execution.state == state
    assert [(each.task_id, each.state) for each in view.task_runs] == [("s", state), ("e", state)]


@pytest.mark.parametrize(
    "labels",
    ["{a: 1, b: x}", "[{key: a, value: 1}, {key: b, value: x}]", '\'{"a": 1, "b": "x"}\''],
)
async def test_labels_come_in_three_shapes(client: Client, labels: str) -> None:
    view = await run(
        client, flow(f"{{id: l, type: execution.labels, labels: {labels}}}", head="labels: {a: old}")
    )
    assert view.execution.labels | {"system.correlationId": ""} == {
        "a": "1",
        "b": "x",
        "system.correlationId": "",
    }


@pytest.mark.parametrize(
    ("labels", "reason"),
    [('{a: ""}', "key and a value"), ("{system.x: 1}", "reserved"), ("[a]", "must be a map")],
)
async def test_a_label_that_is_none_fails(client: Client, labels: str, reason: str) -> None:
    view = await run(client, flow(f"{{id: l, type: execution.labels, labels: {labels}}}"))
    assert view.execution.state is State.FAILED
    assert reason in (view.task_runs[0].error or "")


SHOW = "{id: show%d, type: return, format: \"{{ vars.a ?? '-' }} {{ vars.b ?? '-' }}\"}"


async def test_variables_are_laid_over_and_taken_away(client: Client) -> None:
    view = await run(
        client,
        flow(
            "{id: set, type: set_variables, variables: {a: one, b: two}}",
            SHOW % 1,
            "{id: unset, type: unset_variables, variables: [a, b]}",
            SHOW % 2,
            "{id: again, type: set_variables, variables: {a: three}}",
            SHOW % 3,
            head="variables: {a: zero}",
        ),
    )
    said = [each.outputs["value"] for each in view.task_runs if each.task_id.startswith("show")]
    assert said == ["one two", "- -", "three -"]


@pytest.mark.parametrize(
    ("task", "reason"),
    [
        ("{id: t, type: set_variables, variables: {a: 1}, overwrite: false}", "a variable `a` already"),
        ("{id: t, type: unset_variables, variables: [z]}", "no variable `z`"),
    ],
)
async def test_variables_that_do_not_fit_fail(client: Client, task: str, reason: str) -> None:
    view = await run(client, flow(task, head="variables: {a: zero}"))
    assert reason in (view.task_runs[0].error or "")


async def test_executions_are_counted_and_purged(client: Client) -> None:
    for _ in range(3):
        await run(client, flow("{id: a, type: return}"))
    count = (
        "type: execution.count, startDate: '2020-01-01', flows: [{namespace: company.team, flowId: acting}]"
    )
    view = await run(client, flow(f"{{id: c, {count}}}").replace("id: acting", "id: other"))
    assert view.task_runs[0].outputs["total"] == 3
    purge = "type: purge_executions, endDate: '2100-01-01', namespace: company.team, flowId: acting"
    view = await run(client, flow(f"{{id: p, {purge}}}").replace("id: acting", "id: other"))
    assert view.task_runs[0].outputs["executionsCount"] == 3
    assert {each.flow_id for each in (await client.executions()).items} == {"other"}
