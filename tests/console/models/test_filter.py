"""The filter of lists."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.models.filter import Filter, in_order, score

TEXT = "company.data.ferry_build Clone the ferry project"
FIELDS = {"state": "failed", "ns": "company.data", "flow": "ferry_build", "tag": "team=data"}

CASES = [
    ("", True),
    ("ferry", True),
    ("fryb", True),  # letters in order
    ("FERRY", True),
    ("ferry clone", True),  # both
    ("ferry nothing", False),
    ("/fer+y_/", True),
    ("/^ferry/", False),
    ("/un(closed/", True),  # an unfinished expression hides nothing
    ("!ferry", False),
    ("!island", True),
    ("!/ferry/", False),
    ("state:failed", True),
    ("state:fail", True),
    ("state:success", False),
    ("!state:failed", False),
    ("ns:company", True),
    ("namespace:company flow:ferry", True),
    ("tag:team=data", True),
    ("state:", True),  # still being typed
    ("colon:word", False),  # no field: a word with a colon
]


@pytest.mark.parametrize(("typed", "passes"), CASES, ids=[repr(typed) for typed, _ in CASES])
def test_what_passes(typed: str, passes: bool) -> None:
    assert Filter(typed).passes(TEXT, FIELDS) is passes


def test_the_values_of_a_field_are_told_for_the_runtime() -> None:
    assert Filter("state:failed s:killed nightly").values("state") == ("failed", "killed")


@given(st.text(), st.text())
def test_no_filter_raises(typed: str, text: str) -> None:
    Filter(typed).passes(text, {})


@given(st.text(max_size=20), st.data())
def test_a_text_has_every_subsequence_of_itself_in_order(text: str, data: st.DataObject) -> None:
    kept = data.draw(st.lists(st.booleans(), min_size=len(text), max_size=len(text)))
    assert in_order("".join(letter for letter, keep in zip(text, kept, strict=True) if keep), text)


def test_a_run_of_letters_ranks_before_scattered_ones() -> None:
    found = sorted(["kxixlxl", "to kill", "kill it"], key=lambda text: score("kill", text) or 0)
    assert found == ["kill it", "to kill", "kxixlxl"]
    assert score("kill", "nothing") is None
