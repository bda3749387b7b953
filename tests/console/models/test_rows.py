"""What a line of a list says."""

from datetime import timedelta

import msgspec
import pytest

from console.models import execution_row, flow_list, flow_row, trigger_row
from console.models.filter import Filter
from console.render.cells import Segment
from runtime.model.states import State
from runtime.model.views import FlowView
from tests.console.facts import EXECUTIONS, FLOWS, NOW, TRIGGERS


def texts(cells: "tuple[flow_row.Cell, ...]") -> list[str]:
    return ["".join(part.text for part in cell).rstrip() for cell in cells]


@pytest.mark.parametrize(
    ("index", "says"),
    [
        (0, ["▶ running", "company.data.ferry_build", "in 15h   Sat 01:00", "2m14", "", "Clone the ferry project and build it"]),
        (2, ["! warning", "company.data.patient_retry", "-", "1m05", "! 1", "Fails twice, and is patient"]),
        (3, ["· never ran", "company.data.island_reports", "-", "-", "", "One report an island"]),
        (4, ["✖ failed", "company.finance.ledger", "⏸ paused", "1m21", "✖ 2", "The ledger, before the bank opens"]),
        (5, ["⊘ disabled", "company.finance.archive", "-", "-", "", ""]),
        (6, ["✖ invalid", "drafts/new.yaml", "-", "-", "✖ 1", ""]),
    ],
)  # fmt: skip
def test_a_flow(index: int, says: list[str]) -> None:
    assert texts(flow_row.cells(FLOWS[index], NOW, ascii_only=False)) == says


@pytest.mark.parametrize("flow", FLOWS, ids=flow_row.name_of)
def test_a_flow_in_ascii(flow: FlowView) -> None:
    assert "".join(texts(flow_row.cells(flow, NOW, ascii_only=True))).isascii()


def test_an_execution() -> None:
    assert texts(execution_row.cells(EXECUTIONS[2], NOW, ascii_only=False)) == [
        "✖ failed",
        "00000007",
        "company.finance.ledger",
        "07:30        2h ago",
        "1m21",
        "nightly",
        EXECUTIONS[2].error,
    ]


def test_a_trigger_that_rests_comes_last() -> None:
    assert [trigger_row.key_of(each) for each in trigger_row.by_next(TRIGGERS)] == [
        "company.data.freshness.nightly",
        "company.data.ferry_build.nightly",
        "company.finance.ledger.nightly",
    ]
    assert texts(trigger_row.cells(TRIGGERS[2], NOW, ascii_only=False))[0] == "⏸ paused"


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("state:failed", ["company.finance.ledger"]),
        ("ns:finance", ["company.finance.ledger", "company.finance.archive"]),
        ("tag:gold", ["company.data.ferry_build"]),
        ("islrep", ["company.data.island_reports"]),
    ],
)
def test_flows_are_filtered_by_words_and_fields(typed: str, names: list[str]) -> None:
    assert [flow_row.name_of(flow) for flow in flow_row.passing(FLOWS, Filter(typed))] == names


def test_a_word_for_a_state_is_asked_of_the_runtime_by_its_names() -> None:
    assert execution_row.states_of(Filter("state:failed")) == ("FAILED",)
    assert execution_row.states_of(Filter("state:kill")) == ("KILLING", "KILLED")
    assert execution_row.states_of(Filter("nightly")) == ()


def test_an_execution_that_moved_replaces_itself() -> None:
    moved = msgspec.structs.replace(EXECUTIONS[0], state=State.SUCCESS)
    changed = execution_row.with_change(EXECUTIONS, moved)
    assert changed is not None
    assert [each.state for each in changed[:2]] == [State.SUCCESS, State.SUCCESS]
    assert execution_row.with_change(EXECUTIONS[1:], moved) is None


def test_an_older_execution_does_not_become_the_latest_of_its_flow() -> None:
    old = EXECUTIONS[3]
    assert flow_list.with_execution(FLOWS, old)[0].last == EXECUTIONS[0]
    young = msgspec.structs.replace(old, id="new", created=NOW + timedelta(seconds=1))
    assert flow_list.with_execution(FLOWS, young)[0].last == young


NAMED = {flow_row.key_of(flow): flow for flow in FLOWS}


class TestWhatAReloadSays:
    """One sentence, however many files changed."""

    FERRY = "company.data.ferry_build"
    LEDGER = "company.finance.ledger"

    def said(self, name: str, **changes: object) -> flow_list.Toast | None:
        after = {**NAMED, name: msgspec.structs.replace(NAMED[name], **changes)}
        return flow_list.changed_toast([name], NAMED, after)

    def test_a_new_revision(self) -> None:
        assert self.said(self.FERRY, revision=5) == flow_list.Toast(
            "company.data.ferry_build is now revision 5"
        )

    def test_errors_and_what_goes_on(self) -> None:
        toast = self.said(self.LEDGER)
        assert toast == flow_list.Toast(
            "company.finance.ledger has 2 errors; revision 3 goes on", is_error=True
        )

    def test_valid_again(self) -> None:
        assert self.said(self.LEDGER, problems=()) == flow_list.Toast("company.finance.ledger is valid again")

    def test_a_file_that_is_new_or_gone(self) -> None:
        only = {self.FERRY: NAMED[self.FERRY]}
        assert flow_list.changed_toast([self.FERRY], {}, only) == flow_list.Toast(f"{self.FERRY} is new")
        gone = flow_list.changed_toast([self.FERRY], only, {})
        assert gone == flow_list.Toast(f"{self.FERRY} is gone: its file was removed")

    def test_many_at_once(self) -> None:
        toast = flow_list.changed_toast(list(NAMED), {}, NAMED)
        assert toast == flow_list.Toast("7 flows were read again, 2 with errors", is_error=True)

    def test_nothing_that_matters(self) -> None:
        assert self.said(self.FERRY) is None


def test_cells_are_segments() -> None:
    assert (Segment("-", "dim"),) == flow_row.NOTHING
