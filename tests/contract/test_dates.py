"""An execution that is asked for a later date, the same over a call and over a socket."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from runtime.client import requests
from runtime.client.client import Client
from runtime.errors import NotAllowed
from runtime.model.states import State
from runtime.model.views import Done, ExecutionView
from tests.runtimes import Daemon, in_process, over_socket, run, settings, until_ended

HELLO = "id: hello\nnamespace: company.team\ntasks:\n  - {id: greet, type: log, message: Hello}\n"


@pytest.fixture(params=[in_process, over_socket], ids=["in_process", "over_socket"])
async def client(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Client]:
    (tmp_path / "flows").mkdir()
    async with request.param(settings(tmp_path)) as client:
        yield client


async def ask_for(client: Client, date: datetime) -> str:
    request = requests.CreateExecution(source=HELLO, schedule_date=date)
    view = await client.ask(request, ExecutionView)
    assert view.execution.state is State.CREATED
    assert not view.task_runs
    return view.execution.id


def in_an_hour() -> datetime:
    return datetime.now(UTC) + timedelta(hours=1)


async def test_it_begins_at_its_date(client: Client) -> None:
    date = datetime.now(UTC) + timedelta(seconds=0.5)
    view = await until_ended(client, await ask_for(client, date))
    assert view.execution.state is State.SUCCESS
    assert view.execution.started is not None
    assert view.execution.started >= date


async def test_a_date_that_has_passed_is_now(client: Client) -> None:
    view = await run(client, HELLO, schedule_date=datetime.now(UTC) - timedelta(days=1))
    assert view.execution.state is State.SUCCESS


async def test_it_may_begin_before(client: Client) -> None:
    identifier = await ask_for(client, in_an_hour())
    with pytest.raises(NotAllowed, match="nothing to pause"):
        await client.ask(requests.PauseExecution(id=identifier), Done)
    await client.ask(requests.ForceRun(id=identifier), Done)
    assert (await until_ended(client, identifier)).execution.state is State.SUCCESS


async def test_it_may_be_killed_before(client: Client) -> None:
    identifier = await ask_for(client, in_an_hour())
    await client.ask(requests.KillExecution(id=identifier), Done)
    assert (await until_ended(client, identifier)).execution.state is State.KILLED


async def test_a_subflow_begins_at_its_date(client: Client, tmp_path: Path) -> None:
    (tmp_path / "flows" / "hello.yaml").write_text(HELLO)
    await client.ask(requests.SaveSource(source=HELLO), requests.Validation)
    parent = """\
id: parent
namespace: company.team
tasks:
  - id: later
    type: subflow
    namespace: company.team
    flowId: hello
    scheduleDate: "{{ now() | dateAdd(1, 'SECONDS') }}"
"""
    view = await run(client, parent)
    assert view.execution.state is State.SUCCESS
    child = (await client.execution(view.task_runs[0].outputs["executionId"])).execution
    assert child.started is not None
    assert child.started - child.created > timedelta(seconds=0.5)


async def test_a_date_outlives_the_runtime(tmp_path: Path) -> None:
    daemon = Daemon(settings(tmp_path))
    client = await daemon.start()
    try:
        identifier = await ask_for(client, in_an_hour())
        client = await daemon.crash()
        view = await client.execution(identifier)
        assert (view.execution.state, view.task_runs) == (State.CREATED, ())
        await client.ask(requests.ForceRun(id=identifier), Done)
        view = await until_ended(client, identifier)
    finally:
        await daemon.close()
    assert view.execution.state is State.SUCCESS
