"""One trigger as a line of the list."""

from collections.abc import Iterable
from datetime import datetime

from console.format import distance, when
from console.models.columns import Column
from console.models.filter import Filter
from console.models.flow_row import NOTHING, Cell
from console.render.cells import Segment
from runtime.model.views import TriggerView

COLUMNS = (
    Column("NEXT FIRE", 20),
    Column("FLOW", least=20, most=50, keeps_end=True),
    Column("TRIGGER", least=10, most=24),
    Column("SCHEDULE", least=14, most=30, rank=7),
    Column("LAST FIRED", 21, rank=5),
    Column("TYPE", 10, rank=3),
    Column("DESCRIPTION", least=12, rank=1),
)


def key_of(trigger: TriggerView) -> str:
    return f"{trigger.namespace}.{trigger.flow_id}.{trigger.trigger_id}"


def by_next(triggers: Iterable[TriggerView]) -> list[TriggerView]:
    """What fires soonest first; what does not fire last, by name."""

    def order(trigger: TriggerView) -> tuple[bool, float, str]:
        at = None if trigger.paused or trigger.disabled else trigger.next_fire
        return (at is None, at.timestamp() if at else 0.0, key_of(trigger))

    return sorted(triggers, key=order)


def cells(trigger: TriggerView, now: datetime, *, ascii_only: bool) -> tuple[Cell, ...]:
    last = trigger.last_fired
    zone = f" {trigger.timezone}" if trigger.timezone and trigger.timezone not in trigger.schedule else ""
    return (
        _next(trigger, now, ascii_only=ascii_only),
        (Segment(f"{trigger.namespace}.", "dim"), Segment(trigger.flow_id, "strong")),
        (Segment(trigger.trigger_id),),
        (Segment(trigger.schedule), Segment(zone, "dim")),
        (Segment(f"{when(last, now):<13}"), Segment(distance(last, now), "dim")) if last else NOTHING,
        (Segment(trigger.type.rpartition(".")[2], "dim"),),
        (Segment(trigger.problem, "warning") if trigger.problem else Segment(trigger.description, "dim"),),
    )


def _next(trigger: TriggerView, now: datetime, *, ascii_only: bool) -> Cell:
    if trigger.disabled:
        return (Segment(f"{'-' if ascii_only else '⊘'} disabled", "skipped"),)
    if trigger.paused:
        return (Segment(f"{'=' if ascii_only else '⏸'} paused", "paused"),)
    if trigger.next_fire is None:
        return NOTHING
    return (
        Segment(f"{distance(trigger.next_fire, now):<8}"),
        Segment(f" {when(trigger.next_fire, now)}", "dim"),
    )


def passing(triggers: Iterable[TriggerView], wanted: Filter) -> list[TriggerView]:
    return [trigger for trigger in triggers if wanted.passes(*_searched(trigger))]


def _searched(trigger: TriggerView) -> tuple[str, dict[str, str]]:
    state = "disabled" if trigger.disabled else "paused" if trigger.paused else "active"
    fields = {"state": state, "ns": trigger.namespace, "flow": trigger.flow_id}
    return f"{key_of(trigger)} {trigger.schedule} {trigger.type} {trigger.description}", fields
