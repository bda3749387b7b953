"""The keys of a flow beside its tasks, in a whole runtime."""

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
