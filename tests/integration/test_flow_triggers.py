"""Flows that wait for executions of other flows, in a whole runtime."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from runtime.client.client import Client
from runtime.client.requests import PauseTrigger
from runtime.config import Settings
from runtime.model.execution import Execution
from runtime.model.states import State
from runtime.model.views import Done
from runtime.store.database import stamp
from tests.runtimes import in_process, settings, until_ended

PATIENCE = 30  # seconds

UPSTREAM = """\
id: {name}
namespace: company.{name}
labels: {{team: {name}}}
inputs: [{{id: rows, type: INT, defaults: 1}}]
tasks:
  - {{id: judge, type: fail, condition: "{{{{ inputs.rows == 0 }}}}"}}
  - {{id: count, type: return, format: "{{{{ inputs.rows }}}}"}}
outputs:
  - {{id: {name}, type: INT, value: "{{{{ outputs.count.value }}}}"}}
"""

LISTENER = """\
id: report
namespace: company.ops
inputs: [{{id: rows, type: INT, required: false}}, {{id: name, type: STRING}}]
tasks: [{{id: t, type: return, format: "{{{{ trigger.flowId }}}} {{{{ inputs.rows }}}}"}}]
triggers:
  - id: listen
    type: on_flow
{trigger}
"""


def write(chosen: Settings, trigger: str) -> None:
    assert chosen.flows is not None
    for name in ("load", "clean"):
        (chosen.flows / f"{name}.yaml").write_text(UPSTREAM.format(name=name))
    lines = "\n".join(f"    {line}" for line in trigger.strip().splitlines())
    (chosen.flows / "report.yaml").write_text(LISTENER.format(trigger=lines))


@asynccontextmanager
async def listening(tmp_path: Path, trigger: str) -> AsyncIterator[Client]:
    chosen = settings(tmp_path)
    write(chosen, trigger)
    async with in_process(chosen) as client:
        yield client


async def ran(client: Client, name: str, rows: int = 1) -> Execution:
    created = await client.start(f"company.{name}", name, inputs={"rows": rows})
    return (await until_ended(client, created.execution.id)).execution


async def reports(client: Client, count: int) -> list[Execution]:
    """That many executions of the listener, ended, the oldest first."""
    found: list[Execution] = []
    async with asyncio.timeout(PATIENCE):
        async for _ in client.watch():
            found = list((await client.executions(flow_id="report")).items)
            if len(found) >= count and all(each.state.is_terminal for each in found):
                break
    assert len(found) == count
    return found[::-1]


async def until_settled(directory: Path) -> None:
    """Until every end of an execution was looked at by the triggers that wait for some."""
    with closing(sqlite3.connect(settings(directory).database)) as database:
        async with asyncio.timeout(PATIENCE):
            while database.execute("SELECT count(*) FROM state_changes").fetchone() != (0,):  # noqa: ASYNC110 - of another
                await asyncio.sleep(0.02)


async def until_seen(client: Client, holds: Callable[[str], bool]) -> None:
    """Until the problem that the listener's trigger tells fulfils a condition."""
    async with asyncio.timeout(PATIENCE):
        async for _ in client.watch():
            [view] = await client.triggers("company.ops")
            if holds(view.problem):
                break


AFTER_LOAD = """\
states: [SUCCESS]
conditions: [{type: execution_flow, namespace: company.load, flowId: load}]
inputs: {rows: "{{ trigger.outputs.load }}", name: "{{ trigger.executionLabels.team }}"}
labels: {kind: report}
"""


async def test_an_execution_that_fulfils_the_conditions_begins_one(tmp_path: Path) -> None:
    async with listening(tmp_path, AFTER_LOAD) as client:
        await ran(client, "load", rows=0)
        await ran(client, "clean", rows=5)
        upstream = await ran(client, "load", rows=7)
        [begun] = await reports(client, 1)
        assert begun.inputs == {"rows": 7, "name": "load"}
        assert begun.labels == {
            "system.correlationId": upstream.id,
            "system.from": "trigger",
            "kind": "report",
        }
        assert begun.trigger is not None
        assert (begun.trigger.id, begun.trigger.variables["executionId"]) == ("listen", upstream.id)
        view = await client.execution(begun.id)
        assert view.task_runs[0].outputs["value"] == "load 7"
        [trigger] = await client.triggers("company.ops")
        assert trigger.last_fired is not None


async def test_a_trigger_without_inputs_begins_whatever_the_flow_asks_for(tmp_path: Path) -> None:
    async with listening(tmp_path, "states: [SUCCESS]") as client:
        await ran(client, "load")
        [begun] = await reports(client, 1)
        assert (begun.state, begun.inputs) == (State.SUCCESS, {"rows": None})


BOTH = """\
preconditions:
  id: both
  flows: [{namespace: company.load, flowId: load, states: [SUCCESS]}]
  where:
    - id: cleaned
      filters:
        - {field: NAMESPACE, type: STARTS_WITH, value: company}
        - {field: FLOW_ID, type: IN, values: [clean, other]}
        - {field: EXPRESSION, type: IS_TRUE, value: "{{ labels.team == 'clean' and inputs.rows > 0 and (outputs.count.value | number) > 1 }}"}
"""


async def test_it_waits_until_all_have_come_and_then_begins_anew(tmp_path: Path) -> None:
    async with listening(tmp_path, BOTH) as client:
        for name, rows in (("load", 2), ("clean", 1), ("load", 3), ("clean", 4)):
            await ran(client, name, rows)
        [first] = await reports(client, 1)
        assert first.trigger is not None
        assert first.trigger.variables["outputs"] == {"load": 3, "clean": 4}
        assert first.trigger.variables["flowId"] == "clean"
        await ran(client, "clean", 5)
        await ran(client, "load", 6)
        assert len(await reports(client, 2)) == 2


async def test_what_has_come_outlives_a_restart_of_the_runtime(tmp_path: Path) -> None:
    async with listening(tmp_path, BOTH) as client:
        await ran(client, "load", 2)
        await ran(client, "clean", 0)
    async with listening(tmp_path, BOTH) as client:
        await ran(client, "clean", 4)
        assert len(await reports(client, 1)) == 1


@pytest.mark.parametrize(
    ("trigger", "count"),
    [
        (
            """conditions:
  - type: multiple
    id: several
    window: P1D
    windowAdvance: P0D
    conditions:
      good: {type: execution_status, in: [SUCCESS]}
      load: {type: execution_flow, namespace: company.load, flowId: load}
      clean: {type: execution_namespace, namespace: company.clean}""",
            1,
        ),
        (
            """dependsOn: [{namespace: company.load, flowId: load}, {namespace: company.clean}]
mode: ANY""",
            2,
        ),
        (
            """dependsOn:
  - {namespace: company.load, when: "{{ outputs.count.value == '1' }}"}
  - {namespace: company.clean, labels: {team: clean}, states: [SUCCESS]}
window: {lookback: PT1H}""",
            1,
        ),
        ("preconditions: {id: p, resetOnSuccess: false, flows: [{namespace: company.load}]}", 1),
        ("when: \"{{ execution.state == 'SUCCESS' and flow.id == 'report' }}\"", 2),
        ("when: \"{{ labels.nowhere == 'x' or true }}\"", 0),
    ],
)
async def test_the_ways_to_wait_for_several(tmp_path: Path, trigger: str, count: int) -> None:
    async with listening(tmp_path, trigger) as client:
        await ran(client, "load")
        await ran(client, "clean")
        assert len(await reports(client, count)) == count


async def test_one_that_cannot_begin_tells_why_or_leaves_an_execution_that_failed(tmp_path: Path) -> None:
    wrong = "inputs: {rows: many}\nconditions: [{type: execution_status, in: [SUCCESS]}]"
    async with listening(tmp_path, wrong) as client:
        await ran(client, "load")
        await until_seen(client, lambda problem: "`rows`" in problem)
        assert await reports(client, 0) == []
    async with listening(tmp_path, f"{wrong}\nfailOnTriggerError: true") as client:
        await ran(client, "load")
        [failed] = await reports(client, 1)
        assert failed.state is State.FAILED
        assert "`rows`" in (failed.error or "")


async def test_a_paused_one_does_not_listen_and_stop_after_pauses_it(tmp_path: Path) -> None:
    async with listening(tmp_path, "stopAfter: [SUCCESS]") as client:
        pause = PauseTrigger(namespace="company.ops", flow_id="report", trigger_id="listen")
        await client.ask(pause, Done)
        await ran(client, "load")
        await until_settled(tmp_path)
        await client.ask(
            PauseTrigger(namespace="company.ops", flow_id="report", trigger_id="listen", paused=False), Done
        )
        await ran(client, "clean")
        [begun] = await reports(client, 1)
        assert begun.trigger is not None
        assert begun.trigger.variables["flowId"] == "clean"
        await until_seen(client, lambda problem: "stopAfter" in problem)
        [view] = await client.triggers("company.ops")
        assert view.paused


async def test_a_change_that_a_crash_left_behind_is_dealt_with_once(tmp_path: Path) -> None:
    chosen = settings(tmp_path)
    write(chosen, AFTER_LOAD)
    async with in_process(chosen, triggers=False) as client:
        upstream = await ran(client, "load")
    with sqlite3.connect(chosen.database) as database:
        row = 7, upstream.id, "SUCCESS", stamp(datetime.now(UTC))
        database.execute("INSERT INTO state_changes VALUES (?, ?, ?, ?)", row)
    database.close()
    async with in_process(chosen) as client:
        [first] = await reports(client, 1)
    with sqlite3.connect(chosen.database) as database:  # as if the crash had come before it was settled
        database.execute("INSERT INTO state_changes VALUES (?, ?, ?, ?)", row)
    database.close()
    async with in_process(chosen) as client:
        await ran(client, "load", 2)
        assert (await reports(client, 2))[0].id == first.id


async def test_the_runtime_s_zone_may_be_an_offset(tmp_path: Path) -> None:
    chosen = settings(tmp_path, timezone="+02:00")
    write(chosen, BOTH)
    async with in_process(chosen) as client:
        await ran(client, "load", 2)
        await ran(client, "clean", 4)
        assert len(await reports(client, 1)) == 1
