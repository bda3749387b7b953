"""What tasks measure: counters, gauges and timers, kept with the attempt."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import msgspec

from runtime.errors import TaskFailed
from runtime.expressions.text import text
from runtime.model.execution import Metric

TYPES = ("counter", "gauge", "timer")
MOST = 1_000
"""Metrics of one attempt that are kept: they live in the execution's record."""


class Metrics:
    """One attempt's."""

    def __init__(self) -> None:
        self._kept: list[Metric] = []

    def add(self, metric: Metric) -> None:
        if len(self._kept) >= MOST:
            raise TaskFailed(f"more than {MOST:,} metrics of one attempt are not kept")
        self._kept.append(metric)

    def count(self, name: str, value: float, **tags: str) -> None:
        self.add(Metric(name=name, value=value, tags=tags))

    @property
    def kept(self) -> tuple[Metric, ...]:
        return tuple(self._kept)


def read(written: Mapping[str, Any]) -> Metric:
    """A metric as a flow or a script writes it. Raises TaskFailed."""
    kind, name = text(written.get("type", "counter")).lower(), written.get("name")
    if kind not in TYPES or not name:
        raise TaskFailed(
            f"a metric needs a `name`, and a `type` that is one of {', '.join(TYPES)}: {dict(written)}"
        )
    return Metric(name=text(name), type=kind, value=_value(written, kind), tags=_tags(written.get("tags")))


def _value(written: Mapping[str, Any], kind: str) -> float:
    """A timer is a duration, or a number of seconds."""
    value = written.get("value")
    wanted: Any = timedelta if kind == "timer" else float
    try:
        if kind == "timer" and isinstance(value, str) and value.replace(".", "", 1).isdigit():
            value = float(value)
        found = msgspec.convert(value, wanted, strict=False)
    except (msgspec.ValidationError, OverflowError):
        raise TaskFailed(f"the metric {written.get('name')} has no value that fits: {value!r}") from None
    return found.total_seconds() if isinstance(found, timedelta) else float(found)


def _tags(tags: Any) -> dict[str, str]:
    return {text(name): text(value) for name, value in tags.items()} if isinstance(tags, Mapping) else {}
