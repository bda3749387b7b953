"""What can be known of a schedule from its file: whether its cron line and its zone make sense, and whether it ever fires."""

import contextlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from runtime.calendar import zones
from runtime.calendar.cron import Cron
from runtime.calendar.dates import Listed
from runtime.calendar.zones import local_name
from runtime.errors import InvalidRequest
from runtime.model.flow import TriggerSpec
from runtime.model.problem import Severity

SCHEDULE = "io.kestra.plugin.core.trigger.Schedule"
ON_DATES = "io.kestra.plugin.core.trigger.ScheduleOnDates"
SCHEDULES = (SCHEDULE, ON_DATES)

REFERENCE = datetime(2026, 1, 1, tzinfo=UTC)
"""Whether a line ever fires does not depend on the day on which it is asked: leap years come round within croniter's range."""


def schedule(spec: TriggerSpec, *, timezone: str = "") -> Cron | Listed:
    """The dates of a schedule; `timezone` is for one that names none. Raises InvalidRequest."""
    properties = spec.properties
    zone = str(properties.get("timezone") or timezone or local_name())
    if spec.type == ON_DATES:
        return Listed.of([_date(text, zone) for text in _listed(properties.get("dates"))], zone)
    with_seconds = str(properties.get("withSeconds", False)).lower() == "true"
    return Cron.parse(str(properties.get("cron", "")), timezone=zone, with_seconds=with_seconds)


def _listed(value: Any) -> list[Any]:
    if isinstance(value, str):  # a list as JSON
        with contextlib.suppress(ValueError):
            value = json.loads(value)
    if not isinstance(value, list):
        raise InvalidRequest("`dates` must be a list of dates", hint='dates: ["2026-12-24T18:00:00+01:00"]')
    return value


def _date(value: Any, zone: str) -> datetime:
    """One without a zone is in the schedule's."""
    try:
        found = datetime.fromisoformat(str(value).strip())
    except ValueError:
        raise InvalidRequest(f"`{value}` in `dates` is no date such as 2026-12-24T18:00:00+01:00") from None
    return found if found.tzinfo else found.replace(tzinfo=zones.load(zone).rules)


def check_trigger(spec: TriggerSpec) -> Iterator[tuple[str, str, Severity]]:
    """(property, message, severity) for what is wrong with a trigger."""
    wanted = {SCHEDULE: "cron", ON_DATES: "dates"}.get(spec.type)
    if wanted is None or wanted not in spec.properties:
        return
    try:
        dates = schedule(spec)
    except InvalidRequest as wrong:
        yield ("timezone" if "zone" in wrong.message.lower() else wanted), str(wrong), Severity.ERROR
        return
    if spec.type == SCHEDULE and dates.next_after(REFERENCE) is None:
        yield "cron", "this schedule never fires", Severity.WARNING
