"""What tasks measure."""

from typing import Any

import pytest

from console.models.execution_metrics import metrics
from runtime.errors import TaskFailed
from runtime.model.execution import Attempt, Metric
from runtime.model.states import State
from runtime.tasks.metrics import MOST, Metrics, read
from runtime.tasks.publish import Publish
from tests.contract.store_facts import NOON, task_run
from tests.support import World


@pytest.mark.parametrize(
    ("written", "metric"),
    [
        ({"name": "rows", "value": 3}, Metric(name="rows", value=3)),
        ({"name": "rows", "type": "COUNTER", "value": "4"}, Metric(name="rows", value=4)),
        ({"name": "t", "type": "timer", "value": "PT1M"}, Metric(name="t", type="timer", value=60)),
        ({"name": "t", "type": "timer", "value": 1.5}, Metric(name="t", type="timer", value=1.5)),
        ({"name": "t", "type": "timer", "value": "2.5"}, Metric(name="t", type="timer", value=2.5)),
        (
            {"name": "g", "type": "gauge", "value": -0.5, "tags": {"table": "a", "n": 1}},
            Metric(name="g", type="gauge", value=-0.5, tags={"table": "a", "n": "1"}),
        ),
    ],
)
def test_a_metric_is_read(written: dict[str, Any], metric: Metric) -> None:
    assert read(written) == metric


@pytest.mark.parametrize(
    "written",
    [
        {},
        {"name": "x"},
        {"name": "x", "value": "many"},
        {"name": "x", "type": "histogram", "value": 1},
        {"name": "x", "type": "timer", "value": "soon"},
        {"value": 1},
    ],
)
def test_a_metric_that_is_none_is_told(written: dict[str, Any]) -> None:
    with pytest.raises(TaskFailed, match="metric"):
        read(written)


def test_there_is_an_end_to_metrics() -> None:
    kept = Metrics()
    for number in range(MOST):
        kept.count(f"m{number}", 1)
    with pytest.raises(TaskFailed, match="not kept"):
        kept.count("more", 1)
    assert len(kept.kept) == MOST


async def test_a_flow_publishes_metrics(tmp_path: Any) -> None:
    world = World(tmp_path)
    await Publish(metrics=[{"name": "a", "value": 1}, {"name": "b", "type": "gauge", "value": 2}]).run(
        world.context
    )
    assert [metric.name for metric in world.metrics.kept] == ["a", "b"]


def test_a_person_sees_counters_added_up() -> None:
    measured = (
        Metric(name="rows", value=1_000, tags={"table": "a"}),
        Metric(name="rows", value=234, tags={"table": "a"}),
        Metric(name="rows", value=1),
        Metric(name="share", type="gauge", value=0.25),
        Metric(name="share", type="gauge", value=0.5),
        Metric(name="took", type="timer", value=90),
    )
    attempt = Attempt(number=1, state=State.SUCCESS, started=NOON, metrics=measured)
    assert metrics(task_run(1, attempts=(attempt,))) == {
        "rows (table=a)": "1,234",
        "rows": "1",
        "share": "0.5",
        "took": "1m30",
    }
    assert metrics(task_run(1)) == {}
