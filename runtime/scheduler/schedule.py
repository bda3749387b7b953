"""One schedule of one flow: what it owes, and what of that is written down."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import msgspec

from runtime.calendar.dates import Dates
from runtime.errors import InvalidRequest
from runtime.model.flow import Flow, TriggerSpec
from runtime.store import TriggerState
from runtime.tasks.triggers import WEBHOOK

MOMENT = timedelta(microseconds=1)

PENDING = ""
"""In the place of an execution's id: the date is about to begin."""

BACKFILL_LIMIT = 10_000  # executions

Key = tuple[str, str, str]
"""Namespace, flow and trigger."""


@dataclass
class Schedule:
    """One schedule of one flow, while its flow is active."""

    flow: Flow
    spec: TriggerSpec
    state: TriggerState
    dates: Dates | None = None
    """None where its line is wrong, or a condition can't be judged."""
    next: datetime | None = None
    prepared: dict[datetime, dict[str, Any]] = field(default_factory=dict)
    """`trigger.*` of the next date."""
    waiting: list[datetime] = field(default_factory=list)
    """Dates that are due and wait until the execution before them has ended."""
    problem: str = ""

    @property
    def key(self) -> Key:
        return self.flow.namespace, self.flow.id, self.spec.id

    @property
    def is_active(self) -> bool:
        return self.dates is not None and not (self.state.paused or self.spec.disabled or self.flow.disabled)

    @property
    def may_overlap(self) -> bool:
        return str(self.spec.properties.get("allowConcurrent", False)).lower() == "true"


class Past(NamedTuple):
    """One date of a backfill."""

    date: datetime
    inputs: dict[str, Any]
    labels: dict[str, str]


def about_to(found: Schedule, date: datetime, now: datetime) -> TriggerState:
    """What is written before a date begins."""
    found.state = msgspec.structs.replace(
        found.state, last_fired=date, next_fire=found.next, execution_id=PENDING, updated=now
    )
    return owing(found)


def owing(found: Schedule) -> TriggerState:
    """What is written of a schedule: dates that wait in memory are still owed after a crash."""
    if not found.waiting:
        return found.state
    return msgspec.structs.replace(found.state, dealt=min(found.waiting) - MOMENT)


def limited(dates: Iterator[datetime]) -> Iterator[datetime]:
    for number, date in enumerate(dates):
        if number >= BACKFILL_LIMIT:
            raise InvalidRequest(
                f"that is more than {BACKFILL_LIMIT} executions", hint="choose a shorter time"
            )
        yield date


def same_dates(one: TriggerSpec, other: TriggerSpec) -> bool:
    names = ("cron", "dates", "timezone", "withSeconds")
    return one.conditions == other.conditions and all(
        one.properties.get(name) == other.properties.get(name) for name in names
    )


def delay(text: Any) -> timedelta | None:
    with contextlib.suppress(msgspec.ValidationError):
        return msgspec.convert(text, timedelta, strict=False) if text else None
    return None


def variables(found: Schedule, date: datetime) -> dict[str, Any]:
    """`trigger.date`, `.next` and `.previous`, in the schedule's own zone."""
    assert found.dates is not None
    following, previous = found.dates.next_after(date), found.dates.previous_before(date)
    dates = {"date": date, "next": following, "previous": previous}
    return {name: found.dates.local(at).isoformat() for name, at in dates.items() if at is not None}


def written(spec: TriggerSpec) -> str:
    """Its cron line, how many dates it lists, or what is called."""
    if spec.type == WEBHOOK:
        return "/api/v1/executions/webhook/..."
    listed = spec.properties.get("dates")
    return f"{len(listed)} dates" if isinstance(listed, list) else str(spec.properties.get("cron", ""))
