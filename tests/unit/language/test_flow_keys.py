"""The keys of a flow beside its tasks: what they become, and what is said where they are wrong."""

import pytest

from runtime.language import load
from runtime.model.flow import Flow
from runtime.model.limits import Concurrency

TASK = "id: f\nnamespace: n\ntasks:\n- {id: t, type: log, message: hello}\n"


def flow(text: str) -> Flow:
    loaded = load(TASK + text)
    assert loaded.flow is not None, loaded.problems
    assert loaded.problems == ()
    return loaded.flow


def errors(text: str) -> list[str]:
    loaded = load(TASK + text)
    assert loaded.flow is None
    return [f"{problem.path}: {problem.message}" for problem in loaded.problems if problem.is_error]


def test_concurrency_queues_where_nothing_is_said() -> None:
    assert flow("concurrency: {limit: 2}").concurrency == Concurrency(limit=2)
    assert flow("concurrency: {limit: '1', behavior: FAIL}").concurrency == Concurrency(
        limit=1, behavior="FAIL"
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("concurrency: 2", "concurrency: `concurrency` must be a map, and is `2`"),
        ("concurrency: {}", "concurrency: `concurrency` needs `limit`"),
        ("concurrency: {limit: 0}", "concurrency.limit: `limit` must be at least 1, and is 0"),
        (
            "concurrency: {limit: 1, behavior: WAIT}",
            "concurrency.behavior: `behavior` must be one of QUEUE, CANCEL, FAIL, and is `WAIT`",
        ),
        ("concurrency: {limit: 1, max: 2}", "concurrency.max: `concurrency` has no property `max`"),
    ],
)
def test_what_is_wrong_is_named(text: str, problem: str) -> None:
    assert errors(text) == [problem]
