"""The loop that waits for the dates of schedules and begins their executions.

Each date runs exactly once, through a crash too: that a date is about to begin is written down first (with PENDING for the
execution's id), then the execution is created with that date, then its id is written. A start that finds PENDING looks whether
the execution is there, and begins it if not.
"""

import asyncio
import difflib
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from runtime.calendar.checks import SCHEDULES
from runtime.calendar.cron import Fire
from runtime.calendar.missed import due
from runtime.clock import Clock
from runtime.errors import Failure, NotAllowed, TriggerNotFound
from runtime.executor.conditions import Judge
from runtime.model.execution import Execution, Trigger
from runtime.model.flow import Flow, TriggerSpec
from runtime.model.views import TriggerView
from runtime.scheduler.dates import dates
from runtime.scheduler.schedule import (
    MOMENT,
    PENDING,
    Key,
    Past,
    Schedule,
    about_to,
    delay,
    limited,
    owing,
    same_dates,
    variables,
    written,
)
from runtime.scheduler.standing import Standing
from runtime.store import Filter, Store, TriggerState

logger = logging.getLogger(__name__)

SLICE = timedelta(seconds=30)
"""The longest sleep: a clock that is set, or a machine that was suspended, is noticed within it."""

ON_TIME = timedelta(seconds=1)
"""A date that is no older is simply due; older ones were missed, and the catch-up policy has its say."""

PATIENCE = timedelta(seconds=5)
"""Between two tries to write, while the store refuses."""

RECENT = 200
"""Executions of a flow among which one that a crash may have cut off is looked for."""

Begin = Callable[[Flow, Trigger, datetime, dict[str, Any], dict[str, str]], Awaitable[str]]


class Statistics(msgspec.Struct, frozen=True):
    """What the scheduler waits for."""

    active: int
    next_fire: datetime | None


class Scheduler:
    """All schedules of a runtime."""

    def __init__(
        self,
        *,
        store: Store,
        clock: Clock,
        timezone: str,
        fire: Begin,
        changed: Callable[[], None],
        standing: Standing,
        judge: Judge,
    ) -> None:
        self._standing = standing
        self._judge = judge
        self._store = store
        self._clock = clock
        self._timezone = timezone
        self._fire = fire
        self._changed = changed
        self._schedules: dict[Key, Schedule] = {}
        self._running: dict[str, Key] = {}
        """Executions that a schedule began and that have not ended."""
        self._busy: dict[Key, int] = {}
        """How many of them each schedule has."""
        self._woken = asyncio.Event()
        self._unsaved: list[Schedule] = []
        self._beginning: set[Key] = set()
        self._ended_early: set[str] = set()
        """Executions whose end was heard before their beginning was."""
        self._is_started = False
        self._backfills: dict[Key, deque[Past]] = {}

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
        specs = [(flow, spec) for flow in flows for spec in flow.triggers if spec.type in SCHEDULES]
        made = [
            self._schedule(flow, spec, known.get((flow.namespace, flow.id, spec.id))) for flow, spec in specs
        ]
        self._schedules = {found.key: found for found in made}
        self._is_started = True
        fresh = [found.state for found in made if found.key not in known]
        if fresh:  # from now on they owe what they miss
            await self._store.triggers.put_many(fresh)
        for found in made:
            if found.state.execution_id == PENDING and found.key not in self._beginning:
                await self._settle_doubt(found)
        await self._remember_running(made)
        self._woken.set()

    async def _settle_doubt(self, found: Schedule) -> None:
        """A crash came between «about to begin» and «has begun»: look which of the two it is."""
        since = (found.state.last_fired or self._clock.now()) - timedelta(hours=1)
        wanted = Filter(namespace=found.flow.namespace, flow_id=found.flow.id, since=since)
        page = await self._store.executions.page(wanted, limit=RECENT)
        date = found.state.last_fired
        begun = [
            item
            for item in page.items
            if item.schedule_date == date and item.trigger and item.trigger.id == found.spec.id
        ]
        if begun:
            found.state = msgspec.structs.replace(found.state, execution_id=begun[0].id)
        elif date is not None and date not in found.waiting:
            logger.warning(
                "%s: a crash kept its execution of %s from beginning; it begins now",
                ".".join(found.key),
                date,
            )
            found.waiting.insert(0, date)

    def _schedule(self, flow: Flow, spec: TriggerSpec, state: TriggerState | None) -> Schedule:
        key = flow.namespace, flow.id, spec.id
        before = self._schedules.get(key)
        if before is not None and _is_unchanged(before, flow, spec, state):
            return before  # of 500 flows one was saved: the others' dates are what they were
        now = self._clock.now()
        blank = TriggerState(namespace=key[0], flow_id=key[1], trigger_id=key[2], dealt=now, updated=now)
        made = Schedule(flow, spec, state or blank)
        try:
            made.dates = dates(flow, spec, self._judge, timezone=self._timezone)
            self._carry_over(made, before, now)
            made.next = made.dates.next_after(made.state.dealt or now)
        except Failure as wrong:
            made.dates = None
            made.problem = str(wrong)
            return made
        if made.next is not None and made.next > now:
            self._look_ahead(made)
        return made

    def _carry_over(self, made: Schedule, before: Schedule | None, now: datetime) -> None:
        """What a schedule owes when its flow is read again. One that comes back, or has another line, begins anew: what passed
        while its file said no is not made up for. At the start of the runtime all that passed meanwhile is owed."""
        ahead = before is not None and (before.state.dealt or now) > now
        if before is not None and before.is_active and same_dates(before.spec, made.spec) and not ahead:
            made.waiting = before.waiting
            made.state = before.state
        elif self._is_started or (made.state.dealt or now) > now:  # the clock was ahead, and is right again
            made.state = msgspec.structs.replace(made.state, dealt=now)

    async def _remember_running(self, schedules: Iterable[Schedule]) -> None:
        """Executions that schedules began before a restart, and that go on."""
        unfinished = set(await self._store.executions.unfinished())
        for found in schedules:
            identifier = found.state.execution_id
            if not identifier or identifier not in unfinished or identifier in self._running:
                continue
            execution, _ = await self._store.executions.get(identifier)
            if (
                not execution.state.is_terminal
            ):  # else only its afterExecution is left, and nobody tells of that
                self._running[identifier] = found.key
                self._busy[found.key] = self._busy.get(found.key, 0) + 1

    # --- the loop

    async def run(self) -> None:
        while True:
            self._woken.clear()
            try:
                await self._save()
                await self._fire_due()
                await self._begin_backfills()
            except Failure:  # a full disk, mostly: nothing was begun that was not written
                logger.exception("the schedules wait until the store can be written")
                await self._clock.sleep_until(self._clock.now() + PATIENCE)
            await self._sleep()

    async def _sleep(self) -> None:
        now = self._clock.now()
        wanted = [found.next for found in self._schedules.values() if found.is_active and found.next]
        until = min([*wanted, now + SLICE])
        async with asyncio.TaskGroup() as group:
            alarm = group.create_task(self._clock.sleep_until(until))
            woken = group.create_task(self._woken.wait())
            await asyncio.wait(
                {alarm, woken}, timeout=SLICE.total_seconds(), return_when=asyncio.FIRST_COMPLETED
            )
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
        while begun := [
            (found, found.waiting.pop(0)) for found in self._schedules.values() if self._may_begin(found)
        ]:
            await self._begin(begun)

    async def _save(self) -> None:
        unsaved, self._unsaved = self._unsaved, []
        if unsaved:
            await self._store.triggers.put_many([found.state for found in unsaved])

    def _collect(self, found: Schedule, now: datetime) -> None:
        """Put the dates that are due into the queue of the schedule, as its catch-up policy has it."""
        assert found.dates is not None
        if found.next is not None and now - found.next < ON_TIME:
            found.waiting += [found.next] if found.next not in found.waiting else []
            found.state = msgspec.structs.replace(found.state, dealt=found.next)
            found.next = (
                None  # looked for when the executions have begun: 200 schedules may be due at this second
            )
            return
        properties = found.spec.properties
        dates = due(
            found.dates,
            found.state.dealt,
            now,
            recover=properties.get("recoverMissedSchedules", "ALL"),
            late_maximum_delay=delay(properties.get("lateMaximumDelay")),
        )
        if dates.omitted or dates.late:
            logger.warning(
                "%s: %d missed dates are left out, %d of them too late",
                ".".join(found.key),
                dates.omitted + dates.late,
                dates.late,
            )
        found.waiting += [date for date in dates.dates if date not in found.waiting]
        found.next = found.dates.next_after(now)
        found.state = msgspec.structs.replace(found.state, dealt=now)

    def _look_ahead(self, found: Schedule) -> None:
        """The next date, and what its execution will be given: known before it is due."""
        if found.dates is None:
            return
        if found.next is None:
            found.next = found.dates.next_after(found.state.dealt or self._clock.now())
        if found.next is not None and found.next not in found.prepared:
            found.prepared = {found.next: variables(found, found.next)}

    def _may_begin(self, found: Schedule) -> bool:
        return bool(found.waiting) and found.is_active and (found.may_overlap or found.key not in self._busy)

    async def _begin(self, dates: Sequence[tuple[Schedule, datetime]]) -> None:
        """Begin many executions at once: two transactions for all, not two for each."""
        now = self._clock.now()
        self._beginning = {found.key for found, _ in dates}
        try:
            await self._promise(dates, now)
            begun = await asyncio.gather(*(self._try(found, date) for found, date in dates))
            for found, _ in dates:
                self._look_ahead(found)
            await self._store.triggers.put_many([state for state in begun if state is not None])
        finally:
            self._beginning = set()
            self._ended_early.clear()
        self._changed()

    async def _promise(self, dates: Sequence[tuple[Schedule, datetime]], now: datetime) -> None:
        """Write down what is about to begin; where that fails, the dates wait on."""
        try:
            await self._store.triggers.put_many([about_to(found, date, now) for found, date in dates])
        except Failure:
            for found, date in dates:
                found.waiting.insert(0, date)
            raise

    async def _try(self, found: Schedule, date: datetime) -> TriggerState | None:
        """Begin one execution; a failure is told on the trigger, and the date counts as dealt with."""
        execution_id = None
        try:
            seen = found.prepared.get(date) or variables(found, date)
            trigger = Trigger(id=found.spec.id, type=found.spec.type, variables=seen)
            inputs = dict(found.spec.properties.get("inputs") or {})
            execution_id = await self._fire(found.flow, trigger, date, inputs, found.spec.labels)
        except Exception as failure:  # whatever it is, the other schedules go on
            logger.exception("%s can't begin its execution of %s", ".".join(found.key), date)
            found.problem = str(failure) or type(failure).__name__
        else:
            found.problem = ""
            self._is_running(found.key, execution_id)
        found.state = msgspec.structs.replace(found.state, execution_id=execution_id, last_fired=date)
        return owing(found)

    def _is_running(self, key: Key, execution_id: str) -> None:
        if execution_id in self._ended_early:
            self._ended_early.discard(execution_id)
            return
        self._running[execution_id] = key
        self._busy[key] = self._busy.get(key, 0) + 1

    def ended(self, execution: Execution) -> None:
        """An execution has ended: a schedule that waited for it goes on, one with `stopAfter` may pause itself."""
        key = self._running.pop(execution.id, None)
        if key is None:
            if self._beginning:
                self._ended_early.add(execution.id)
            return
        self._busy[key] -= 1
        if not self._busy[key]:
            del self._busy[key]
        found = self._schedules.get(key)
        if found is not None and execution.state.value in found.spec.stop_after:
            found.state = msgspec.structs.replace(found.state, paused=True)
            found.problem = (
                f"paused, since its execution {execution.id} ended {execution.state.value} (stopAfter)"
            )
            found.waiting.clear()
            self._unsaved.append(found)
        self._woken.set()

    # --- what faces ask

    async def views(self, flow: Flow) -> tuple[TriggerView, ...]:
        """All triggers of a flow, those that are not built yet too."""
        return tuple(self._view(flow, spec) for spec in flow.triggers)

    def _view(self, flow: Flow, spec: TriggerSpec) -> TriggerView:
        found = self._schedules.get((flow.namespace, flow.id, spec.id))
        known = found.dates if found else None
        active = found is not None and found.is_active
        state = found.state if found else self._standing.of(flow, spec)
        problem = found.problem if found else self._standing.problem(flow, spec)
        return TriggerView(
            namespace=flow.namespace,
            flow_id=flow.id,
            trigger_id=spec.id,
            type=spec.type,
            description=spec.description,
            schedule=written(spec),
            timezone=known.timezone if known else "",
            disabled=spec.disabled or flow.disabled,
            paused=state.paused,
            last_fired=state.last_fired,
            next_fire=found.next if found and active else None,
            problem=problem or spec.unavailable,
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
        other = next((spec for spec in flow.triggers if spec.id == trigger_id), None)
        if other is not None and other.type not in SCHEDULES:
            await self._standing.pause(flow, other, paused=paused)
            self._changed()
            return
        found = self._find(flow, trigger_id)
        now = self._clock.now()
        found.state = msgspec.structs.replace(found.state, paused=paused, dealt=now, updated=now)
        found.waiting.clear()
        if not paused:
            found.problem = ""
            found.next = found.dates.next_after(now) if found.dates else None
        await self._store.triggers.put(found.state)
        self._woken.set()
        self._changed()

    def upcoming(self, flow: Flow, trigger_id: str, *, after: datetime, count: int) -> list[Fire]:
        found = self._find(flow, trigger_id)
        if found.dates is None:
            raise NotAllowed(found.problem)
        return found.dates.upcoming(after, count)

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
        """Ask for an execution of each date in [start, end); returns how many. They follow each other, as those of the schedule
        itself do, behind whatever is due; the runtime forgets those that have not begun when it ends."""
        found = self._find(flow, trigger_id)
        if found.dates is None:
            raise NotAllowed(found.problem)
        dates = list(limited(found.dates.between(start, min(end, self._clock.now() + MOMENT))))
        given = {**dict(found.spec.properties.get("inputs") or {}), **inputs}
        marked = {**found.spec.labels, "system.backfill": "true", **labels}
        self._backfills.setdefault(found.key, deque()).extend(Past(date, given, marked) for date in dates)
        self._woken.set()
        return len(dates)

    async def _begin_backfills(self) -> None:
        for key in list(self._backfills):
            found = self._schedules.get(key)
            if found is None:
                del self._backfills[key]
                continue
            while self._backfills[key] and not found.waiting and (found.may_overlap or key not in self._busy):
                await self._begin_past(found, self._backfills[key].popleft())
            if not self._backfills[key]:
                del self._backfills[key]

    async def _begin_past(self, found: Schedule, past: Past) -> None:
        trigger = Trigger(id=found.spec.id, type=found.spec.type, variables=variables(found, past.date))
        self._beginning = {found.key}
        try:
            self._is_running(
                found.key, await self._fire(found.flow, trigger, past.date, past.inputs, past.labels)
            )
        except Exception as failure:
            logger.exception("%s can't begin its execution of %s", ".".join(found.key), past.date)
            found.problem = str(failure) or type(failure).__name__
        finally:
            self._beginning = set()
        self._changed()


def _is_unchanged(before: Schedule, flow: Flow, spec: TriggerSpec, state: TriggerState | None) -> bool:
    """A flow that is another object may say the same; what is the same is quicker to see by its revision than as a whole."""
    same_flow = (before.flow.revision, before.flow.disabled) == (flow.revision, flow.disabled)
    return same_flow and before.spec == spec and before.state == state
