"""What a task run's latest attempt has measured, as a person reads it."""

from console.render.durations import duration
from runtime.model.execution import Metric, TaskRun


def metrics(run: TaskRun) -> dict[str, str]:
    """Name and tags -> value; a counter that came several times is added up, of the others the last one counts."""
    latest: dict[str, Metric] = {}
    for metric in run.attempt.metrics if run.attempt else ():
        name, known = _name(metric), latest.get(_name(metric))
        total = metric.value + (known.value if known and metric.type == "counter" else 0)
        latest[name] = Metric(name=metric.name, type=metric.type, value=total, tags=metric.tags)
    return {name: value(metric) for name, metric in latest.items()}


def _name(metric: Metric) -> str:
    tags = ", ".join(f"{name}={tag}" for name, tag in sorted(metric.tags.items()))
    return f"{metric.name} ({tags})" if tags else metric.name


def value(metric: Metric) -> str:
    if metric.type == "timer":
        return duration(metric.value)
    return f"{metric.value:,.0f}" if float(metric.value).is_integer() else f"{metric.value:,.6g}"
