"""Problems, and where in the text they are."""

from console.models.filter import Filter
from console.models.trouble import account, excerpt, passing, troubles
from console.render.cells import plain
from tests.console.facts import FLOWS

FOUND = troubles(FLOWS)
SOURCE = "\n".join(f"line {number}" for number in range(1, 21))


def text(lines: object) -> list[str]:
    return [plain(list(line)).rstrip() for line in lines]  # type: ignore[attr-defined]


def test_files_with_errors_come_first_then_by_place() -> None:
    assert [each.where for each in FOUND] == [
        "drafts/new.yaml:3:14",
        "ledger.yaml:9:5",
        "ledger.yaml:14:5",
        "patient_retry.yaml:12:11",
    ]


def test_the_caret_stands_below_the_column() -> None:
    assert text(excerpt("a: 1\n\tkey: value\nb: 2", 2, 2, ascii_only=False)) == [
        "1 │ a: 1",
        "2 │     key: value",
        "  │     ^",
        "3 │ b: 2",
    ]


def test_a_place_behind_the_end_shows_the_end() -> None:
    assert text(excerpt("only", 9, 1, ascii_only=True)) == []
    assert text(excerpt(SOURCE, 20, 1, ascii_only=True))[-1] == "   | ^"


def test_the_account_says_what_goes_on_meanwhile() -> None:
    lines = text(account(FOUND[1], SOURCE, width=60, ascii_only=True))
    assert lines[:5] == [
        "ledger.yaml:9:5  tasks[0]",
        "unknown key `tpye`",
        "did you mean `type`?",
        "company.finance.ledger runs on as revision 3 until this is",
        "mended",
    ]
    assert " 9 | line 9" in lines
    assert text(account(FOUND[1], None, width=60, ascii_only=True))[-1] == "the file can't be read from here"


def test_they_are_filtered_by_severity_and_flow() -> None:
    assert [each.where for each in passing(FOUND, Filter("state:warning"))] == ["patient_retry.yaml:12:11"]
    assert len(passing(FOUND, Filter("flow:ledger"))) == 2
