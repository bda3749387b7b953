"""The lists are live, filtered, and long."""

from pathlib import Path
from typing import Self

import msgspec
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.pilot import Pilot

from console.models import execution_row
from console.widgets.table import Table
from runtime.client import requests
from runtime.errors import InvalidInputs
from runtime.model.execution import Execution
from runtime.model.states import State
from runtime.model.views import ExecutionChanged, ExecutionPage, FlowsChanged, Many, TriggersChanged
from tests.console import facts
from tests.console.stage import console, screen_text, settled, until

FERRY = facts.FLOWS[0]
RUNNING = facts.EXECUTIONS[0]


def line_of(pilot: Pilot[None], text: str) -> str:
    return next((line for line in screen_text(pilot).splitlines() if text in line), "")


async def typed(pilot: Pilot[None], text: str) -> None:
    for letter in text:
        await pilot.press({" ": "space", ":": "colon"}.get(letter, letter))


async def test_an_execution_that_ends_shows_on_the_flow_at_once() -> None:
    transport = facts.runtime()
    async with console(transport) as pilot:
        done = msgspec.structs.replace(RUNNING, state=State.FAILED, ended=facts.NOW)
        transport.feed(ExecutionChanged(sequence=1, execution=done))
        await until(pilot, lambda: "✖ failed" in line_of(pilot, "ferry_build"))


async def test_a_file_that_is_saved_shows_at_once_with_a_word() -> None:
    transport = facts.runtime()
    async with console(transport) as pilot:
        newer = msgspec.structs.replace(FERRY, revision=5, description="Now quicker")
        transport.answers[requests.ListFlows] = Many(items=(newer, *facts.FLOWS[1:]))
        transport.feed(FlowsChanged(sequence=1, names=("company.data.ferry_build",)))
        await until(pilot, lambda: "company.data.ferry_build is now revision 5" in screen_text(pilot))
        assert "Now quicker" in line_of(pilot, "ferry_build ")


async def test_a_trigger_that_fired_is_read_anew() -> None:
    transport = facts.runtime()
    async with console(transport) as pilot:
        await pilot.press("4")
        await settled(pilot)
        before = len(transport.asked(requests.ListTriggers))
        transport.feed(TriggersChanged(sequence=1))
        await until(pilot, lambda: len(transport.asked(requests.ListTriggers)) > before)


async def test_the_filter_says_how_many_match_and_escape_clears_it() -> None:
    async with console() as pilot:
        await pilot.press("slash")
        await typed(pilot, "state:failed")
        await pilot.press("enter")
        await settled(pilot)
        await until(pilot, lambda: "flows 1/7 /state:failed" in screen_text(pilot))
        await pilot.press("escape")
        await settled(pilot)
        await until(pilot, lambda: "flows 7 " in screen_text(pilot))


async def test_a_filter_that_matches_nothing_says_the_next_key() -> None:
    async with console() as pilot:
        await pilot.press("slash")
        await typed(pilot, "zzzz")
        await pilot.press("enter")
        await settled(pilot)
        await until(pilot, lambda: "No flows match zzzz. Esc clears the filter." in screen_text(pilot))


async def test_an_empty_list_says_the_next_step() -> None:
    transport = facts.runtime()
    transport.answers[requests.ListFlows] = Many(items=())
    transport.answers[requests.ListExecutions] = ExecutionPage()
    async with console(transport) as pilot:
        await until(pilot, lambda: "No flows yet. Save a .yaml file below /srv/flows" in screen_text(pilot))
        await pilot.press("2")
        await settled(pilot)
        await until(pilot, lambda: "Nothing ran yet." in screen_text(pilot))
        await pilot.press("3")
        await settled(pilot)
        await until(pilot, lambda: "Every flow file is valid." in screen_text(pilot))


async def test_the_cursor_stays_on_its_row_when_the_list_moves() -> None:
    transport = facts.runtime()
    async with console(transport) as pilot:
        await pilot.press("2")
        await settled(pilot)
        await pilot.press("j", "j")
        table = pilot.app.screen.query_one(Table)
        chosen = table.selected
        new = msgspec.structs.replace(RUNNING, id="01k9zr7m3v0000000099")
        transport.feed(ExecutionChanged(sequence=1, execution=new))
        await until(pilot, lambda: len(table.rows) == 7)
        assert table.selected == chosen


async def test_executions_are_read_a_page_at_a_time() -> None:
    """20,000 executions: only what is near the cursor is asked for."""
    many = [msgspec.structs.replace(RUNNING, id=f"01k9zr7m3v{number:010}") for number in range(20_000)]

    def page(request: requests.ListExecutions) -> ExecutionPage:
        start = int(request.after or 0)
        end = start + request.limit
        return ExecutionPage(items=tuple(many[start:end]), next=str(end) if end < len(many) else None)

    transport = facts.runtime()
    transport.answers[requests.ListExecutions] = page
    async with console(transport) as pilot:
        await pilot.press("2")
        await settled(pilot)
        assert len(transport.asked(requests.ListExecutions)) == 1
        await until(pilot, lambda: "executions 200+" in screen_text(pilot))
        await pilot.press("G")
        await until(pilot, lambda: "executions 400+" in screen_text(pilot))


async def test_a_state_is_asked_of_the_runtime() -> None:
    transport = facts.runtime()
    async with console(transport, address="executions state:failed") as pilot:
        await until(pilot, lambda: "executions 1 /state:failed" in screen_text(pilot))
        assert transport.asked(requests.ListExecutions)[-1].states == ("FAILED",)


class Counting(Table[Execution]):
    """A table that counts how often it is asked to paint."""

    painted = 0

    def refresh(
        self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False
    ) -> Self:
        self.painted += 1
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)


class OneTable(App[None]):
    """Only that."""

    def compose(self) -> ComposeResult:
        yield Counting(
            execution_row.COLUMNS,
            cells=lambda each: execution_row.cells(each, facts.NOW, ascii_only=False),
            key=lambda each: each.id,
        )


async def test_only_what_changed_is_painted() -> None:
    async with OneTable().run_test(size=(120, 30)) as pilot:
        table = pilot.app.query_one(Counting)
        table.show(facts.EXECUTIONS)
        await settled(pilot)
        table.painted = 0
        table.show(list(facts.EXECUTIONS))
        table.repaint_changed()
        assert table.painted == 0
        done = msgspec.structs.replace(RUNNING, state=State.FAILED)
        table.show([done, *facts.EXECUTIONS[1:]])
        assert table.painted == 1


async def test_a_wide_screen_draws_the_flow_below_the_cursor() -> None:
    async with console(size=(200, 40)) as pilot:
        await until(pilot, lambda: "╎ · clone──▸· build     ╎──▸· report" in screen_text(pilot))


async def test_what_the_runtime_objects_to_stands_at_its_field() -> None:
    transport = facts.runtime()
    wrong = {"island": "`island` is required", "days": "`many` is no whole number"}
    transport.answers[requests.CreateExecution] = InvalidInputs("wrong", details={"inputs": wrong})
    async with console(transport, size=(100, 40)) as pilot:
        await pilot.press("j", "j", "j", "r")
        await until(pilot, lambda: "Its name, as on the chart" in screen_text(pilot))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "`island` is required" in screen_text(pilot))
        lines = screen_text(pilot).splitlines()
        place = next(number for number, line in enumerate(lines) if "`many` is no whole number" in line)
        assert any("days" in line for line in lines[place - 3 : place])
        sent = transport.asked(requests.CreateExecution)[0]
        assert sent.inputs == {"season": "summer", "days": "7", "draft": "true"}


async def test_the_problems_show_the_text_with_a_caret(tmp_path: Path) -> None:
    transport = facts.runtime()
    transport.answers[requests.GetStatus] = msgspec.structs.replace(
        facts.STATUS, flows_directory=str(tmp_path)
    )
    (tmp_path / "drafts").mkdir()
    (tmp_path / "drafts" / "new.yaml").write_text("id: new\ntasks:\n  - message: {{ x }}\n")
    async with console(transport) as pilot:
        await pilot.press("3")
        await settled(pilot)
        await until(pilot, lambda: "3 │   - message: {{ x }}" in screen_text(pilot))
        await until(pilot, lambda: "  │              ^" in screen_text(pilot))
