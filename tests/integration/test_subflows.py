"""Flows that run other flows: what a child is given and gives back, and how both end together."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from runtime.client.client import Client
from runtime.client.requests import (
    CreateExecution,
    KillExecution,
    ListExecutions,
    RestartExecution,
    ValidateSource,
)
from runtime.config import Settings
from runtime.model.execution import Execution
from runtime.model.states import State
from runtime.model.views import Done, ExecutionPage, ExecutionView, Validation
from tests.runtimes import Daemon, in_process, run, settings, until_ended

CHILD = """\
id: child
namespace: company.team
labels: {owner: child, kind: load}
inputs:
  - {id: day, type: STRING, defaults: none}
tasks:
  - {id: made, type: return, format: "{{ inputs.day }} for {{ trigger.flowId }}/{{ trigger.taskId }}"}
outputs:
  - {id: day, type: STRING, value: "{{ outputs.made.value }}"}
"""

FLOWS = {
    "child": CHILD,
    "silent": "id: silent\nnamespace: company.team\ntasks: [{id: inner, type: return, format: from inside}]\n",
    "fails": "id: fails\nnamespace: company.team\ntasks: [{id: f, type: fail, errorMessage: on purpose}]\n",
    "warns": "id: warns\nnamespace: company.team\ntasks: [{id: f, type: fail, allowFailure: true}]\n",
    "disabled": "id: disabled\nnamespace: company.team\ndisabled: true\ntasks: [{id: f, type: return}]\n",
    "broken": "id: broken\nnamespace: company.team\ntasks: []\n",
    "long": "id: long\nnamespace: company.team\ntasks: [{id: wait, type: sleep, duration: PT1H}]\n",
    "endless": (
        "id: endless\nnamespace: company.team\ntasks:\n"
        '- {id: again, type: subflow, namespace: company.team, flowId: "{{ flow.id }}"}\n'
    ),
    "stubborn": (
        "id: stubborn\nnamespace: company.team\n"
        "retry: {type: constant, interval: PT0S, maxAttempts: 2, behavior: CREATE_NEW_EXECUTION}\n"
        "tasks:\n- {id: f, type: fail, condition: '{{ execution.id == execution.originalId }}'}\n"
        "outputs: [{id: a, type: STRING, value: through}]\n"
    ),
}


@pytest.fixture
def chosen(tmp_path: Path) -> Settings:
    made = settings(tmp_path)
    assert made.flows is not None
    for name, source in FLOWS.items():
        (made.flows / f"{name}.yaml").write_text(source)
    return made


@pytest.fixture
async def client(chosen: Settings) -> AsyncIterator[Client]:
    async with in_process(chosen) as client:
        yield client


def parent(flow_id: str, keys: str = "", more: str = "") -> str:
    task = f"- {{id: call, type: subflow, namespace: company.team, flowId: {flow_id}{keys and ', '}{keys}}}"
    return (
        f"id: parent\nnamespace: company.team\nlabels: {{team: data, owner: parent}}\ntasks:\n{task}\n{more}"
    )


async def children(client: Client, execution_id: str) -> tuple[Execution, ...]:
    return (await client.ask(ListExecutions(parent_id=execution_id), ExecutionPage)).items


async def only_child(client: Client, execution_id: str) -> Execution:
    (child,) = await children(client, execution_id)
    return child


async def first_child(client: Client, execution_id: str) -> Execution:
    async with asyncio.timeout(30):
        async for _ in client.watch():
            if found := await children(client, execution_id):
                return found[0]
    raise AssertionError


async def begun(client: Client, source: str, flow_id: str) -> tuple[str, str]:
    """A parent and its child, when the child's task runs."""
    created = await client.ask(CreateExecution(source=source), ExecutionView)
    async with asyncio.timeout(30):
        async for _ in client.watch():
            found = await children(client, created.execution.id)
            if found and any(
                run.state is State.RUNNING for run in (await client.execution(found[0].id)).task_runs
            ):
                assert found[0].flow_id == flow_id
                return created.execution.id, found[0].id
    raise AssertionError


# --- what goes in and comes out


async def test_a_child_gets_inputs_and_gives_outputs(client: Client) -> None:
    after = '- {id: after, type: return, format: "{{ outputs.call.outputs.day }}"}'
    view = await run(client, parent("child", "inputs: {day: \"{{ 'mon' ~ 'day' }}\"}", after))
    child = await only_child(client, view.execution.id)
    call, last = view.task_runs
    assert call.outputs == {
        "executionId": child.id,
        "state": "SUCCESS",
        "outputs": {"day": "monday for parent/call"},
    }
    assert last.outputs == {"value": "monday for parent/call"}
    assert [attempt.state for attempt in call.attempts] == [State.SUCCESS]


async def test_a_child_knows_its_parent(client: Client) -> None:
    view = await run(client, parent("child"))
    child = await only_child(client, view.execution.id)
    assert (child.parent_id, child.depth, child.created_by) == (
        view.execution.id,
        1,
        view.execution.created_by,
    )
    assert child.trigger is not None
    assert (child.trigger.id, child.trigger.variables) == (
        "call",
        {
            "executionId": view.execution.id,
            "namespace": "company.team",
            "flowId": "parent",
            "flowRevision": 1,
            "taskRunId": view.task_runs[0].id,
            "taskId": "call",
        },
    )


LABELS = {
    "": {"owner": "child", "kind": "load"},
    "inheritLabels: true": {"owner": "child", "kind": "load", "team": "data"},
    "inheritLabels: true, labels: {kind: '{{ flow.id }}'}": {
        "owner": "child",
        "kind": "parent",
        "team": "data",
    },
    "labels: [{key: run, value: 7}]": {"owner": "child", "kind": "load", "run": "7"},
}


@pytest.mark.parametrize("keys", LABELS)
async def test_labels_of_a_child(client: Client, keys: str) -> None:
    view = await run(client, parent("child", keys))
    labels = (await only_child(client, view.execution.id)).labels
    system = {"system.correlationId": view.execution.id, "system.from": "subflow"}
    assert labels == LABELS[keys] | system


async def test_outputs_of_the_older_form_see_what_the_child_s_tasks_left(client: Client) -> None:
    view = await run(client, parent("silent", 'outputs: {found: "{{ outputs.inner.value }}"}'))
    assert view.task_runs[0].outputs["outputs"] == {"found": "from inside"}


async def test_a_revision_may_be_chosen(client: Client) -> None:
    newer = CHILD.replace("defaults: none", "defaults: newer")
    await client.ask(CreateExecution(source=newer), ExecutionView)
    view = await run(client, parent("child", "revision: 2"))
    assert (await only_child(client, view.execution.id)).inputs == {"day": "newer"}
    view = await run(client, parent("child"))
    assert (await only_child(client, view.execution.id)).inputs == {"day": "none"}


async def test_one_that_is_not_waited_for_gives_its_id_at_once(client: Client) -> None:
    view = await run(client, parent("long", "wait: false"))
    child = await only_child(client, view.execution.id)
    assert view.execution.state is State.SUCCESS
    assert view.task_runs[0].outputs == {"executionId": child.id}
    assert not child.state.is_terminal
    await client.ask(KillExecution(id=child.id), Done)
    await until_ended(client, child.id)


# --- how both end

ENDS: dict[tuple[str, str], tuple[State, str]] = {
    ("fails", ""): (State.FAILED, "company.team.fails"),
    ("fails", "transmitFailed: false"): (State.SUCCESS, ""),
    ("fails", "allowFailure: true"): (State.WARNING, ""),
    ("warns", ""): (State.WARNING, ""),
    ("warns", "transmitFailed: false"): (State.SUCCESS, ""),
    ("warns", "allowWarning: true"): (State.SUCCESS, ""),
    ("stubborn", ""): (State.SUCCESS, ""),
    ("nowhere", ""): (State.FAILED, "no flow company.team.nowhere"),
    ("disabled", ""): (State.FAILED, "is disabled"),
    ("broken", ""): (State.FAILED, "broken.yaml, line 3"),
    ("child", "inputs: {day: {a: 1}}, labels: {system.x: y}"): (State.FAILED, "`system.x` is reserved"),
    ("endless", ""): (State.FAILED, "20 executions stand above this one"),
}


@pytest.mark.parametrize(("flow_id", "keys"), ENDS)
async def test_a_parent_ends_as_its_child(client: Client, flow_id: str, keys: str) -> None:
    view = await run(client, parent(flow_id, keys))
    state, reason = ENDS[flow_id, keys]
    assert (view.execution.state, reason in str(view.execution.error)) == (state, True)


async def test_a_new_execution_of_the_child_counts_as_its_last_try(client: Client) -> None:
    view = await run(client, parent("stubborn"))
    first, second = sorted(await children(client, view.execution.id), key=lambda child: child.id)
    assert (first.state, second.state) == (State.RETRIED, State.SUCCESS)
    assert view.task_runs[0].outputs["executionId"] == second.id
    assert view.task_runs[0].outputs["outputs"] == {"a": "through"}


async def test_a_retry_runs_a_new_child(client: Client) -> None:
    view = await run(client, parent("fails", "retry: {type: constant, interval: PT0S, maxAttempts: 3}"))
    assert [child.state for child in await children(client, view.execution.id)] == [State.FAILED] * 3
    assert len(view.task_runs[0].attempts) == 3


async def test_a_flow_that_names_itself_is_refused() -> None:
    from runtime.language import load

    loaded = load(parent("parent"))
    assert loaded.flow is None
    assert [problem.message for problem in loaded.problems] == [
        "Recursive call to flow [company.team.parent]"
    ]


async def test_templates_for_the_child_s_outputs_are_not_looked_for_in_the_parent(client: Client) -> None:
    asked = ValidateSource(source=parent("silent", 'outputs: {found: "{{ outputs.inner.value }}"}'))
    found = (await client.ask(asked, Validation)).problems
    assert [problem.message for problem in found] == ["`outputs` is deprecated"]


# --- kill


@pytest.mark.parametrize("keys", ["", "wait: false"])
async def test_a_kill_reaches_the_child(client: Client, keys: str) -> None:
    source = parent("long", keys, "- {id: wait, type: sleep, duration: PT1H}")
    above, below = await begun(client, source, "long")
    assert (await client.execution(above)).task_runs[0].outputs["executionId"] == below
    await client.ask(KillExecution(id=above), Done)
    assert (await until_ended(client, below)).execution.state is State.KILLED
    view = await until_ended(client, above)
    assert view.execution.state is State.KILLED
    assert f"its parent execution {above} was stopped" in str((await client.execution(below)).execution.error)


async def test_a_kill_goes_down_all_the_way(client: Client, chosen: Settings) -> None:
    middle = parent("long").replace("id: parent", "id: middle")
    created = await client.ask(CreateExecution(source=middle), ExecutionView)
    await client.ask(KillExecution(id=created.execution.id), Done)
    revision = created.execution.revision
    above, between = await begun(client, parent("middle", f"revision: {revision}"), "middle")
    below = await first_child(client, between)
    await client.ask(KillExecution(id=above), Done)
    for execution_id in (below.id, between, above):
        assert (await until_ended(client, execution_id)).execution.state is State.KILLED


async def test_a_child_that_is_killed_marks_its_parent(client: Client) -> None:
    above, below = await begun(client, parent("long"), "long")
    await client.ask(KillExecution(id=below), Done)
    view = await until_ended(client, above)
    assert (view.execution.state, view.task_runs[0].state) == (State.KILLED, State.KILLED)


async def test_a_timeout_stops_the_child(client: Client) -> None:
    view = await run(client, parent("long", "timeout: PT0.2S"))
    assert view.execution.state is State.FAILED
    assert "timed out" in str(view.execution.error)
    assert (await only_child(client, view.execution.id)).state is State.KILLED


# --- restart


@pytest.mark.parametrize(("behavior", "count"), [("RETRY_FAILED", 1), ("NEW_EXECUTION", 2)])
async def test_a_restart_of_the_parent(client: Client, tmp_path: Path, behavior: str, count: int) -> None:
    """The child fails until a file is there; what had gone well in it does not run again, unless a new child is begun."""
    gate = tmp_path / "gate"
    source = (
        "id: gated\nnamespace: company.team\ntasks:\n- {id: first, type: return, format: '{{ now() }}'}\n"
        f"- {{id: second, type: shell, taskRunner: {{type: process}}, commands: ['test -e {gate}']}}\n"
    )
    assert client is not None
    created = await run(client, source)
    call = parent("gated", f"revision: {created.execution.revision}, restartBehavior: {behavior}")
    view = await run(client, call)
    assert view.execution.state is State.FAILED
    gate.touch()
    await client.ask(RestartExecution(id=view.execution.id), ExecutionView)
    view = await until_ended(client, view.execution.id)
    assert view.execution.state is State.SUCCESS
    found = await children(client, view.execution.id)
    assert len(found) == count
    assert view.task_runs[0].outputs["executionId"] == max(child.id for child in found)
    assert all(child.state is State.SUCCESS for child in found[:1])


# --- crash


@pytest.mark.parametrize("ends", ["while the runtime is away", "afterwards"])
async def test_a_parent_goes_on_with_its_child_after_a_crash(
    chosen: Settings, tmp_path: Path, ends: str
) -> None:
    gate, once = tmp_path / "gate", tmp_path / "once"
    source = (
        "id: slow\nnamespace: company.team\ntasks:\n"
        f"- {{id: mark, type: shell, taskRunner: {{type: process}}, commands: ['echo x >> {once}']}}\n"
        "- id: wait\n  type: loop_until\n"
        '  condition: "{{ outputs.look.exitCode == 0 }}"\n  checkFrequency: {interval: PT0.05S}\n'
        f"  tasks: [{{id: look, type: shell, allowFailure: true, taskRunner: {{type: process}}, commands: ['test -e {gate}']}}]\n"
    )
    assert chosen.flows is not None
    (chosen.flows / "slow.yaml").write_text(source)
    daemon = Daemon(chosen)
    client = await daemon.start()
    try:
        above, below = await begun(client, parent("slow"), "slow")
        if ends == "while the runtime is away":
            gate.touch()
        for _ in range(2):
            client = await daemon.crash()
        gate.touch()
        view = await until_ended(client, above)
        assert view.execution.state is State.SUCCESS, view.execution.error
        assert view.task_runs[0].outputs["executionId"] == below
        assert [attempt.state for attempt in view.task_runs[0].attempts] == [State.SUCCESS]
        assert [child.id for child in await children(client, above)] == [below]
    finally:
        await daemon.close()
