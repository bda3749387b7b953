"""Every word of the language is explained, and its example does what it says."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from runtime.clock import ManualClock
from runtime.executor.functions import functions, to_yaml
from runtime.executor.jq import Jq
from runtime.expressions import Expressions, now_function
from runtime.expressions.checks import TESTS as KNOWN_TESTS
from runtime.expressions.compiler import COALESCING
from runtime.expressions.functions import OUTSIDE
from runtime.expressions.glossary import FILTERS, FUNCTIONS, OPERATORS, TAGS, TESTS, VARIABLES, Word
from runtime.expressions.operators import BINARY

NOW = datetime(2024, 3, 9, 12, 30, 45, tzinfo=UTC)
SEEN: dict[str, Any] = {
    "inputs": {"nothing": None},
    "flow": {"id": "nightly"},
    "vars": {"greeting": "hello {{ flow.id }}"},
}
ALL = (*FILTERS, *FUNCTIONS, *TESTS, *TAGS, *OPERATORS)


@pytest.fixture(scope="module")
def whole() -> Iterator[Expressions]:
    """The language with all that a runtime adds to it."""
    jq, utc = Jq(), ZoneInfo("UTC")
    known = {**functions(ManualClock(NOW)), "now": now_function(lambda: NOW, utc)}
    yield Expressions(known, filters={"jq": jq, "yaml": to_yaml}, zone=utc)
    jq.close()


@pytest.mark.parametrize(
    "word", [word for word in ALL if word.result], ids=lambda word: f"{word.name}: {word.example}"[:60]
)
def test_an_example_renders_to_its_result(whole: Expressions, word: Word) -> None:
    assert whole.render(word.example, SEEN) == word.result


@pytest.mark.parametrize("word", [word for word in ALL if not word.result], ids=lambda word: word.name)
def test_an_example_that_depends_on_the_world_is_at_least_right(whole: Expressions, word: Word) -> None:
    assert word.example
    assert whole.problems(word.example) == []


def named(words: tuple[Word, ...]) -> set[str]:
    return {name for word in words for name in (word.name, *word.also)}


def test_every_word_is_explained_once(whole: Expressions) -> None:
    filters = {name for name in whole._environment.filters if not name.startswith("#")}
    assert named(FILTERS) == filters
    assert named(FUNCTIONS) == {*whole.functions, *OUTSIDE}
    tests = {name for name in KNOWN_TESTS if name.isalpha()}
    assert named(TESTS) == tests - BINARY.keys() | {"equals"}
    assert named(OPERATORS) >= BINARY.keys() | COALESCING
    for words in (FILTERS, FUNCTIONS, TESTS, TAGS, OPERATORS, VARIABLES):
        assert len({word.name for word in words}) == len(words)
        assert all(word.text for word in words)


def test_every_variable_of_a_task_is_explained() -> None:
    assert {"inputs", "outputs", "flow", "execution", "taskrun", "trigger", "labels"} <= named(VARIABLES)
