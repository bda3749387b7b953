"""Ion as text: what Kestra's row files hold."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.errors import ExpressionFailed
from runtime.expressions import Expressions
from runtime.expressions.ion import from_ion, to_ion

WRITTEN: list[tuple[Any, str]] = [
    (None, "null"),
    (True, "true"),
    (3, "3"),
    (1.5, "1.5e0"),
    (1e300, "1e+300"),
    (float("inf"), "+inf"),
    (Decimal("1.50"), "1.50"),
    ('a "b"\n\x01', r'"a \"b\"\n\x01"'),
    ({"a": 1, "b c": [2, "x"], "null": None}, "{a:1,'b c':[2,\"x\"],'null':null}"),
    (date(2024, 3, 9), "2024-03-09"),
    (datetime(2024, 3, 9, 12, tzinfo=UTC), "2024-03-09T12:00:00Z"),
    (timedelta(minutes=5), '"PT5M"'),
]


@pytest.mark.parametrize(("value", "ion"), WRITTEN)
def test_a_value_as_ion(value: Any, ion: str) -> None:
    assert to_ion(value) == ion


READ: dict[str, Any] = {
    '{"a": [1, 2.5e0, null, true], "b": "x"}': {"a": [1, 2.5, None, True], "b": "x"},
    "{a:1,'b c':two,}": {"a": 1, "b c": "two"},
    "1.50": Decimal("1.50"),
    "1_000 ": 1000,
    "-0x1F": -31,
    "-inf": float("-inf"),
    "2024-03-09": date(2024, 3, 9),
    "2024-03T": date(2024, 3, 1),
    "2024T": date(2024, 1, 1),
    "2024-03-09T12:00:00.5+01:00": datetime(2024, 3, 9, 11, 0, 0, 500_000, tzinfo=UTC),
    "'''a''' '''b'''": "ab",
    "// a comment\n/* and */ kg::'of'::5": 5,
    "null.string": None,
    "(a b c)": ["a", "b", "c"],
    "{{ aGk= }}": "hi",
    '{{ "hi" }}': "hi",
    r'"\x41\u00e9\n"': "Aé\n",
    "": None,
}


@pytest.mark.parametrize(("ion", "value"), READ.items())
def test_ion_is_read(ion: str, value: Any) -> None:
    assert from_ion(ion) == value


WRONG = {
    "{a:1": "`,` or `}` is missing at line 1, column 5",
    "{a:": "the text ends at line 1, column 4",
    "[1\n2]": "`,` or `]` is missing at line 2, column 1",
    "{a 1}": "a name with a `:` is missing",
    "[1, }": "`}` stands",
    '"open': "a quote is not closed",
    "2024-13-01": "`2024-13-01` is no date",
}


@pytest.mark.parametrize(("ion", "said"), WRONG.items())
def test_what_is_no_ion_is_told_with_its_place(ion: str, said: str) -> None:
    with pytest.raises(ExpressionFailed) as failed:
        from_ion(ion)
    assert said in failed.value.message


def test_all_rows_or_the_first(engine: Expressions) -> None:
    rows = {"rows": "{id:1}\n{id:2}\n"}
    assert engine.evaluate("{{ fromIon(rows) }}", rows) == {"id": 1}
    assert engine.evaluate("{{ fromIon(rows, allRows=true) }}", rows) == [{"id": 1}, {"id": 2}]
    assert engine.evaluate("{{ {'a': 1} | toIon }}{{ 'x' | ion }}", {}) == '{a:1}"x"'


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=20,
)


@given(VALUES)
@settings(deadline=None)
def test_what_was_written_is_read_again(value: Any) -> None:
    assert from_ion(to_ion(value)) == value


@given(st.text(alphabet="{}[]()'\"\\:,.0123456789-+eTZn/* \nab", max_size=40))
@settings(deadline=None)
def test_any_text_is_ion_or_a_failure_in_words(text: str) -> None:
    with suppress(ExpressionFailed):
        from_ion(text, allRows=True)
