"""A defect in one execution ends that one, says so, and leaves the others and the runtime alone."""

import sqlite3
from pathlib import Path

from runtime.client.client import Client
from runtime.client.in_process import InProcess
from runtime.client.requests import CreateExecution
from runtime.executor.begin import begin
from runtime.model.events import Event
from runtime.model.flow import Flow, OutputSpec
from runtime.model.states import State
from runtime.model.views import ExecutionView
from runtime.service import Service
from tests.runtimes import Daemon, run, settings, until_ended

SLOW = "id: slow\nnamespace: company.team\ntasks:\n  - {id: wait, type: sleep, duration: PT60S}\n"
QUICK = "id: quick\nnamespace: company.team\ntasks:\n  - {id: say, type: log, message: hello}\n"


class Unheard(Event, frozen=True, kw_only=True, tag="unheard"):
    """An event that the engine has no handler for."""


async def test_an_execution_that_the_engine_can_t_go_on_with_fails_alone(tmp_path: Path) -> None:
    service = Service(settings(tmp_path))
    async with service.running(), Client(InProcess(service)) as client:
        broken = await client.ask(CreateExecution(source=SLOW), ExecutionView)
        now = service.parts.clock.now()
        await service.parts.supervisor.record(broken.execution.id, Unheard(at=now))  # type: ignore[arg-type]
        view = await until_ended(client, broken.execution.id)
        assert view.execution.state is State.FAILED
        assert "a defect of flowdeck" in (view.execution.error or "")
        assert [task_run.state for task_run in view.task_runs] == [State.FAILED]
        assert (await run(client, QUICK)).execution.state is State.SUCCESS
        assert await service.parts.store.executions.unfinished() == []


async def test_an_answer_that_never_comes_fails_the_execution_that_waits_for_it(tmp_path: Path) -> None:
    """The type of this output is one that no flow file can have."""
    service = Service(settings(tmp_path))
    async with service.running(), Client(InProcess(service)) as client:
        outputs = (OutputSpec(id="x", type="NOTHING", value="1"),)
        flow = Flow(id="odd", namespace="company.team", outputs=outputs)
        now = service.parts.clock.now()
        saved = await service.parts.store.flows.save(flow, "", now, active=False)
        begun = await begin(service.parts.resources, saved, inputs={}, labels={})
        view = await until_ended(client, begun.execution.id)
        assert view.execution.state is State.FAILED
        assert "a defect of flowdeck: KeyError: 'NOTHING'" in (view.execution.error or "")
        assert (await run(client, QUICK)).execution.state is State.SUCCESS


async def test_a_log_that_can_t_be_read_keeps_no_execution_running(tmp_path: Path) -> None:
    daemon = Daemon(settings(tmp_path))
    client = await daemon.start()
    try:
        broken = await client.ask(CreateExecution(source=SLOW), ExecutionView)
        await daemon.close()
        with sqlite3.connect(tmp_path / "data" / "flowdeck.db") as database:
            database.execute("UPDATE events SET event = '{}' WHERE seq = 1")
        database.close()
        client = await daemon.start()
        view = await client.execution(broken.execution.id)
        assert view.execution.state is State.FAILED
        assert "could not be brought back" in (view.execution.error or "")
        assert (await run(client, QUICK)).execution.state is State.SUCCESS
    finally:
        await daemon.close()
