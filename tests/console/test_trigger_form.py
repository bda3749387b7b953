"""The form that starts a flow: what is typed there is what is sent."""

from pathlib import Path

from console.screens.trigger_form import TriggerForm
from runtime.client import requests
from runtime.model.views import FlowDetail, FlowView, InputView, StoredFile, Topology
from tests.console import facts
from tests.console.stage import console, until

SENT = "kestra:///_uploads/1/rows.csv"


async def test_a_file_that_is_named_is_sent_first(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").write_text("a,b")
    detail = FlowDetail(
        flow=FlowView(namespace="company.data", id="load", revision=1),
        source="",
        topology=Topology(),
        inputs=(InputView(id="rows", type="FILE"), InputView(id="note", type="STRING")),
    )
    transport = facts.runtime()
    transport.answers[requests.UploadFile] = StoredFile(uri=SENT, size=3, modified=facts.now())
    transport.answers[requests.CreateExecution] = facts.execution_view(
        requests.GetExecution(id=facts.EXECUTIONS[0].id)
    )
    async with console(transport) as pilot:
        pilot.app.push_screen(TriggerForm(detail))
        await until(pilot, lambda: isinstance(pilot.app.screen, TriggerForm))
        await pilot.press(*str(tmp_path / "rows.csv"), "tab", *str(tmp_path / "rows.csv"), "enter")
        await until(pilot, lambda: bool(transport.asked(requests.CreateExecution)))
        await until(pilot, lambda: not isinstance(pilot.app.screen, TriggerForm))
    assert transport.asked(requests.UploadFile)[0].content == b"a,b"
    assert transport.asked(requests.CreateExecution)[0].inputs == {
        "rows": SENT,
        "note": str(tmp_path / "rows.csv"),
    }
