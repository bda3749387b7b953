"""The filter `jq`: what it gives, and what it keeps out."""

from collections.abc import Iterator
from typing import Any

import pytest

from runtime.errors import ExpressionFailed
from runtime.executor.jq import Jq
from runtime.expressions import Expressions
from runtime.expressions.limits import LimitExceeded


@pytest.fixture(scope="module")
def jq() -> Iterator[Jq]:
    jq = Jq()
    yield jq
    jq.close()


RESULTS: list[tuple[Any, str, list[Any]]] = [
    ({"a": [1, {"b": None}]}, ".a[1].b, .a", [None, [1, {"b": None}]]),
    ('{"x": 1}', ".x", [1]),
    ([3, 1, 2], "sort[]", [1, 2, 3]),
    ([], ".[]", []),
    ([{"n": "é", "v": 1.5}], "map(.n)", [["é"]]),
    # nothing of the machine
    (1, "env, $ENV.HOME", [{}, None]),
    (1, '"x" | debug | stderr', ["x"]),
    (1, "input", [None]),
    (1, "get_search_list", [[]]),
]


@pytest.mark.parametrize(("value", "program", "results"), RESULTS)
def test_a_program_gives_a_list_of_results(jq: Jq, value: Any, program: str, results: list[Any]) -> None:
    assert jq(value, program) == results


def test_null_stays_null(jq: Jq) -> None:
    assert jq(None, ".a") is None


FAILURES = {
    ".a | [": "syntax error",
    ".a.b": "Cannot index number",
    'error("mine")': "mine",
    'import "/etc/passwd" as $x {search: "/"}; $x': "syntax error",
    'include "a"; .': "syntax error",
}


@pytest.mark.parametrize(("program", "said"), FAILURES.items())
def test_a_program_that_fails_says_why(jq: Jq, program: str, said: str) -> None:
    with pytest.raises(ExpressionFailed, match=said):
        jq({"a": 1}, program)


@pytest.mark.parametrize(
    "program",
    [
        "def f: f; f",
        "[range(1e12)]",
        "def f: 1 + f; f",
    ],
)
def test_a_program_without_end_is_ended_and_the_next_one_runs(program: str) -> None:
    jq = Jq(patience=0.5)
    try:
        assert jq(1, ".") == [1]
        with pytest.raises(ExpressionFailed):
            jq(1, program)
        jq._patience = 30
        assert jq({"a": 2}, ".a") == [2]
    finally:
        jq.close()


def test_many_programs_in_one_template_do_not_take_longer_than_one_may() -> None:
    jq = Jq(patience=1)
    engine = Expressions(filters={"jq": jq})
    try:
        with pytest.raises(LimitExceeded):
            engine.render("{% for i in 1..10000 %}{{ i | jq('[range(20000)] | length') }}{% endfor %}", {})
    finally:
        jq.close()
