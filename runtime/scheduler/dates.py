"""The dates of one schedule: by its cron line or its list, as far as its conditions hold."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from runtime.calendar.checks import schedule
from runtime.calendar.dates import Chosen, Dates
from runtime.executor.conditions import Judge
from runtime.model.flow import ConditionSpec, Flow, TriggerSpec
from runtime.tasks.conditions import Occasion
from runtime.tasks.date_conditions import DateCondition

OWN_DATE = frozenset({"{{ trigger.date }}", "{{trigger.date}}", "{{ schedule.date }}", "{{schedule.date}}"})
"""How the date itself is written: then a condition is built once, and needs no template for each date."""


def dates(flow: Flow, spec: TriggerSpec, judge: Judge, *, timezone: str) -> Dates:
    """Raises InvalidRequest where the line is wrong, TaskFailed where a condition can't be judged."""
    all_dates = schedule(spec, timezone=timezone)
    if not spec.conditions:
        return all_dates
    tests = [_test(condition, flow, judge) for condition in spec.conditions]
    return Chosen(all_dates, lambda at: all(test(at) for test in tests))


def _test(spec: ConditionSpec, flow: Flow, judge: Judge) -> Callable[[datetime], bool]:
    """Whether the condition holds for a date."""
    kind = judge.kind(spec)
    occasion = Occasion(namespace=flow.namespace, flow_id=flow.id)
    if issubclass(kind, DateCondition) and _is_plain(spec):
        built = judge.built(spec, spec.properties)
        return lambda at: msgspec.structs.replace(built, date=at).holds(occasion)
    if spec.conditions:
        inside = [_test(each, flow, judge) for each in spec.conditions]
        group = judge.group(spec)
        return lambda at: group.join(test(at) for test in inside)
    return lambda at: judge.holds_now((spec,), occasion, _seen(flow, at))


def _is_plain(spec: ConditionSpec) -> bool:
    others = [value for name, value in spec.properties.items() if name != "date"]
    return spec.properties.get("date", "{{ trigger.date }}") in OWN_DATE and not any(
        isinstance(value, str) and "{{" in value for value in others
    )


def _seen(flow: Flow, at: datetime) -> dict[str, Any]:
    date = {"date": at.isoformat()}
    return {
        "trigger": date,
        "schedule": date,
        "flow": {"id": flow.id, "namespace": flow.namespace},
        "vars": flow.variables,
    }
