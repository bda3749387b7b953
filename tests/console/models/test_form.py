"""The form that triggers a flow."""

import pytest

from console.models.form import Field, Kind, errors_of, to_send, written
from runtime.errors import InvalidInputs
from runtime.model.views import InputView
from tests.console.facts import INPUTS

FIELDS = tuple(Field.of(view) for view in INPUTS)


def test_each_type_has_its_kind_of_field() -> None:
    assert [field.kind for field in FIELDS] == [Kind.TEXT, Kind.CHOICE, Kind.TEXT, Kind.SWITCH]
    assert Field.of(InputView(id="token", type="SECRET")).kind is Kind.SECRET
    assert Field.of(InputView(id="many", type="MULTISELECT", choices=("a", "b"))).hint == "a list of a, b"


def test_without_symbols_one_writes() -> None:
    field = Field.of(INPUTS[1], ascii_only=True)
    assert (field.kind, field.hint) == (Kind.TEXT, "summer or winter")
    assert Field.of(INPUTS[3], ascii_only=True).hint == "true or false"


@pytest.mark.parametrize(
    ("default", "text"),
    [(None, ""), (True, "true"), (7, "7"), ("x", "x"), (["a", 1], '["a", 1]'), ({"k": "ø"}, '{"k": "ø"}')],
)
def test_a_default_is_written_as_a_person_would(default: object, text: str) -> None:
    assert written(default) == text


def test_an_untouched_empty_field_is_left_out_and_an_emptied_one_is_sent() -> None:
    values = {"island": "", "season": "winter", "days": "", "draft": "false"}
    assert to_send(FIELDS, values) == {"season": "winter", "days": "", "draft": "false"}


def test_the_runtime_says_what_is_wrong_with_each_field() -> None:
    assert errors_of(InvalidInputs("no", details={"inputs": {"days": "no number"}})) == {"days": "no number"}
    assert errors_of(InvalidInputs("no")) == {}
