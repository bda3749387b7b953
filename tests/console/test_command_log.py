"""Whatever is done in the console stands in its command log, as a command that does the same."""

from datetime import UTC, datetime

import pytest

from console.models.command_line import spoken
from runtime.client import requests
from runtime.client.requests import AnyRequest
from runtime.errors import InvalidInputs
from tests.console import facts
from tests.console.stage import console, screen_text, settled, until

DAY = datetime(2025, 11, 1, tzinfo=UTC)

SPOKEN = [
    (
        requests.CreateExecution(namespace="a.b", id="f", inputs={"n": 3, "who": "ada lovelace"}),
        "flowdeck run a.b.f -i n=3 -i 'who=ada lovelace' --detach",
    ),
    (requests.KillExecution(id="x1"), "flowdeck execution kill x1"),
    (requests.RestartExecution(id="x1"), "flowdeck execution restart x1"),
    (requests.PauseExecution(id="x1"), "flowdeck execution pause x1"),
    (requests.ResumeExecution(id="x1"), "flowdeck execution resume x1"),
    (
        requests.ResumeExecution(id="x1", task="x1-2", inputs={"reason": "all well"}),
        "flowdeck execution resume x1 -t x1-2 -i 'reason=all well'",
    ),
    (requests.ForceRun(id="x1"), "flowdeck execution force-run x1"),
    (
        requests.ReplayExecution(id="x1", task="b", revision=0),
        "flowdeck execution replay x1 --from b --revision 0",
    ),
    (
        requests.ChangeState(id="x1", task="b", state="SUCCESS"),
        "flowdeck execution set-state x1 b SUCCESS",
    ),
    (requests.SetLabels(id="x1", labels={"a": "b"}), "flowdeck execution labels x1 -l a=b"),
    (requests.DeleteExecution(id="x1"), "flowdeck execution delete x1"),
    (requests.PauseTrigger(namespace="a", flow_id="f", trigger_id="t"), "flowdeck trigger pause a.f.t"),
    (
        requests.PauseTrigger(namespace="a", flow_id="f", trigger_id="t", paused=False),
        "flowdeck trigger resume a.f.t",
    ),
    (
        requests.Backfill(namespace="a", flow_id="f", trigger_id="t", start=DAY, end=DAY),
        "flowdeck trigger backfill a.f.t --start 2025-11-01T00:00:00+00:00 --end 2025-11-01T00:00:00+00:00",
    ),
    (requests.SetSecret(namespace="a", name="N", value="hidden"), "flowdeck secret set a N"),
    (requests.DeleteSecret(namespace="a", name="N"), "flowdeck secret delete a N"),
    (requests.Shutdown(), "flowdeck stop"),
]


@pytest.mark.parametrize(("request_", "line"), SPOKEN, ids=lambda each: type(each).__name__)
def test_a_request_is_spoken_as_a_command(request_: AnyRequest, line: str) -> None:
    assert spoken(request_) == line


QUESTIONS = [
    requests.GetStatus(),
    requests.ListFlows(),
    requests.GetFlow(namespace="a", id="f"),
    requests.ListExecutions(),
    requests.ReadLog(execution_id="x", task_run_id="y"),
    requests.ValidateSource(source="id: x"),
]


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda each: type(each).__name__)
def test_a_question_is_not_spoken(question: AnyRequest) -> None:
    assert not spoken(question)


async def test_what_was_done_stands_in_the_log() -> None:
    async with console() as pilot:
        await pilot.press("r")
        await settled(pilot)
        await pilot.press("at")
        await settled(pilot)
        await until(pilot, lambda: "flowdeck run company.data.ferry_build --detach" in screen_text(pilot))
        await until(pilot, lambda: "✔ done" in screen_text(pilot))


async def test_what_was_refused_says_why() -> None:
    transport = facts.runtime()
    transport.answers[requests.CreateExecution] = InvalidInputs("`island` is missing")
    async with console(transport) as pilot:
        await pilot.press("r")
        await settled(pilot)
        await pilot.press("at")
        await settled(pilot)
        await until(pilot, lambda: "✖ `island` is missing" in screen_text(pilot))


async def test_an_empty_log_says_what_it_is_for() -> None:
    async with console(address="commands") as pilot:
        await until(pilot, lambda: "Nothing was done here yet." in screen_text(pilot))
