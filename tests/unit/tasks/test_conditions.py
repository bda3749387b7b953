"""What each condition says to an occasion."""

from datetime import UTC, datetime
from typing import Any

import pytest

from runtime.errors import TaskFailed
from runtime.language import load
from runtime.model.execution import Attempt, Execution, TaskRun
from runtime.model.flow import ConditionSpec
from runtime.model.states import State
from runtime.tasks.conditions import Occasion
from tests.unit.judge import judge

NOW = datetime(2026, 1, 1, tzinfo=UTC)


JUDGE = judge()

ENDED = Execution(
    id="e",
    namespace="company.data",
    flow_id="load",
    revision=1,
    created=NOW,
    state=State.SUCCESS,
    labels={"team": "data", "tier": "1"},
    outputs={"rows": 12},
)
ATTEMPTS = tuple(
    Attempt(number=number, state=state, started=NOW)
    for number, state in enumerate((State.FAILED, State.SUCCESS), 1)
)
RUN = TaskRun(id="e-1", execution_id="e", task_id="t", type="x", created=NOW, attempts=ATTEMPTS)


def conditions(text: str) -> tuple[ConditionSpec, ...]:
    """As a flow file has them, checked and built."""
    head = "id: f\nnamespace: company.data\ntasks:\n- {id: t, type: log, message: hi}\n"
    loaded = load(
        f"{head}listeners:\n- conditions:\n  - {text}\n  tasks:\n  - {{id: l, type: log, message: hi}}"
    )
    assert loaded.flow is not None, loaded.problems
    return loaded.flow.listeners[0].conditions


def holds(text: str, **seen: Any) -> bool:
    occasion = Occasion(namespace="company.ops", flow_id="watch", execution=ENDED, task_runs=(RUN,))
    return JUDGE.holds_now(conditions(text), occasion, {"trigger": {"outputs": ENDED.outputs}, **seen})


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("{type: execution_status, in: [SUCCESS, WARNING]}", True),
        ("{type: execution_status, in: [FAILED]}", False),
        ("{type: execution_status, notIn: [SUCCESS]}", False),
        ("{type: execution_status}", True),
        ("{type: execution_flow, namespace: company.data, flowId: load}", True),
        ("{type: execution_flow, namespace: company.data, flowId: other}", False),
        ("{type: execution_namespace, namespace: company.data}", True),
        ("{type: execution_namespace, namespace: company}", False),
        ("{type: execution_namespace, namespace: company, prefix: true}", True),
        ("{type: execution_namespace, namespace: company, comparison: PREFIX}", True),
        ("{type: execution_namespace, namespace: data, comparison: SUFFIX}", True),
        ("{type: execution_labels, labels: {team: data, tier: 1}}", True),
        ("{type: execution_labels, labels: [{key: team, value: ops}]}", False),
        ("{type: execution_outputs, expression: '{{ trigger.outputs.rows > 10 }}'}", True),
        ("{type: execution_outputs, expression: '{{ trigger.outputs.rows > 20 }}'}", False),
        ("{type: has_retry_attempt, in: [FAILED]}", True),
        ("{type: has_retry_attempt, in: [KILLED]}", False),
        ("{type: expression, expression: '{{ answer == 42 }}'}", True),
        ("{type: expression, expression: ' '}", False),
        ("{type: flow_condition, namespace: company.ops, flowId: watch}", True),
        ("{type: flow_namespace, namespace: company, prefix: true}", True),
        ("{type: flow_namespace, namespace: company}", False),
        ("{type: not, conditions: [{type: expression, expression: 'true'}]}", False),
        ("{type: not, conditions: [{type: execution_status, in: [FAILED]}]}", True),
        ("{type: or, conditions: [{type: expression, expression: 'no'}, {type: weekend, date: x}]}", True),
        ("{type: or, conditions: [{type: execution_status, in: [FAILED]}]}", False),
        ("{type: io.kestra.core.models.conditions.types.VariableCondition, expression: '0'}", False),
        ("{type: io.kestra.plugin.core.condition.ExecutionStatusCondition, in: [SUCCESS]}", True),
    ],
)
def test_about_executions(text: str, answer: bool) -> None:
    assert holds(text, answer=42) is answer


@pytest.mark.parametrize(
    ("text", "date", "answer"),
    [
        ("{type: weekend}", "2026-08-01T10:00:00Z", True),  # a Saturday
        ("{type: weekend}", "2026-08-03T10:00:00Z", False),
        ("{type: day_week, dayOfWeek: MONDAY}", "2026-08-03T10:00:00Z", True),
        ("{type: day_week, dayOfWeek: MONDAY}", "2026-08-04T00:30:00+02:00", False),
        ("{type: day_week_in_month, dayOfWeek: MONDAY, dayInMonth: FIRST}", "2026-08-03T10:00:00Z", True),
        ("{type: day_week_in_month, dayOfWeek: MONDAY, dayInMonth: SECOND}", "2026-08-03T10:00:00Z", False),
        ("{type: day_week_in_month, dayOfWeek: MONDAY, dayInMonth: FOURTH}", "2026-08-24T10:00:00Z", True),
        ("{type: day_week_in_month, dayOfWeek: MONDAY, dayInMonth: LAST}", "2026-08-24T10:00:00Z", False),
        ("{type: day_week_in_month, dayOfWeek: MONDAY, dayInMonth: LAST}", "2026-08-31T10:00:00Z", True),
        ("{type: day_week_in_month, dayOfWeek: THURSDAY, dayInMonth: LAST}", "2026-12-31T10:00:00Z", True),
        ("{type: date_time_between, after: '2026-08-01T00:00:00Z'}", "2026-08-02T00:00:00Z", True),
        ("{type: date_time_between, before: '2026-08-01T00:00:00Z'}", "2026-08-02T00:00:00Z", False),
        ("{type: time_between, after: '09:00:00Z', before: '17:00:00Z'}", "2026-08-01T10:00:00Z", True),
        ("{type: time_between, after: '09:00:00Z', before: '17:00:00Z'}", "2026-08-01T10:00:00+02:00", False),
        ("{type: time_between, after: '22:00:00Z', before: '06:00:00Z'}", "2026-08-01T23:00:00Z", True),
        ("{type: time_between, after: '22:00:00Z', before: '06:00:00Z'}", "2026-08-01T12:00:00Z", False),
        ("{type: time_between, before: '06:00:00Z'}", "2026-08-01T05:00:00Z", True),
        ("{type: weekend, date: '{{ other }}'}", "2026-08-03T10:00:00Z", True),
        ("{type: not, conditions: [{type: weekend}]}", "2026-08-03T10:00:00Z", True),
    ],
)
def test_about_dates(text: str, date: str, answer: bool) -> None:
    assert holds(text, trigger={"date": date}, other="2026-08-02") is answer


def test_without_an_execution_no_condition_about_one_holds() -> None:
    occasion = Occasion(namespace="n", flow_id="f")
    for text in ("{type: execution_status}", "{type: execution_flow, namespace: n, flowId: f}"):
        assert not JUDGE.holds_now(conditions(text), occasion, {})


def test_a_window_of_time_needs_an_end() -> None:
    with pytest.raises(TaskFailed, match="needs `after` or `before`"):
        holds("{type: time_between}", trigger={"date": "2026-08-03T10:00:00Z"})
