"""A kill that comes together with the beginning of what it is to end."""

import asyncio
from pathlib import Path

from runtime.language import load
from runtime.model.events import KillRequested
from runtime.model.execution import Execution
from runtime.model.states import State
from runtime.service import Service
from tests.runtimes import settings

SLOW = "id: slow\nnamespace: company.team\ntasks:\n  - {id: wait, type: sleep, duration: PT60S}\n"


async def test_an_attempt_that_is_killed_before_its_first_step_ends(tmp_path: Path) -> None:
    service = Service(settings(tmp_path))
    async with service.running(), asyncio.timeout(30):
        parts, flow = service.parts, load(SLOW).flow
        assert flow is not None
        now = parts.clock.now()
        execution = Execution(id="e", namespace=flow.namespace, flow_id=flow.id, revision=0, created=now)

        async def kill() -> None:
            parts.supervisor.post("e", KillRequested(at=now))

        # both events lie in the inbox before the loop takes one: the attempt is begun and killed in the same turn
        await asyncio.gather(parts.supervisor.create(flow, execution), kill())
        await parts.supervisor.wait_end("e")
        ended, runs = await parts.store.executions.get("e")
    assert ended.state is State.KILLED
    assert [run.state for run in runs] == [State.KILLED]
