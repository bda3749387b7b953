"""What starts a flow without a person."""

from datetime import timedelta
from typing import Any, Literal

import msgspec

from runtime.tasks.base import Plugin

WEBHOOK = "io.kestra.plugin.core.trigger.Webhook"


class Trigger(Plugin, frozen=True, kw_only=True):
    """A trigger's class has its properties; the scheduler does its work."""


class Schedule(Trigger, frozen=True, kw_only=True):
    """Start the flow at the times that a cron expression names.

    - id: daily
      type: schedule
      cron: "0 8 * * *"
      timezone: Europe/Berlin
    """

    cron: str
    """Five fields (six with `withSeconds`), or `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`."""
    timezone: str | None = None
    """`Europe/Berlin`; the server's where nothing is said."""
    with_seconds: bool = False
    """Whether the expression begins with a field of seconds."""
    inputs: dict[str, Any] = msgspec.field(default_factory=dict)
    """The inputs of the executions."""
    late_maximum_delay: timedelta | None = None
    """A time that is missed by more is left out."""
    recover_missed_schedules: Literal["ALL", "LAST", "NONE"] | None = None
    """Which of the times that were missed while nothing ran are made up for."""
    schedule_conditions: Any = None
    """Deprecated: `conditions`."""
    interval: timedelta | None = None
    """No effect."""
    backfill: dict[str, Any] | None = None
    """No effect."""


class ScheduleOnDates(Trigger, frozen=True, kw_only=True):
    """Start the flow on certain dates.

    - id: releases
      type: schedule_on_dates
      timezone: Europe/Berlin
      dates: ["2026-10-01T09:00:00", "2027-01-07T09:00:00+01:00"]
    """

    dates: list[str]
    """Each with its zone, or in the schedule's."""
    timezone: str | None = None
    """`Europe/Berlin`; the server's where nothing is said."""
    inputs: dict[str, Any] = msgspec.field(default_factory=dict)
    """The inputs of the executions."""
    recover_missed_schedules: Literal["ALL", "LAST", "NONE"] | None = None
    """Which of the dates that were missed while nothing ran are made up for."""
    interval: timedelta | None = None
    """No effect."""


class Webhook(Trigger, frozen=True, kw_only=True):
    """Start the flow when somebody calls `/api/v1/executions/webhook/NAMESPACE/FLOW/KEY` over HTTP (`flowdeck serve --listen`).

    - id: pushed
      type: webhook
      key: "{{ secret('PUSH_KEY') }}"
      inputs:
        branch: "{{ trigger.body.ref }}"
    """

    key: str
    """What a caller must know: long, and better a secret."""
    inputs: dict[str, Any] | None = None
    """The inputs of the executions; `trigger.body`, `trigger.headers` and `trigger.parameters` are what came in."""
    wait: bool = False
    """Whether the call is answered when the execution has ended."""
    return_outputs: bool = False
    """Whether the answer is the flow's outputs; needs `wait`."""
    response_content_type: str | None = None
    """The answer's; `application/json`, where nothing is said."""
    response_code: int | None = None
    """The answer's; 200, where nothing is said."""
