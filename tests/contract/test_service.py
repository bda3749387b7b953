"""What a face may rely on, the same over a call and over a socket."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from runtime.client import requests
from runtime.client.client import Client
from runtime.client.unix_socket import UnixSocket
from runtime.config import Settings
from runtime.errors import (
    ExecutionNotFound,
    FlowNotFound,
    InvalidFlow,
    InvalidInputs,
    NotAllowed,
    RuntimeUnreachable,
)
from runtime.model.states import State
from runtime.model.views import Done, ExecutionView, FlowDetail, FlowsChanged, LogPage, Setting, Validation
from tests.runtimes import in_process, over_socket, run, settings, until_ended

HELLO = """\
id: hello
namespace: company.team
inputs:
  - {id: name, type: STRING, defaults: you}
  - {id: times, type: INT, defaults: 1}
tasks:
  - id: greet
    type: log
    message: Hello {{ inputs.name }}
  - id: answer
    type: return
    format: "{{ inputs.times }}"
outputs:
  - {id: answer, type: INT, value: "{{ outputs.answer.value }}"}
"""

SLOW = """\
id: slow
namespace: company.team
tasks:
  - id: wait
    type: shell
    commands: ["echo started; sleep 60"]
"""


@pytest.fixture(params=[in_process, over_socket])
async def client(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Client]:
    chosen = settings(tmp_path)
    (tmp_path / "flows" / "hello.yaml").write_text(HELLO)
    async with request.param(chosen) as client:
        yield client


async def test_status_tells_which_runtime_this_is(client: Client, tmp_path: Path) -> None:
    status = await client.status()
    assert status.data_directory == str(tmp_path / "data")
    assert (status.flows, status.problems, status.runner) == (1, 0, "process")


async def test_every_setting_tells_who_said_so(client: Client, tmp_path: Path) -> None:
    found = {each.name: each for each in await client.many(requests.ListSettings(), Setting)}
    assert set(found) == set(Settings.__struct_fields__)
    assert (found["data"].value, found["data"].origin) == (str(tmp_path / "data"), "command line")
    assert found["mirror"].origin == "default"


async def test_a_flow_runs_to_its_outputs(client: Client) -> None:
    created = await client.start(
        "company.team", "hello", inputs={"name": "Ada", "times": "3"}, labels={"a": "b"}
    )
    view = await until_ended(client, created.execution.id)
    assert view.execution.state is State.SUCCESS
    assert view.execution.inputs == {"name": "Ada", "times": 3}
    assert view.execution.outputs == {"answer": 3}
    assert view.execution.labels == {"a": "b", "system.correlationId": view.execution.id}
    assert [(run.task_id, run.state) for run in view.task_runs] == [
        ("greet", "SUCCESS"),
        ("answer", "SUCCESS"),
    ]
    assert [node.id for node in view.topology.nodes] == ["greet", "answer"]


async def test_its_log_can_be_read(client: Client) -> None:
    view = await run(client, HELLO)
    page = await client.log(view.execution.id, view.task_runs[0].id)
    assert [line.text for line in page.lines] == ["Hello you"]
    assert (page.total, page.ended) == (1, True)
    merged = await client.ask(requests.ReadExecutionLog(execution_id=view.execution.id), LogPage)
    assert [line.text for line in merged.lines] == ["Hello you", "1"]


async def test_a_part_of_an_id_is_enough(client: Client) -> None:
    view = await run(client, HELLO)
    assert (await client.execution(view.execution.id[-8:])).execution.id == view.execution.id


async def test_failures_keep_their_class_and_their_hint(client: Client) -> None:
    with pytest.raises(FlowNotFound, match=r"did you mean company\.team\.hello"):
        await client.start("company.team", "helo")
    with pytest.raises(ExecutionNotFound):
        await client.execution("nothing-of-that-kind")
    with pytest.raises(InvalidInputs) as wrong:
        await client.start("company.team", "hello", inputs={"times": "many"})
    assert "times" in wrong.value.details["inputs"]
    with pytest.raises(InvalidFlow) as broken:
        await client.ask(requests.CreateExecution(source="id: x\nnamespace: y\ntasks: []\n"), ExecutionView)
    assert broken.value.details["problems"]


async def test_flows_are_listed_with_their_last_execution(client: Client) -> None:
    created = await client.start("company.team", "hello")
    await until_ended(client, created.execution.id)
    [flow] = await client.flows()
    assert (flow.namespace, flow.id, flow.revision, flow.has_inputs) == ("company.team", "hello", 1, True)
    assert flow.last is not None
    assert flow.last.id == created.execution.id
    assert await client.flows("company.other") == []


async def test_a_flow_s_form_has_its_defaults(client: Client) -> None:
    detail = await client.ask(requests.GetFlow(namespace="company.team", id="hello"), FlowDetail)
    assert [(field.id, field.type, field.default) for field in detail.inputs] == [
        ("name", "STRING", "you"),
        ("times", "INT", 1),
    ]


async def test_kill_stops_it(client: Client) -> None:
    created = await client.ask(requests.CreateExecution(source=SLOW), ExecutionView)
    async for page in client.follow(requests.FollowExecutionLog(execution_id=created.execution.id)):
        if any(line.text == "started" for line in page.lines):
            break
    await client.ask(requests.KillExecution(id=created.execution.id, reason="enough"), Done)
    view = await until_ended(client, created.execution.id)
    assert view.execution.state is State.KILLED
    assert view.execution.error == "enough"
    with pytest.raises(NotAllowed, match="ended already"):
        await client.ask(requests.KillExecution(id=created.execution.id), Done)


async def test_a_failed_execution_goes_on_from_where_it_failed(client: Client, tmp_path: Path) -> None:
    source = f"""\
id: mended
namespace: company.team
tasks:
  - {{id: first, type: shell, commands: ["echo ran >> {tmp_path}/first.txt"]}}
  - {{id: second, type: shell, commands: ["test -e {tmp_path}/mended"]}}
"""
    view = await run(client, source)
    assert view.execution.state is State.FAILED
    assert "second" in view.execution.error
    (tmp_path / "mended").touch()
    await client.ask(requests.RestartExecution(id=view.execution.id), ExecutionView)
    view = await until_ended(client, view.execution.id)
    assert view.execution.state is State.SUCCESS
    assert (tmp_path / "first.txt").read_text() == "ran\n"
    assert len(view.task_runs[1].attempts) == 2


async def test_the_list_of_executions_is_paged_and_filtered(client: Client) -> None:
    made = [(await run(client, HELLO)).execution.id for _ in range(3)]
    page = await client.executions(limit=2)
    assert [item.id for item in page.items] == made[:0:-1]
    rest = await client.executions(limit=2, after=page.next)
    assert [item.id for item in rest.items] == made[:1]
    assert rest.next is None
    assert (await client.executions(states=("FAILED",))).items == ()
    assert len((await client.executions(namespace="company")).items) == 3


async def test_deleting_leaves_no_trace(client: Client, tmp_path: Path) -> None:
    view = await run(client, HELLO)
    await client.ask(requests.DeleteExecution(id=view.execution.id), Done)
    with pytest.raises(ExecutionNotFound):
        await client.execution(view.execution.id)
    assert not (tmp_path / "data" / "logs" / view.execution.id).exists()


async def test_a_watcher_hears_of_every_step_in_order(client: Client) -> None:
    states: list[State] = []
    heard = asyncio.Event()

    async def watch() -> None:
        async for news in client.watch():
            heard.set()
            if hasattr(news, "execution"):
                states.append(news.execution.state)
                if news.execution.state.is_terminal:
                    return

    async with asyncio.timeout(20), asyncio.TaskGroup() as group:
        group.create_task(watch())
        await heard.wait()
        await client.start("company.team", "hello")
    assert states == sorted(states, key=[State.CREATED, State.RUNNING, State.SUCCESS].index)
    assert states[-1] is State.SUCCESS


async def test_following_a_log_loses_and_doubles_nothing(client: Client) -> None:
    source = SLOW.replace("echo started; sleep 60", "for i in $(seq 3000); do echo line $i; done")
    created = await client.ask(requests.CreateExecution(source=source), ExecutionView)
    lines: list[str] = []
    async with asyncio.timeout(30):
        async for page in client.follow(requests.FollowExecutionLog(execution_id=created.execution.id)):
            lines += [line.text for line in page.lines]
    assert lines == [f"line {number}" for number in range(1, 3001)]


async def test_saving_makes_a_new_revision_at_once(client: Client) -> None:
    changed = HELLO.replace("Hello", "Good morning")
    found = await client.ask(requests.SaveSource(source=changed), Validation)
    assert not found.problems
    [flow] = await client.flows()
    assert flow.revision == 2
    broken = await client.ask(requests.SaveSource(source=changed + "tpye: x\n"), Validation)
    assert any("tpye" in problem.message for problem in broken.problems)
    assert (await client.flows())[0].revision == 2


async def test_a_file_that_changes_is_heard_of(client: Client, tmp_path: Path) -> None:
    async with asyncio.timeout(20):
        watcher = client.watch()
        await anext(watcher)
        (tmp_path / "flows" / "second.yaml").write_text(HELLO.replace("id: hello", "id: second", 1))
        async for news in watcher:
            if isinstance(news, FlowsChanged):
                assert news.names == ("company.team.second",)
                break
    assert [flow.id for flow in await client.flows()] == ["hello", "second"]


async def test_nobody_at_home_is_said(tmp_path: Path) -> None:
    async with Client(UnixSocket(tmp_path / "nobody.sock")) as nobody:
        with pytest.raises(RuntimeUnreachable, match="flowdeck serve"):
            await nobody.status()
