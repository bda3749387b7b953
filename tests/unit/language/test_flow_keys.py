"""The keys of a flow beside its tasks: what they become, and what is said where they are wrong."""

from datetime import timedelta

import pytest

from runtime.language import load
from runtime.model.flow import Flow, FlowCheck
from runtime.model.limits import Concurrency, Sla

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


def test_a_promise_is_about_time_or_about_an_expression() -> None:
    found = flow("""sla:
- {id: quick, type: MAX_DURATION, duration: PT5M, behavior: CANCEL, labels: {late: "yes"}}
- {id: whole, type: EXECUTION_ASSERTION, assert: "{{ outputs.t }}", behavior: NONE}
""").sla
    assert found == (
        Sla(id="quick", behavior="CANCEL", duration=timedelta(minutes=5), labels={"late": "yes"}),
        Sla(id="whole", behavior="NONE", assertion="{{ outputs.t }}"),
    )


def test_a_check_blocks_where_nothing_is_said() -> None:
    found = flow("""checks:
- {condition: "{{ inputs.n > 1 }}", message: too few}
- {when: true, message: as you like, style: WARNING, behavior: CREATE_EXECUTION}
inputs: [{id: n, type: INT}]
""").checks
    assert found == (
        FlowCheck(condition="{{ inputs.n > 1 }}", message="too few"),
        FlowCheck(condition="true", message="as you like", style="WARNING", behavior="CREATE_EXECUTION"),
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
        ("checks: [{message: m}]", "checks[0]: a check needs `condition`"),
        ("checks: [{condition: c}]", "checks[0]: a check needs `message`"),
        ("sla: {id: a}", "sla: `sla` must be a list, and is a map"),
        (
            "sla: [{id: a, type: MAX_DURATION, behavior: FAIL}]",
            "sla[0]: an `sla` of type MAX_DURATION needs `duration`",
        ),
        (
            "sla: [{id: a, type: EXECUTION_ASSERTION, behavior: STOP, assert: x}]",
            "sla[0].behavior: `behavior` must be one of FAIL, CANCEL, NONE, and is `STOP`",
        ),
    ],
)
def test_what_is_wrong_is_named(text: str, problem: str) -> None:
    assert errors(text) == [problem]
