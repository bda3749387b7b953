"""A Pause task waits for a person, the same over a call and over a socket, and over a crash."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from runtime.client import requests
from runtime.client.client import Client
from runtime.errors import InvalidInputs, InvalidRequest, NotAllowed
from runtime.model.states import State
from runtime.model.views import Done, ExecutionView
from tests.runtimes import Daemon, in_process, over_socket, run, settings, until_ended

GATE = """\
id: gate
namespace: company.team
tasks:
  - {id: before, type: return, format: checked}
  - id: approve
    type: pause
    description: May it be published?
    onPause: {id: tell, type: log, message: "{{ execution.id }} waits"}
    onResume:
      - {id: reason, type: STRING}
      - {id: level, type: INT, max: 3, defaults: 1}
      - {id: word, type: STRING, defaults: "{{ outputs.before.value }}"}
  - {id: last, type: return, format: "{{ outputs.approve.onResume.reason }} {{ outputs.approve.onResume.level }}"}
"""
TWO = """\
id: two
namespace: company.team
tasks:
  - id: each
    type: foreach
    values: [a, b]
    concurrencyLimit: 0
    tasks:
      - {id: approve, type: pause}
"""


@pytest.fixture(params=[in_process, over_socket], ids=["in_process", "over_socket"])
async def client(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Client]:
    (tmp_path / "flows").mkdir()
    async with request.param(settings(tmp_path)) as client:
        yield client


async def waiting(client: Client, source: str, count: int = 1) -> ExecutionView:
    """An execution in which so many tasks wait, and nothing else happens."""
    created = await client.ask(requests.CreateExecution(source=source), ExecutionView)
    async for _ in client.watch(created.execution.id):
        view = await client.execution(created.execution.id)
        others = [
            found for found in view.task_runs if found.task_id == "tell" and not found.state.is_terminal
        ]
        if len(view.waiting) == count and not others:
            return view
    raise AssertionError("it never waited")


async def test_it_tells_what_it_asks(client: Client) -> None:
    view = await waiting(client, GATE)
    [asks] = view.waiting
    assert view.execution.state is State.PAUSED
    assert not view.is_held
    assert (asks.task_id, asks.description, asks.until) == ("approve", "May it be published?", None)
    assert [(field.id, field.required, field.default) for field in asks.inputs] == [
        ("reason", True, None),
        ("level", False, 1),
        ("word", False, "checked"),
    ]


async def test_the_answers_become_its_outputs(client: Client) -> None:
    view = await waiting(client, GATE)
    inputs = {"reason": "fine", "level": "2"}
    done = await client.ask(requests.ResumeExecution(id=view.execution.id, inputs=inputs), Done)
    assert done.message == "`approve` goes on"
    view = await until_ended(client, view.execution.id)
    runs = {found.task_id: found for found in view.task_runs}
    assert runs["approve"].outputs["onResume"] == {"reason": "fine", "level": 2, "word": "checked"}
    assert runs["approve"].outputs["resumed"].keys() >= {"on", "to"}
    assert runs["last"].outputs == {"value": "fine 2"}
    assert runs["tell"].state is State.SUCCESS
    assert view.execution.state is State.SUCCESS
    assert view.waiting == ()


async def test_wrong_answers_are_refused_and_it_goes_on_waiting(client: Client) -> None:
    view = await waiting(client, GATE)
    with pytest.raises(InvalidInputs, match="Missing required input:reason") as wrong:
        await client.ask(requests.ResumeExecution(id=view.execution.id, inputs={"level": "9"}), Done)
    assert set(wrong.value.details["inputs"]) == {"reason", "level"}
    assert (await client.execution(view.execution.id)).execution.state is State.PAUSED


async def test_where_several_wait_one_is_named(client: Client) -> None:
    view = await waiting(client, TWO, count=2)
    identifier = view.execution.id
    with pytest.raises(InvalidRequest, match="more than one task"):
        await client.ask(requests.ResumeExecution(id=identifier), Done)
    with pytest.raises(NotAllowed, match="no task `each`"):
        await client.ask(requests.ResumeExecution(id=identifier, task="each"), Done)
    for asks in view.waiting:
        await client.ask(requests.ResumeExecution(id=identifier, task=asks.task_run_id), Done)
    assert (await until_ended(client, identifier)).execution.state is State.SUCCESS


async def test_it_is_resumed_once(client: Client) -> None:
    view = await waiting(client, GATE)
    request = requests.ResumeExecution(id=view.execution.id, inputs={"reason": "fine"})
    await client.ask(request, Done)
    await until_ended(client, view.execution.id)
    with pytest.raises(NotAllowed, match="ended already"):
        await client.ask(request, Done)


async def test_of_two_at_once_one_hears_that_it_was_too_late(client: Client) -> None:
    lasting = """\
id: lasting
namespace: company.team
tasks:
  - {id: approve, type: pause, onResume: [{id: reason, type: STRING}]}
  - {id: long, type: sleep, duration: PT60S}
"""
    identifier = (await waiting(client, lasting)).execution.id
    answers = [requests.ResumeExecution(id=identifier, inputs={"reason": word}) for word in ("yes", "no")]
    said = await asyncio.gather(*(client.ask(each, Done) for each in answers), return_exceptions=True)
    assert sorted(type(each).__name__ for each in said) == ["Done", "NotAllowed"]
    await client.ask(requests.KillExecution(id=identifier), Done)
    assert (await until_ended(client, identifier)).execution.state is State.KILLED


async def test_one_that_stands_behind_the_end_can_be_resumed(client: Client) -> None:
    source = """\
id: behind
namespace: company.team
tasks: [{id: a, type: log, message: done}]
afterExecution: [{id: wait, type: pause}]
"""
    view = await waiting(client, source)
    assert view.execution.state is State.SUCCESS
    await client.ask(requests.ResumeExecution(id=view.execution.id), Done)
    assert (await until_ended(client, view.execution.id)).task_runs[-1].state is State.SUCCESS


async def test_a_file_may_be_asked_for(client: Client, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("a,b")
    source = """\
id: filed
namespace: company.team
tasks:
  - {id: approve, type: pause, onResume: [{id: list, type: FILE}]}
  - {id: last, type: return, format: "{{ read(outputs.approve.onResume.list) }}"}
"""
    view = await waiting(client, source)
    inputs = {"list": str(tmp_path / "list.csv")}
    await client.ask(requests.ResumeExecution(id=view.execution.id, inputs=inputs), Done)
    view = await until_ended(client, view.execution.id)
    assert view.task_runs[-1].outputs == {"value": "a,b"}


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("pauseDuration: '{{ vars.long }}'", "waits for a duration such as PT30M, and not for `a while`"),
        ("pauseDuration: PT1S, behavior: '{{ vars.long }}'", "`behavior` must be one of RESUME, WARN"),
    ],
)
async def test_what_a_template_gives_must_fit(client: Client, written: str, said: str) -> None:
    source = f"""\
id: wrong
namespace: company.team
variables: {{long: a while}}
tasks:
  - {{id: wait, type: pause, {written}}}
"""
    view = await run(client, source)
    assert view.execution.state is State.FAILED
    assert said in (view.execution.error or "")


async def test_another_execution_lets_it_go_on(client: Client) -> None:
    view = await waiting(client, GATE)
    resuming = f"""\
id: resuming
namespace: company.team
tasks:
  - {{id: other, type: resume, executionId: {view.execution.id}, flowId: another, allowFailure: true}}
  - {{id: right, type: resume, executionId: {view.execution.id}, inputs: {{reason: by flow}}}}
"""
    done = await run(client, resuming)
    assert [found.state for found in done.task_runs] == ["WARNING", "SUCCESS"]
    view = await until_ended(client, view.execution.id)
    assert view.task_runs[-1].outputs == {"value": "by flow 1"}
    assert view.task_runs[1].outputs["resumed"]["by"] == "flow company.team.resuming"


async def test_it_waits_on_after_the_runtime_was_killed(tmp_path: Path) -> None:
    daemon = Daemon(settings(tmp_path))
    client = await daemon.start()
    try:
        identifier = (await waiting(client, GATE)).execution.id
        client = await daemon.crash()
        view = await client.execution(identifier)
        assert (view.execution.state, view.waiting[0].task_id) == (State.PAUSED, "approve")
        await client.ask(requests.ResumeExecution(id=identifier, inputs={"reason": "fine"}), Done)
        client = await daemon.crash()
        view = await until_ended(client, identifier)
    finally:
        await daemon.close()
    assert view.task_runs[-1].outputs == {"value": "fine 1"}
    assert [found.task_id for found in view.task_runs] == ["before", "approve", "tell", "last"]
