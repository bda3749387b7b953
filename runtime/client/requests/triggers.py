"""Triggers: what fires, and when."""

from datetime import datetime
from typing import Any

from runtime.client.requests.base import Request


class ListTriggers(Request, frozen=True, kw_only=True, tag="list_triggers"):
    """Many of TriggerView."""

    namespace: str = ""


class PauseTrigger(Request, frozen=True, kw_only=True, tag="pause_trigger"):
    """Done."""

    namespace: str
    flow_id: str
    trigger_id: str
    paused: bool = True


class ListFires(Request, frozen=True, kw_only=True, tag="list_fires"):
    """Many of Fire: when a schedule fires next."""

    namespace: str
    flow_id: str
    trigger_id: str
    count: int = 5
    after: datetime | None = None


class Backfill(Request, frozen=True, kw_only=True, tag="backfill"):
    """Create an execution for each past date of a schedule in [start, end): Done."""

    namespace: str
    flow_id: str
    trigger_id: str
    start: datetime
    end: datetime
    inputs: dict[str, Any] = {}
    labels: dict[str, str] = {}
