"""A task with `taskCache` does not run again while it is given the same."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from runtime.client.client import Client
from runtime.client.requests import ReadExecutionLog
from runtime.model.states import State
from runtime.model.views import ExecutionView, LogPage
from tests.runtimes import in_process, run, settings

CACHED = """\
id: cached
namespace: company.team
inputs: [{{id: given, type: STRING, defaults: a}}]
tasks:
  - id: build
    type: shell
    taskRunner: {{type: process}}
    taskCache: {cache}
    outputFiles: [made.txt]
    env: {{GIVEN: "{{{{ inputs.given }}}}"}}
    commands: ["echo $GIVEN >> {ran}", "echo $GIVEN > made.txt"]
  - {{id: read, type: return, format: "{{{{ read(outputs.build.outputFiles['made.txt']) }}}}"}}
"""


class Once:
    """Runs the flow, and knows how often its task ran."""

    def __init__(self, client: Client, directory: Path) -> None:
        self.client = client
        self._ran = directory / "ran.txt"
        self.storage = directory / "data" / "storage"

    async def run(self, cache: str = "{enabled: true}", given: str = "a") -> ExecutionView:
        view = await run(self.client, CACHED.format(cache=cache, ran=self._ran), inputs={"given": given})
        assert view.execution.state is State.SUCCESS, view.execution.error
        assert view.task_runs[1].outputs["value"].strip() == given
        return view

    @property
    def times(self) -> int:
        return len(self._ran.read_text().split())


@pytest.fixture
async def once(tmp_path: Path) -> AsyncIterator[Once]:
    async with in_process(settings(tmp_path)) as client:
        yield Once(client, tmp_path)


async def test_the_same_is_not_done_twice_and_the_log_says_so(once: Once) -> None:
    first, second = await once.run(), await once.run()
    assert once.times == 1
    assert second.task_runs[0].outputs == first.task_runs[0].outputs
    page = await once.client.ask(ReadExecutionLog(execution_id=second.execution.id), LogPage)
    assert "not run again" in page.lines[0].text
    await once.run(given="b")
    assert once.times == 2


async def test_nothing_is_kept_where_it_is_not_enabled_or_only_for_a_while(once: Once) -> None:
    await once.run("{enabled: false}")
    await once.run("{enabled: false}")
    assert once.times == 2
    await once.run("{enabled: true, ttl: PT0S}")
    await once.run("{enabled: true, ttl: PT0S}")
    assert once.times == 4


async def test_outputs_whose_files_are_gone_are_made_again(once: Once) -> None:
    await once.run()
    for made in once.storage.rglob("made.txt"):
        made.unlink()
    await once.run()
    assert once.times == 2


TOGGLE = """\
id: toggling
namespace: company.team
tasks: [{id: off, type: toggle, trigger: hourly, enabled: %s}]
triggers: [{id: hourly, type: schedule, cron: "0 * * * *"}]
"""


async def test_a_task_may_turn_a_trigger_off_and_on(tmp_path: Path) -> None:
    async with in_process(settings(tmp_path)) as client:
        for enabled in ("false", "true"):
            (tmp_path / "flows" / "toggling.yaml").write_text(TOGGLE % enabled)
            async for _ in client.watch():
                if any(flow.revision for flow in await client.flows()):
                    break
            view = await run(client, TOGGLE % enabled)
            assert view.execution.state is State.SUCCESS, view.execution.error
            [trigger] = await client.triggers()
            assert trigger.paused is (enabled == "false")
