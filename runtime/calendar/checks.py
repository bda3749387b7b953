"""What can be known of a schedule from its file: whether its cron line and its zone make sense, and whether it ever fires."""

from collections.abc import Iterator
from datetime import UTC, datetime

from runtime.calendar.cron import Cron
from runtime.calendar.zones import local_name
from runtime.errors import InvalidRequest
from runtime.model.flow import TriggerSpec
from runtime.model.problem import Severity

SCHEDULE = "io.kestra.plugin.core.trigger.Schedule"

REFERENCE = datetime(2026, 1, 1, tzinfo=UTC)
"""Whether a line ever fires does not depend on the day on which it is asked: leap years come round within croniter's range."""


def schedule(spec: TriggerSpec, *, timezone: str = "") -> Cron:
    """The dates of a Schedule; `timezone` is for one that names none. Raises InvalidRequest."""
    properties = spec.properties
    zone = str(properties.get("timezone") or timezone or local_name())
    with_seconds = str(properties.get("withSeconds", False)).lower() == "true"
    return Cron.parse(str(properties.get("cron", "")), timezone=zone, with_seconds=with_seconds)


def check_trigger(spec: TriggerSpec) -> Iterator[tuple[str, str, Severity]]:
    """(property, message, severity) for what is wrong with a trigger."""
    if spec.type != SCHEDULE or "cron" not in spec.properties:
        return
    try:
        cron = schedule(spec)
    except InvalidRequest as wrong:
        yield ("timezone" if "zone" in wrong.message.lower() else "cron"), str(wrong), Severity.ERROR
        return
    if cron.next_after(REFERENCE) is None:
        yield "cron", "this schedule never fires", Severity.WARNING
