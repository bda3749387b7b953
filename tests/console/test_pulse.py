"""Home says in one look what wants a person, what runs, and what comes next."""

from pathlib import Path

import msgspec
import pytest

from console.looked import Looked
from console.models.filter import Filter
from console.models.pulse import Failure, Heading, Pulse, Row, failures_of
from runtime.client import requests
from runtime.model.execution import Execution
from runtime.model.states import State
from runtime.model.views import ExecutionChanged, ExecutionPage
from tests.console import facts
from tests.console.stage import console, screen_text, settled, until

RUNNING, DONE, FAILED, *_ = facts.EXECUTIONS


def again(execution: Execution, number: int, state: State = State.FAILED, **ago: float) -> Execution:
    return msgspec.structs.replace(
        execution, id=f"01k9zr7m3v{number:010}", state=state, created=facts.ago(**ago), ended=facts.ago(**ago)
    )


def shown(pulse: Pulse, wanted: str = "") -> list[Row]:
    return pulse.rows(facts.NOW, Filter(wanted))


def titles(rows: list[Row]) -> list[str]:
    return [row.title for row in rows if isinstance(row, Heading)]


def test_a_flow_that_failed_often_is_one_row() -> None:
    found = failures_of([FAILED, again(FAILED, 77, minutes=5), again(FAILED, 78, hours=9)], [])
    assert [(each.execution.id[-2:], each.times) for each in found] == [("77", 3)]


def test_what_went_well_since_comes_last_and_says_so() -> None:
    well = again(FAILED, 80, State.SUCCESS, minutes=1)
    mended = msgspec.structs.replace(facts.FLOWS[4], last=well)
    other = msgspec.structs.replace(FAILED, flow_id="other", created=facts.ago(days=1))
    found = failures_of([FAILED, other], [mended])
    assert [(each.execution.flow_id, each.mended) for each in found] == [("other", None), ("ledger", well)]


def test_a_success_before_the_failure_mends_nothing() -> None:
    before = msgspec.structs.replace(facts.FLOWS[4], last=again(FAILED, 80, State.SUCCESS, days=3))
    assert failures_of([FAILED], [before]) == [Failure(FAILED)]


def test_every_part_says_what_it_has_not() -> None:
    assert titles(shown(Pulse())) == ["Needs you: 0", "Running: 0", "Next: nothing is scheduled"]


def test_a_filter_holds_in_every_part() -> None:
    pulse = Pulse(running=[RUNNING], failed=[FAILED], flows=facts.FLOWS, triggers=facts.TRIGGERS)
    rows = shown(pulse, "ledger")
    assert "Running: 0" in titles(rows)
    assert [type(row).__name__ for row in rows] == ["Heading", "Failure", "FlowView", "Heading", "Heading"]


def test_paused_triggers_are_not_next() -> None:
    rows = shown(Pulse(triggers=facts.TRIGGERS))
    assert [row for row in rows if not isinstance(row, Heading)] == [facts.FRESH, facts.FERRY]


@pytest.mark.parametrize("text", ["", "not a date", "2025-11-14T09:30"])
def test_a_file_that_is_no_moment_is_no_moment(tmp_path: Path, text: str) -> None:
    file = tmp_path / "looked"
    file.write_text(text)
    assert Looked(file).at is None


def test_the_moment_is_there_the_next_time(tmp_path: Path) -> None:
    file = tmp_path / "state" / "looked"
    Looked(file).now(facts.NOW)
    assert Looked(file).at == facts.NOW


async def test_home_is_where_the_console_begins() -> None:
    async with console(address="") as pilot:
        text = screen_text(pilot)
        assert text.index("Needs you: 4") < text.index("ledger") < text.index("Running: 1")
        assert text.index("Running: 1") < text.index("ferry_build") < text.index("Next")
        assert "1 problem" not in text.partition("Next")[2]


async def test_what_was_seen_is_asked_for_no_more() -> None:
    transport = facts.runtime()
    async with console(transport, address="") as pilot:
        await pilot.press("a")
        await settled(pilot)
        asked = [each for each in transport.asked(requests.ListExecutions) if "FAILED" in each.states]
        assert [each.since for each in asked] == [None, facts.NOW]
        await until(pilot, lambda: f"since {facts.NOW.astimezone():%H:%M}" in screen_text(pilot))


async def test_enter_opens_what_the_cursor_is_on() -> None:
    async with console(address="") as pilot:
        await pilot.press("enter")
        await settled(pilot)
        assert pilot.app.crumbs[-1].startswith("ledger")  # type: ignore[attr-defined]


async def test_home_is_live() -> None:
    transport = facts.runtime()
    async with console(transport, address="") as pilot:
        transport.answers[requests.ListExecutions] = ExecutionPage()
        transport.feed(ExecutionChanged(sequence=1, execution=DONE))
        await until(pilot, lambda: "Running: 0" in screen_text(pilot))
