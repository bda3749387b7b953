"""A flow with `concurrency` runs no more executions at once than it says, through a restart of the runtime too."""

import asyncio
import os
from pathlib import Path

import pytest

from runtime.client.client import Client
from runtime.client.requests import CreateExecution, KillExecution, RestartExecution
from runtime.model.states import State
from runtime.model.views import Done, ExecutionView
from tests.runtimes import in_process, settings, until_ended

PATIENCE = 30  # seconds


class Gate:
    """A named pipe: a task that reads from it waits until somebody writes."""

    def __init__(self, directory: Path) -> None:
        self.path = directory / "gate"
        os.mkfifo(self.path)

    def flow(self, behavior: str = "QUEUE", *, last: str = "") -> str:
        wait = f"{{id: wait, type: shell, taskRunner: {{type: process}}, commands: ['cat {self.path}']}}"
        return f"""\
id: limited
namespace: company.team
concurrency: {{limit: 1, behavior: {behavior}}}
tasks:
  - {wait}
  {last}
"""

    async def open(self) -> None:
        await asyncio.to_thread(self.path.write_text, "go")


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    return Gate(tmp_path)


async def begun(client: Client, source: str, state: State) -> str:
    """The id of a new execution that has come into a state."""
    view = await client.ask(CreateExecution(source=source), ExecutionView)
    await until(client, view.execution.id, state)
    return view.execution.id


async def until(client: Client, identifier: str, state: State) -> ExecutionView:
    async with asyncio.timeout(PATIENCE):
        async for _ in client.watch(identifier):
            view = await client.execution(identifier)
            if view.execution.state is state:
                return view
    raise AssertionError


def states(view: ExecutionView) -> list[str]:
    return [change.state.value for change in view.execution.history]


async def test_one_more_waits_for_the_end_of_the_first(tmp_path: Path, gate: Gate) -> None:
    async with in_process(settings(tmp_path)) as client:
        first = await begun(client, gate.flow(), State.RUNNING)
        second = await begun(client, gate.flow(), State.QUEUED)
        third = await begun(client, gate.flow(), State.QUEUED)
        for ended, follows in ((first, second), (second, third)):
            await gate.open()
            await until_ended(client, ended)
            await until(client, follows, State.RUNNING)
        await gate.open()
        view = await until_ended(client, third)
        assert states(view) == ["CREATED", "QUEUED", "RUNNING", "SUCCESS"]


async def test_who_waits_still_waits_after_a_restart_of_the_runtime(tmp_path: Path, gate: Gate) -> None:
    chosen = settings(tmp_path)
    async with in_process(chosen) as client:
        first = await begun(client, gate.flow(), State.RUNNING)
        second = await begun(client, gate.flow(), State.QUEUED)
    async with in_process(chosen) as client:
        third = await begun(client, gate.flow(), State.QUEUED)
        assert (await client.execution(second)).execution.state is State.QUEUED
        for identifier in (first, second, third):
            await until(client, identifier, State.RUNNING)
            await gate.open()
            await until_ended(client, identifier)


@pytest.mark.parametrize(("behavior", "state"), [("CANCEL", State.CANCELLED), ("FAIL", State.FAILED)])
async def test_one_more_is_refused(tmp_path: Path, gate: Gate, behavior: str, state: State) -> None:
    async with in_process(settings(tmp_path)) as client:
        first = await begun(client, gate.flow(behavior), State.RUNNING)
        refused = await client.execution(await begun(client, gate.flow(behavior), state))
        assert refused.execution.error == "the flow's `concurrency` allows one execution at once"
        assert refused.task_runs == ()
        await gate.open()
        await until_ended(client, first)


async def test_the_end_of_one_that_waits_frees_nothing_and_a_kill_frees_its_slot(
    tmp_path: Path, gate: Gate
) -> None:
    async with in_process(settings(tmp_path)) as client:
        first = await begun(client, gate.flow(), State.RUNNING)
        second = await begun(client, gate.flow(), State.QUEUED)
        third = await begun(client, gate.flow(), State.QUEUED)
        await client.ask(KillExecution(id=second), Done)
        assert (await until_ended(client, second)).execution.state is State.KILLED
        assert (await client.execution(third)).execution.state is State.QUEUED
        await client.ask(KillExecution(id=first), Done)
        await until(client, third, State.RUNNING)
        await gate.open()
        assert (await until_ended(client, third)).execution.state is State.SUCCESS


async def test_a_restarted_one_waits_behind_the_others(tmp_path: Path, gate: Gate) -> None:
    source = gate.flow(last="- {id: fail, type: fail}")
    async with in_process(settings(tmp_path)) as client:
        first = await begun(client, source, State.RUNNING)
        await gate.open()
        await until_ended(client, first)
        second = await begun(client, source, State.RUNNING)
        await client.ask(RestartExecution(id=first), ExecutionView)
        await until(client, first, State.QUEUED)
        await gate.open()
        await until_ended(client, second)
        view = await until(client, first, State.FAILED)
        assert states(view)[-5:] == ["FAILED", "RESTARTED", "QUEUED", "RUNNING", "FAILED"]
