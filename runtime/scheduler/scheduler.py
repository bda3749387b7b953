"""The loop that waits for the dates of schedules and begins their executions.

What was dealt with is written down before it is begun: `last_fired` is put first, then the execution is created with its
date. A crash between the two loses that one date rather than running it twice, and the next start says so in the log; the
execution that was begun is found by its trigger and its date.
"""

import asyncio
import contextlib
import difflib
import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec

from runtime.calendar.checks import SCHEDULE, schedule
from runtime.calendar.cron import Cron, Fire
from runtime.calendar.missed import due
from runtime.clock import Clock
from runtime.errors import Failure, InvalidRequest, NotAllowed, TriggerNotFound
from runtime.model.execution import Execution, Trigger
from runtime.model.flow import Flow, TriggerSpec
from runtime.model.views import TriggerView
from runtime.store import Store, TriggerState

logger = logging.getLogger(__name__)

SLICE = timedelta(seconds=30)
"""The longest sleep: a clock that is set, or a machine that was suspended, is noticed within it."""

BACKFILL_LIMIT = 10_000  # executions

Key = tuple[str, str, str]
"""Namespace, flow and trigger."""

Begin = Callable[[Flow, Trigger, datetime, dict[str, Any], dict[str, str]], Awaitable[str]]


class Statistics(msgspec.Struct, frozen=True):
    """What the scheduler waits for."""

    active: int
    next_fire: datetime | None


@dataclass
class Schedule:
    """One schedule of one flow, while its flow is active."""

    flow: Flow
    spec: TriggerSpec
    state: TriggerState
    cron: Cron | None = None
    """None where its line is wrong."""
    next: datetime | None = None
    waiting: list[datetime] = field(default_factory=list)
    """Dates that are due and wait until the execution before them has ended."""
    problem: str = ""

    @property
    def key(self) -> Key:
        return self.flow.namespace, self.flow.id, self.spec.id

    @property
    def is_active(self) -> bool:
        return self.cron is not None and not (self.state.paused or self.spec.disabled or self.flow.disabled)

    @property
    def may_overlap(self) -> bool:
        return str(self.spec.properties.get("allowConcurrent", False)).lower() == "true"


class Scheduler:
    """All schedules of a runtime."""

    def __init__(
        self, *, store: Store, clock: Clock, timezone: str, fire: Begin, changed: Callable[[], None]
    ) -> None:
        self._store = store
        self._clock = clock
        self._timezone = timezone
        self._fire = fire
        self._changed = changed
        self._schedules: dict[Key, Schedule] = {}
        self._running: dict[str, Key] = {}
        """Executions that a schedule began and that have not ended."""
        self._woken = asyncio.Event()

    def statistics(self) -> Statistics:
        active = [schedule for schedule in self._schedules.values() if schedule.is_active]
        upcoming = [schedule.next for schedule in active if schedule.next]
        return Statistics(len(active), min(upcoming, default=None))

    # --- which schedules there are

    async def reload(self, flows: Iterable[Flow]) -> None:
        """Take over the schedules of the active flows; what was missed while nobody looked is due now."""
        known = {
            (state.namespace, state.flow_id, state.trigger_id): state
            for state in await self._store.triggers.list()
        }
        fresh: dict[Key, Schedule] = {}
        for flow in flows:
            for spec in flow.triggers:
                if spec.type == SCHEDULE:
                    made = self._schedule(flow, spec, known.get((flow.namespace, flow.id, spec.id)))
                    fresh[made.key] = made
        self._schedules = fresh
        await self._remember_running(fresh.values())
        self._woken.set()

    def _schedule(self, flow: Flow, spec: TriggerSpec, state: TriggerState | None) -> Schedule:
        key = flow.namespace, flow.id, spec.id
        before = self._schedules.get(key)
        now = self._clock.now()
        blank = TriggerState(namespace=key[0], flow_id=key[1], trigger_id=key[2], last_fired=now, updated=now)
        made = Schedule(flow, spec, state or blank)
        try:
            made.cron = schedule(spec, timezone=self._timezone)
        except InvalidRequest as wrong:
            made.problem = str(wrong)
            return made
        if unknown := spec.properties.get("conditions"):
            made.cron, made.problem = (
                None,
                f"it has {len(unknown)} conditions, which flowdeck does not know yet: it does not fire",
            )
            return made
        if before is not None and _same_dates(before.spec, spec):
            made.waiting = before.waiting
        made.next = made.cron.next_after(made.state.last_fired or now)
        return made

    async def _remember_running(self, schedules: Iterable[Schedule]) -> None:
        """Executions that schedules began before a restart, and that go on."""
        unfinished = set(await self._store.executions.unfinished())
        for found in schedules:
            if found.state.execution_id in unfinished:
                self._running[found.state.execution_id] = found.key

    # --- the loop

    async def run(self) -> None:
        while True:
            self._woken.clear()
            await self._fire_due()
            await self._sleep()

    async def _sleep(self) -> None:
        now = self._clock.now()
        wanted = [found.next for found in self._schedules.values() if found.is_active and found.next]
        until = min([*wanted, now + SLICE])
        async with asyncio.TaskGroup() as group:
            alarm = group.create_task(self._clock.sleep_until(until))
            woken = group.create_task(self._woken.wait())
            await asyncio.wait({alarm, woken}, return_when=asyncio.FIRST_COMPLETED)
            alarm.cancel()
            woken.cancel()

    async def _fire_due(self) -> None:
        now = self._clock.now()
        ready = [
            found
            for found in self._schedules.values()
            if found.is_active and found.next and found.next <= now
        ]
        for found in sorted(ready, key=lambda one: one.next or now):
            self._collect(found, now)
        for found in list(self._schedules.values()):
            await self._begin_waiting(found)

    def _collect(self, found: Schedule, now: datetime) -> None:
        """Put the dates that are due into the queue of the schedule, as its catch-up policy has it."""
        assert found.cron is not None
        properties = found.spec.properties
        dates = due(
            found.cron,
            found.state.last_fired,
            now,
            recover=properties.get("recoverMissedSchedules", "ALL"),
            late_maximum_delay=_delay(properties.get("lateMaximumDelay")),
        )
        if dates.omitted or dates.late:
            logger.warning(
                "%s: %d missed dates are left out, %d of them too late",
                ".".join(found.key),
                dates.omitted + dates.late,
                dates.late,
            )
        found.waiting += [date for date in dates.dates if date not in found.waiting]
        found.next = found.cron.next_after(now)
        found.state = msgspec.structs.replace(
            found.state, last_fired=found.waiting[0] if found.waiting else now
        )

    async def _begin_waiting(self, found: Schedule) -> None:
        while (
            found.waiting
            and found.is_active
            and (found.may_overlap or found.key not in self._running.values())
        ):
            await self._begin(found, found.waiting.pop(0))

    async def _begin(self, found: Schedule, date: datetime) -> None:
        now = self._clock.now()
        last = found.waiting[-1] if found.waiting else date
        found.state = msgspec.structs.replace(
            found.state, last_fired=max(last, date), next_fire=found.next, updated=now
        )
        await self._store.triggers.put(msgspec.structs.replace(found.state, last_fired=date))
        try:
            trigger = Trigger(id=found.spec.id, type=found.spec.type, variables=_variables(found, date))
            inputs = dict(found.spec.properties.get("inputs") or {})
            execution_id = await self._fire(found.flow, trigger, date, inputs, found.spec.labels)
        except Failure as failure:
            logger.exception("%s can't begin its execution of %s", ".".join(found.key), date)
            found.problem = str(failure)
            return
        found.problem = ""
        found.state = msgspec.structs.replace(found.state, execution_id=execution_id)
        self._running[execution_id] = found.key
        await self._store.triggers.put(msgspec.structs.replace(found.state, last_fired=date))
        self._changed()

    def ended(self, execution: Execution) -> None:
        """An execution has ended: a schedule that waited for it goes on, one with `stopAfter` may pause itself."""
        key = self._running.pop(execution.id, None)
        found = self._schedules.get(key) if key else None
        if found is not None and execution.state.value in found.spec.stop_after:
            found.state = msgspec.structs.replace(found.state, paused=True)
            found.problem = (
                f"paused, since its execution {execution.id} ended {execution.state.value} (stopAfter)"
            )
            found.waiting.clear()
        self._woken.set()

    # --- what faces ask

    async def views(self, flow: Flow) -> tuple[TriggerView, ...]:
        """All triggers of a flow, those that are not built yet too."""
        return tuple(self._view(flow, spec) for spec in flow.triggers)

    def _view(self, flow: Flow, spec: TriggerSpec) -> TriggerView:
        found = self._schedules.get((flow.namespace, flow.id, spec.id))
        cron = found.cron if found else None
        active = found is not None and found.is_active
        return TriggerView(
            namespace=flow.namespace,
            flow_id=flow.id,
            trigger_id=spec.id,
            type=spec.type,
            description=spec.description,
            schedule=str(spec.properties.get("cron", "")),
            timezone=cron.timezone if cron else "",
            disabled=spec.disabled or flow.disabled,
            paused=found.state.paused if found else False,
            last_fired=found.state.last_fired if found and found.state.execution_id else None,
            next_fire=found.next if found and active else None,
            problem=(found.problem if found else "") or spec.unavailable,
        )

    def _find(self, flow: Flow, trigger_id: str) -> Schedule:
        found = self._schedules.get((flow.namespace, flow.id, trigger_id))
        if found is not None:
            return found
        names = [spec.id for spec in flow.triggers]
        if trigger_id in names:
            raise NotAllowed(f"{flow.name}.{trigger_id} is no schedule")
        near = difflib.get_close_matches(trigger_id, names, n=1) or names[:1]
        hint = f"did you mean {near[0]}?" if near else f"{flow.name} has no trigger at all"
        raise TriggerNotFound(f"{flow.name} has no trigger {trigger_id}", hint=hint)

    async def pause(self, flow: Flow, trigger_id: str, *, paused: bool) -> None:
        """What a schedule misses while it is paused is not made up for."""
        found = self._find(flow, trigger_id)
        now = self._clock.now()
        found.state = msgspec.structs.replace(found.state, paused=paused, last_fired=now, updated=now)
        found.waiting.clear()
        if not paused:
            found.problem = ""
            found.next = found.cron.next_after(now) if found.cron else None
        await self._store.triggers.put(found.state)
        self._woken.set()
        self._changed()

    def upcoming(self, flow: Flow, trigger_id: str, *, after: datetime, count: int) -> list[Fire]:
        found = self._find(flow, trigger_id)
        if found.cron is None:
            raise NotAllowed(found.problem)
        return found.cron.upcoming(after, count)

    async def backfill(
        self,
        flow: Flow,
        trigger_id: str,
        *,
        start: datetime,
        end: datetime,
        inputs: dict[str, Any],
        labels: dict[str, str],
    ) -> int:
        """Begin an execution for each date in [start, end); returns how many."""
        found = self._find(flow, trigger_id)
        if found.cron is None:
            raise NotAllowed(found.problem)
        dates = list(_limited(found.cron.between(start, end)))
        given = {**dict(found.spec.properties.get("inputs") or {}), **inputs}
        for date in dates:
            trigger = Trigger(id=found.spec.id, type=found.spec.type, variables=_variables(found, date))
            await self._fire(
                flow, trigger, date, given, {**found.spec.labels, "system.backfill": "true", **labels}
            )
        return len(dates)


def _limited(dates: Iterator[datetime]) -> Iterator[datetime]:
    for number, date in enumerate(dates):
        if number >= BACKFILL_LIMIT:
            raise InvalidRequest(
                f"that is more than {BACKFILL_LIMIT} executions", hint="choose a shorter time"
            )
        yield date


def _same_dates(one: TriggerSpec, other: TriggerSpec) -> bool:
    names = ("cron", "timezone", "withSeconds")
    return all(one.properties.get(name) == other.properties.get(name) for name in names)


def _delay(text: Any) -> timedelta | None:
    with contextlib.suppress(msgspec.ValidationError):
        return msgspec.convert(text, timedelta, strict=False) if text else None
    return None


def _variables(found: Schedule, date: datetime) -> dict[str, Any]:
    """`trigger.date`, `.next` and `.previous`, in the schedule's own zone."""
    assert found.cron is not None
    following, previous = found.cron.next_after(date), found.cron.previous_before(date)
    dates = {"date": date, "next": following, "previous": previous}
    return {name: found.cron.local(at).isoformat() for name, at in dates.items() if at is not None}
