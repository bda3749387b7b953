"""The keys of a flow beside its tasks, in a whole runtime."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from runtime.client.client import Client
from runtime.client.requests import CreateExecution
from runtime.errors import InvalidRequest, NotAllowed
from runtime.model.states import State
from runtime.model.views import ExecutionView
from tests.runtimes import in_process, run, settings, until_ended


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[Client]:
    async with in_process(settings(tmp_path)) as client:
        yield client


def flow(keys: str, tasks: str = "- {id: t, type: return, format: done}") -> str:
    return f"id: keys\nnamespace: company.team\n{keys}\ntasks:\n{tasks}\n"


LONG = "- {id: long, type: sleep, duration: PT1H}"


async def test_an_execution_that_runs_too_long_is_ended(client: Client) -> None:
    sla = "sla: [{id: quick, type: MAX_DURATION, duration: PT0.1S, behavior: FAIL, labels: {late: 'yes'}}]"
    view = await run(client, flow(sla, LONG))
    assert (view.execution.state, view.execution.labels["late"]) == (State.FAILED, "yes")
    assert view.execution.error == "the SLA `quick` was missed: it ran longer than PT0.1S"
    assert [task_run.state for task_run in view.task_runs] == [State.FAILED]


async def test_an_assertion_stops_an_execution_in_its_midst(client: Client) -> None:
    sla = "sla: [{id: held, type: EXECUTION_ASSERTION, assert: \"{{ outputs.t.value != 'done' }}\", behavior: CANCEL}]"
    view = await run(client, flow(sla, f"- {{id: t, type: return, format: done}}\n{LONG}"))
    assert view.execution.state is State.CANCELLED
    assert [task_run.state for task_run in view.task_runs] == [State.SUCCESS, State.CANCELLED]


async def test_an_assertion_that_cannot_be_judged_yet_stops_nothing(client: Client) -> None:
    sla = 'sla: [{id: held, type: EXECUTION_ASSERTION, assert: "{{ outputs.later.value }}", behavior: FAIL}]'
    tasks = "- {id: t, type: return, format: done}\n- {id: later, type: return, format: x}"
    assert (await run(client, flow(sla, tasks))).execution.state is State.SUCCESS


CHECKED = """\
inputs: [{{id: n, type: INT, defaults: 0}}]
checks:
  - {{condition: "{{{{ inputs.n > 0 }}}}", message: more than none, behavior: {behavior}}}
  - {{condition: "{{{{ inputs.n > 1 }}}}", message: one is few, behavior: CREATE_EXECUTION}}
"""


async def test_a_check_keeps_an_execution_from_beginning(client: Client) -> None:
    with pytest.raises(NotAllowed, match="more than none; one is few"):
        await run(client, flow(CHECKED.format(behavior="BLOCK_EXECUTION")))
    assert (await client.executions()).items == ()


async def test_a_check_makes_an_execution_fail_before_its_first_task(client: Client) -> None:
    view = await run(client, flow(CHECKED.format(behavior="FAIL_EXECUTION")))
    assert (view.execution.state, view.task_runs) == (State.FAILED, ())
    assert view.execution.error == "more than none; one is few"


async def test_a_check_may_only_say_something(client: Client) -> None:
    source = flow(CHECKED.format(behavior="BLOCK_EXECUTION"))
    created = await client.ask(CreateExecution(source=source, inputs={"n": 1}), ExecutionView)
    assert created.notes == ("one is few",)
    assert (await until_ended(client, created.execution.id)).execution.state is State.SUCCESS


async def test_labels_of_the_runtime_are_its_own_but_for_the_one_that_ties_executions_together(
    client: Client,
) -> None:
    view = await run(client, flow("labels: {team: data}"), labels={"team": "ops"})
    assert view.execution.labels == {"system.correlationId": view.execution.id, "team": "ops"}
    view = await run(client, flow(""), labels={"system.correlationId": "abc"})
    assert view.execution.labels == {"system.correlationId": "abc"}
    with pytest.raises(InvalidRequest, match=r"`system\.readOnly` is reserved"):
        await run(client, flow(""), labels={"system.readOnly": "true"})


async def test_a_flow_may_be_tried_again_in_new_executions(client: Client) -> None:
    retry = "retry: {type: constant, interval: PT0.05S, maxAttempts: 3, behavior: CREATE_NEW_EXECUTION}"
    source = flow(f"{retry}\nconcurrency: {{limit: 1, behavior: CANCEL}}", "- {id: bad, type: fail}")
    first = await run(client, source, inputs={})
    async with asyncio.timeout(30):
        async for _ in client.watch():
            items = (await client.executions()).items
            if [execution.state for execution in items] == [State.FAILED, State.RETRIED, State.RETRIED]:
                break
    assert items[-1].id == first.execution.id
    assert [execution.attempt_number for execution in items] == [3, 2, 1]
    assert {execution.original_id for execution in items} == {first.execution.id}


async def test_listeners_run_behind_the_end_where_their_conditions_hold(client: Client) -> None:
    listeners = """listeners:
  - conditions: [{type: execution_status, in: [FAILED]}]
    tasks: [{id: never, type: fail}]
  - tasks: [{id: bad, type: fail}, {id: left_out, type: return, format: x}]
  - conditions: [{type: expression, expression: "{{ execution.state == 'SUCCESS' }}"}]
    tasks: [{id: good, type: return, format: "{{ execution.state }}"}]
afterExecution: [{id: after, type: return, format: x}]
"""
    view = await run(client, flow(listeners))
    assert view.execution.state is State.SUCCESS
    states = {task_run.task_id: task_run.state.value for task_run in view.task_runs}
    assert states == {"t": "SUCCESS", "bad": "FAILED", "good": "SUCCESS", "after": "SUCCESS"}
    assert [task_run.branch for task_run in view.task_runs][1:] == [
        "listeners",
        "listeners",
        "afterExecution",
    ]
