"""Taking an execution in hand, the same over a call and over a socket."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from runtime.client import requests
from runtime.client.client import Client
from runtime.client.requests import Request
from runtime.errors import ExecutionNotFound, Failure, InvalidRequest, NotAllowed
from runtime.model.states import State
from runtime.model.views import Done, ExecutionView, LogPage
from tests.runtimes import Daemon, in_process, over_socket, run, settings, until_ended


@pytest.fixture(params=[in_process, over_socket], ids=["in_process", "over_socket"])
async def client(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Client]:
    (tmp_path / "flows").mkdir()
    async with request.param(settings(tmp_path)) as client:
        yield client


def steps(directory: Path) -> str:
    """`first` waits for a file, `second` fails unless there is one, and each leaves a line."""
    return f"""\
id: steps
namespace: company.team
labels: {{team: data}}
tasks:
  - id: first
    type: shell
    commands: ["echo first >> {directory}/ran.txt; until test -e {directory}/go; do sleep 0.05; done"]
  - id: second
    type: shell
    commands: ["echo second >> {directory}/ran.txt; test -e {directory}/mended"]
  - id: third
    type: shell
    commands: ["echo third >> {directory}/ran.txt"]
"""


def ran(directory: Path) -> list[str]:
    return (directory / "ran.txt").read_text().split()


async def begun(client: Client, source: str) -> str:
    """An execution whose first task runs."""
    created = await client.ask(requests.CreateExecution(source=source), ExecutionView)
    async for _ in client.watch(created.execution.id):
        if (await client.execution(created.execution.id)).task_runs[0].state is State.RUNNING:
            return created.execution.id
    raise AssertionError("it never ran")


async def until_run(client: Client, identifier: str, task: str, state: State) -> None:
    async for _ in client.watch(identifier):
        view = await client.execution(identifier)
        if any(found.task_id == task and found.state is state for found in view.task_runs):
            return


async def test_a_pause_lets_end_what_runs_and_begins_nothing(client: Client, tmp_path: Path) -> None:
    (tmp_path / "mended").touch()
    identifier = await begun(client, steps(tmp_path))
    await client.ask(requests.PauseExecution(id=identifier), Done)
    (tmp_path / "go").touch()
    await until_run(client, identifier, "second", State.CREATED)
    assert (await client.execution(identifier)).execution.state is State.PAUSED
    assert ran(tmp_path) == ["first"]
    with pytest.raises(NotAllowed, match="nothing to pause"):
        await client.ask(requests.PauseExecution(id=identifier), Done)
    await client.ask(requests.ResumeExecution(id=identifier), Done)
    view = await until_ended(client, identifier)
    assert (view.execution.state, ran(tmp_path)) == (State.SUCCESS, ["first", "second", "third"])
    with pytest.raises(NotAllowed, match="ended already"):
        await client.ask(requests.ResumeExecution(id=identifier), Done)


async def failed(client: Client, directory: Path) -> str:
    (directory / "go").touch()
    view = await run(client, steps(directory))
    assert view.execution.state is State.FAILED
    return view.execution.id


async def test_a_failure_that_was_mended_by_hand_is_told_and_the_rest_runs(
    client: Client, tmp_path: Path
) -> None:
    identifier = await failed(client, tmp_path)
    await client.ask(requests.ChangeState(id=identifier, task="second", state="success"), ExecutionView)
    view = await until_ended(client, identifier)
    assert view.execution.state is State.SUCCESS
    assert [(each.task_id, each.state) for each in view.task_runs] == [
        ("first", "SUCCESS"),
        ("second", "SUCCESS"),
        ("third", "SUCCESS"),
    ]
    assert ran(tmp_path) == ["first", "second", "third"]


REFUSED: list[tuple[Request, type[Failure], str]] = [
    (requests.ChangeState(id="", task="second", state="RUNNING"), InvalidRequest, "SUCCESS, WARNING"),
    (requests.ChangeState(id="", task="third", state="SUCCESS"), ExecutionNotFound, "no task run `third`"),
    (requests.ChangeState(id="", task="second", state="FAILED"), NotAllowed, "is FAILED already"),
    (requests.ChangeState(id="", task="first", state="WARNING"), NotAllowed, "only a failure"),
    (requests.ReplayExecution(id="", task="nothing"), ExecutionNotFound, "no task run `nothing`"),
    (requests.PauseExecution(id=""), NotAllowed, "ended already"),
    (requests.ForceRun(id=""), NotAllowed, "ended already"),
    (requests.SetLabels(id="", labels={"system.x": "1"}), InvalidRequest, "reserved"),
]


async def test_what_makes_no_sense_is_refused_with_the_reason(client: Client, tmp_path: Path) -> None:
    import msgspec

    identifier = await failed(client, tmp_path)
    for request, kind, words in REFUSED:
        with pytest.raises(kind, match=words):
            await client.ask(msgspec.structs.replace(request, id=identifier), object)  # type: ignore[arg-type, type-var]


async def test_a_replay_takes_over_what_came_before(client: Client, tmp_path: Path) -> None:
    identifier = await failed(client, tmp_path)
    (tmp_path / "mended").touch()
    begun = await client.ask(requests.ReplayExecution(id=identifier, task="second"), ExecutionView)
    view = await until_ended(client, begun.execution.id)
    assert view.execution.id != identifier
    assert view.execution.state is State.SUCCESS
    assert view.execution.labels["system.replay"] == "true"
    assert ran(tmp_path) == ["first", "second", "second", "third"]
    assert [(each.task_id, len(each.attempts)) for each in view.task_runs] == [
        ("first", 1),
        ("second", 1),
        ("third", 1),
    ]
    assert (await client.execution(identifier)).execution.state is State.FAILED


async def test_a_replay_has_the_logs_of_what_it_took_over(client: Client, tmp_path: Path) -> None:
    source = "id: l\nnamespace: n\ntasks:\n  - {id: a, type: log, message: hello}\n  - {id: b, type: log, message: there}\n"
    old = await run(client, source)
    begun = await client.ask(requests.ReplayExecution(id=old.execution.id, task="b"), ExecutionView)
    new = await until_ended(client, begun.execution.id)
    await client.ask(requests.DeleteExecution(id=old.execution.id), Done)
    merged = await client.ask(requests.ReadExecutionLog(execution_id=new.execution.id), LogPage)
    assert [line.text for line in merged.lines] == ["hello", "there"]


async def test_a_replay_from_the_beginning_has_the_same_inputs_and_may_have_another_revision(
    client: Client, tmp_path: Path
) -> None:
    text = "id: r\nnamespace: company.team\ninputs: [{id: who, type: STRING}]\ntasks:\n  - {id: a, type: return, format: '%s {{ inputs.who }}'}\n"
    await client.ask(requests.SaveSource(source=text % "old"), object)
    first = await client.start("company.team", "r", inputs={"who": "ada"})
    await until_ended(client, first.execution.id)
    await client.ask(requests.SaveSource(source=text % "new"), object)
    for revision, said in [(None, "old ada"), (0, "new ada"), (1, "old ada")]:
        request = requests.ReplayExecution(id=first.execution.id, revision=revision)
        begun = await client.ask(request, ExecutionView)
        view = await until_ended(client, begun.execution.id)
        assert view.task_runs[0].outputs["value"] == said


async def test_a_replay_from_a_task_may_have_a_revision_that_is_mended_behind_it(client: Client) -> None:
    text = "id: m\nnamespace: company.team\ntasks:\n  - {id: a, type: return, format: x}\n  - {id: b, type: %s}\n"
    await client.ask(requests.SaveSource(source=text % "fail"), object)
    first = await client.start("company.team", "m")
    await until_ended(client, first.execution.id)
    await client.ask(requests.SaveSource(source=text % "log, message: mended"), object)
    request = requests.ReplayExecution(id=first.execution.id, task="b", revision=0)
    begun = await client.ask(request, ExecutionView)
    view = await until_ended(client, begun.execution.id)
    assert (view.execution.state, view.execution.revision) == (State.SUCCESS, 2)


async def test_labels_are_put_on_what_has_ended(client: Client, tmp_path: Path) -> None:
    identifier = await failed(client, tmp_path)
    request = requests.SetLabels(id=identifier, labels={"seen": "ada"}, remove=("team",))
    await client.ask(request, ExecutionView)
    labels = (await client.execution(identifier)).execution.labels
    assert labels == {"seen": "ada", "system.correlationId": identifier}


async def test_a_queued_execution_is_forced(client: Client, tmp_path: Path) -> None:
    source = f"""\
id: one
namespace: company.team
concurrency: {{limit: 1}}
tasks:
  - id: wait
    type: shell
    commands: ["until test -e {tmp_path}/go; do sleep 0.05; done"]
"""
    await begun(client, source)
    queued = await client.ask(requests.CreateExecution(source=source), ExecutionView)
    identifier = queued.execution.id
    async for _ in client.watch(identifier):
        if (await client.execution(identifier)).execution.state is State.QUEUED:
            break
    await client.ask(requests.ForceRun(id=identifier), Done)
    await until_run(client, identifier, "wait", State.RUNNING)
    (tmp_path / "go").touch()
    assert (await until_ended(client, identifier)).execution.state is State.SUCCESS


async def test_a_pause_survives_a_crash_of_the_runtime(tmp_path: Path) -> None:
    (tmp_path / "mended").touch()
    daemon = Daemon(settings(tmp_path))
    try:
        client = await daemon.start()
        identifier = await begun(client, steps(tmp_path))
        await client.ask(requests.PauseExecution(id=identifier), Done)
        (tmp_path / "go").touch()
        await until_run(client, identifier, "second", State.CREATED)
        client = await daemon.crash()
        assert (await client.execution(identifier)).execution.state is State.PAUSED
        await client.ask(requests.ResumeExecution(id=identifier), Done)
        view = await until_ended(client, identifier)
    finally:
        await daemon.close()
    assert (view.execution.state, ran(tmp_path)) == (State.SUCCESS, ["first", "second", "third"])
