"""The runtime is killed with SIGKILL at random points and started again: nothing is lost, and nothing runs twice unsaid."""

import asyncio
import random
from pathlib import Path

import pytest

from runtime.client.requests import CreateExecution, ReadExecutionLog
from runtime.model.states import State
from runtime.model.views import ExecutionChanged, ExecutionView, LogPage
from tests.needs import IMAGE, need_engine
from tests.runtimes import Daemon, settings, until_ended

STEPS = 6


def flow(directory: Path, *, runner: str) -> str:
    """Tasks that each leave a line when they begin and one when they end, after each other and side by side."""
    step = f"""{{{{ taskrun.value }}}} >> {directory}/began.txt; sleep 0.4; echo {{{{ taskrun.value }}}} >> {directory}/ended.txt"""
    mount = f', volumes: ["{directory}:{directory}"]' if runner == "docker" else ""
    return f"""\
id: crashing
namespace: company.team
tasks:
  - id: each
    type: foreach
    values: {[f"v{number}" for number in range(STEPS)]}
    concurrencyLimit: 2
    tasks:
      - id: step
        type: shell
        taskRunner: {{type: {runner}{mount}}}
        containerImage: {IMAGE}
        commands: ["echo {step}"]
      - id: after
        type: return
        format: "{{{{ taskrun.value }}}}"
  - id: last
    type: log
    message: done
"""


def lines(path: Path) -> list[str]:
    return path.read_text().split() if path.exists() else []


async def crashing(tmp_path: Path, runner: str, seed: int) -> tuple[ExecutionView, list[str], LogPage]:
    """Run the flow through three kills at moments that the seed decides."""
    chance = random.Random(seed)
    daemon = Daemon(settings(tmp_path, runner=runner if runner == "process" else "auto"))
    shared = tmp_path / "shared"
    shared.mkdir()
    client = await daemon.start()
    try:
        created = await client.ask(CreateExecution(source=flow(shared, runner=runner)), ExecutionView)
        for _ in range(3):
            await asyncio.sleep(chance.uniform(0.02, 0.7))  # the random point: nothing to wait for
            client = await daemon.crash()
        view = await until_ended(client, created.execution.id)
        log = await client.ask(ReadExecutionLog(execution_id=view.execution.id), LogPage)
    finally:
        await daemon.close()
    return view, lines(shared / "began.txt"), log


@pytest.mark.parametrize("seed", range(4))
async def test_processes_are_resubmitted_and_it_is_said(tmp_path: Path, seed: int) -> None:
    view, began, log = await crashing(tmp_path, "process", seed)
    assert view.execution.state is State.SUCCESS
    steps = [run for run in view.task_runs if run.task_id == "step"]
    assert len(steps) == STEPS
    for run in steps:
        *lost, last = run.attempts
        assert last.state is State.SUCCESS
        assert {attempt.state for attempt in lost} <= {State.RESUBMITTED}
        assert 1 <= began.count(run.value or "") <= len(run.attempts)
    ids = {run.id for run in steps}
    lost_lines = [line for line in log.lines if "flowdeck stopped while this attempt ran" in line.text]
    said = [line for line in lost_lines if line.task_run_id in ids]
    assert len(said) == sum(len(run.attempts) - 1 for run in steps)


@pytest.mark.docker
@pytest.mark.parametrize("seed", range(3))
async def test_containers_go_on_and_run_once(tmp_path: Path, seed: int) -> None:
    need_engine()
    view, began, _ = await crashing(tmp_path, "docker", seed)
    assert view.execution.state is State.SUCCESS
    assert sorted(began) == sorted(f"v{number}" for number in range(STEPS))
    for run in (
        view.task_runs
    ):  # a kill between the promise and the container leaves an attempt that is said to be lost
        assert {attempt.state for attempt in run.attempts[:-1]} <= {State.RESUBMITTED}


@pytest.mark.docker
async def test_a_container_s_log_has_no_gap_and_nothing_twice(tmp_path: Path) -> None:
    need_engine()
    daemon = Daemon(settings(tmp_path, runner="auto"))
    client = await daemon.start()
    source = f"""\
id: talking
namespace: company.team
tasks:
  - id: talk
    type: shell
    taskRunner: {{type: docker}}
    containerImage: {IMAGE}
    commands: ["for i in $(seq 400); do echo line $i; sleep 0.005; done"]
"""
    try:
        created = await client.ask(CreateExecution(source=source), ExecutionView)
        for pause in (1.0, 0.5):
            await asyncio.sleep(pause)  # somewhere in the middle
            client = await daemon.crash()
        view = await until_ended(client, created.execution.id)
        page = await client.ask(ReadExecutionLog(execution_id=view.execution.id), LogPage)
    finally:
        await daemon.close()
    assert view.execution.state is State.SUCCESS
    assert [line.text for line in page.lines if line.text.startswith("line")] == [
        f"line {n}" for n in range(1, 401)
    ]


async def test_a_retry_wait_survives(tmp_path: Path) -> None:
    daemon = Daemon(settings(tmp_path))
    client = await daemon.start()
    source = """\
id: patient
namespace: company.team
tasks:
  - id: third_time
    type: shell
    retry: {type: constant, interval: PT1S, maxAttempts: 3}
    commands: ["test {{ taskrun.attemptsCount }} -ge 2"]
"""
    try:
        created = await client.ask(CreateExecution(source=source), ExecutionView)
        async with asyncio.timeout(20):
            async for news in client.watch(created.execution.id):
                if isinstance(news, ExecutionChanged) and news.execution.state is State.RETRYING:
                    break
                if (await client.execution(created.execution.id)).execution.state is State.RETRYING:
                    break
        client = await daemon.crash()
        view = await until_ended(client, created.execution.id)
    finally:
        await daemon.close()
    assert view.execution.state is State.SUCCESS
    assert len(view.task_runs[0].attempts) == 3
