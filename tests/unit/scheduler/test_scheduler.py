import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from runtime.catalogue import checked
from runtime.errors import InvalidInputs, InvalidRequest, NotAllowed, TriggerNotFound
from runtime.model.execution import Execution
from runtime.model.flow import Flow
from runtime.model.states import State
from runtime.scheduler.scheduler import Scheduler
from tests.unit.scheduler.world import HOURLY, MINUTELY, NOON, World, flow, until, world


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[World]:
    async with world(tmp_path) as made:
        yield made


# --- what an execution is given


async def test_a_schedule_fires_at_its_date(at: World) -> None:
    async with at.runtime(flow(HOURLY)):
        await at.go(minutes=59, seconds=59)
        assert not at.begun
        await at.go(seconds=1)
    assert at.times == ["13:00"]


async def test_the_dates_that_expressions_see_are_in_the_zone_of_the_schedule(at: World) -> None:
    async with at.runtime(flow('cron: "0 8 * * *"\ntimezone: America/New_York')):
        await at.go(hours=1, minutes=1)
    [begun] = at.begun
    assert begun.trigger.variables == {
        "date": "2026-01-01T08:00:00-05:00",
        "next": "2026-01-02T08:00:00-05:00",
        "previous": "2025-12-31T08:00:00-05:00",
    }
    assert begun.date == NOON + timedelta(hours=1)
    assert (begun.trigger.id, begun.trigger.type) == ("first", "io.kestra.plugin.core.trigger.Schedule")


async def test_inputs_are_handed_on_as_they_are_written_and_labels_with_them(at: World) -> None:
    schedule = (
        f'{MINUTELY}\ninputs: {{day: "{{{{ trigger.date }}}}", deep: [1, {{a: b}}]}}\nlabels: {{team: data}}'
    )
    async with at.runtime(flow(schedule)):
        await at.go(minutes=1)
    assert at.begun[0].inputs == {"day": "{{ trigger.date }}", "deep": [1, {"a": "b"}]}
    assert at.begun[0].labels == {"team": "data"}


async def test_two_hundred_schedules_that_are_due_at_once_all_fire(at: World) -> None:
    flows = [flow(MINUTELY, name=f"flow-{number}") for number in range(200)]
    async with at.runtime(*flows) as scheduler:
        assert scheduler.statistics().active == 200
        assert scheduler.statistics().next_fire == NOON + timedelta(minutes=1)
        await at.go(minutes=1)
    assert sorted(begun.flow.id for begun in at.begun) == sorted(flow.id for flow in flows)


# --- what does not fire


@pytest.mark.parametrize(
    "silent",
    [
        flow(f"{MINUTELY}\ndisabled: true"),
        flow(MINUTELY, top="disabled: true"),
        flow(f"{MINUTELY}\nconditions: [{{type: io.kestra.plugin.core.condition.Weekend}}]"),
        flow('cron: "0 0 31 2 *"'),
        flow(),
    ],
    ids=[
        "disabled schedule",
        "disabled flow",
        "conditions that are not built",
        "a date that never comes",
        "none",
    ],
)
async def test_these_never_fire(at: World, silent: Flow) -> None:
    async with at.runtime(silent):
        await at.go(minutes=5)
    assert not at.begun


SATURDAY = datetime(2026, 1, 3, tzinfo=UTC)
"""The first after the world's beginning, which is a Thursday."""


@pytest.mark.parametrize(
    "line",
    [
        "conditions: [{type: weekend}]",
        "scheduleConditions: [{type: io.kestra.core.models.conditions.types.WeekendCondition}]",
        "conditions: [{type: not, conditions: [{type: not, conditions: [{type: weekend}]}]}]",
        "when: \"{{ dayOfWeek(trigger.date) in ['SATURDAY', 'SUNDAY'] }}\"",
    ],
)
async def test_only_dates_for_which_the_conditions_hold_are_dates(at: World, line: str) -> None:
    limited = flow(f"{HOURLY}\n{line}")
    async with at.runtime(limited) as scheduler:
        [view] = await scheduler.views(limited)
        assert view.next_fire == SATURDAY
        assert [fire.at for fire in scheduler.upcoming(limited, "first", after=NOON, count=25)][
            -1
        ] == datetime(2026, 1, 4, tzinfo=UTC)
    await at.clock.advance((SATURDAY - NOON).total_seconds() - 60)
    async with at.runtime(limited):
        await at.go(minutes=2)
    [begun] = at.begun
    assert begun.trigger.variables["date"] == "2026-01-03T00:00:00+00:00"
    assert begun.trigger.variables["previous"] == "2025-12-28T23:00:00+00:00"


async def test_a_condition_that_cannot_be_judged_keeps_a_schedule_from_firing_and_says_so(at: World) -> None:
    limited = flow(f"{MINUTELY}\nconditions: [{{type: expression, expression: '{{{{ nothing.here }}}}'}}]")
    async with at.runtime(limited) as scheduler:
        await at.go(minutes=2)
        [view] = await scheduler.views(limited)
    assert not at.begun
    assert "`nothing`" in view.problem
    assert view.next_fire is None


ON_DATES = """\
id: listed
namespace: company.team
tasks: [{id: say, type: log, message: hi}]
triggers:
  - id: some
    type: schedule_on_dates
    timezone: Europe/Oslo
    allowConcurrent: true
    dates: ["2026-01-01T13:02:00", "2026-01-01T12:01:00Z", "2026-01-01T13:01:00+01:00"]
"""


async def test_a_list_of_dates_fires_on_each_once(at: World) -> None:
    loaded = checked(ON_DATES)
    assert loaded.flow is not None, loaded.problems
    async with at.runtime(loaded.flow):
        await at.go(minutes=5)
    assert [begun.time for begun in at.begun] == ["12:01", "12:02"]
    assert at.begun[0].trigger.variables["next"] == "2026-01-01T13:02:00+01:00"


async def test_a_schedule_of_a_flow_that_is_gone_fires_no_more(at: World) -> None:
    async with at.runtime(flow(MINUTELY)) as scheduler:
        await scheduler.reload([])
        await at.go(minutes=2)
        assert scheduler.statistics().active == 0
    assert not at.begun


# --- missed dates


@pytest.mark.parametrize(
    ("recovery", "expected"),
    [
        ("", ["13:00", "14:00", "15:00", "16:00"]),
        ("recoverMissedSchedules: ALL", ["13:00", "14:00", "15:00", "16:00"]),
        ("recoverMissedSchedules: LAST", ["13:00", "16:00"]),
        ("recoverMissedSchedules: NONE", ["13:00"]),
        ("lateMaximumDelay: PT2H", ["13:00", "15:00", "16:00"]),
        ("lateMaximumDelay: PT10M\nrecoverMissedSchedules: LAST", ["13:00"]),
    ],
)
async def test_dates_that_passed_while_nothing_ran_are_made_up_for_as_the_schedule_says(
    at: World, recovery: str, expected: list[str]
) -> None:
    hourly = flow(f"{HOURLY}\nallowConcurrent: true\n{recovery}")
    async with at.runtime(hourly):
        await at.go(hours=1)
    await at.clock.advance(3.5 * 3600)
    async with at.runtime(hourly):
        await at.go(minutes=1)
    assert at.times == expected


async def test_a_new_schedule_owes_nothing(at: World) -> None:
    async with at.runtime(flow('cron: "0 8 * * *"')):
        await at.go(minutes=1)
    assert not at.begun


async def test_a_schedule_that_never_fired_owes_what_passed_since_it_was_first_seen(at: World) -> None:
    hourly = flow(HOURLY)
    async with at.runtime(hourly):
        await at.go(minutes=1)
    await at.clock.advance(3600)
    async with at.runtime(hourly):
        pass
    assert at.times == ["13:00"]


async def test_a_clock_that_is_set_back_makes_nothing_fire_twice(at: World) -> None:
    async with at.runtime(flow(f"{HOURLY}\nallowConcurrent: true")):
        await at.go(hours=1)
        at.clock._now -= timedelta(minutes=30)
        await at.go(minutes=45)
    assert at.times == ["13:00"]


async def test_a_clock_that_was_a_year_ahead_keeps_nothing_from_firing_when_it_is_right_again(
    at: World,
) -> None:
    hourly = flow(f"{HOURLY}\nallowConcurrent: true\nrecoverMissedSchedules: NONE")
    async with at.runtime(hourly) as scheduler:
        at.clock._now += timedelta(days=365, minutes=10)
        await at.go(minutes=1)
        at.clock._now -= timedelta(days=365)
        await scheduler.reload([hourly])
        await at.rest()
        await at.go(hours=1)
    assert at.times == ["13:00"]


# --- a schedule does not overlap itself


async def test_a_date_waits_until_the_execution_before_it_has_ended(at: World) -> None:
    async with at.runtime(flow(MINUTELY)) as scheduler:
        await at.go(minutes=3)
        assert at.times == ["12:01"]
        await at.end(scheduler, at.begun[0])
        assert at.times == ["12:01", "12:02"]
        await at.end(scheduler, at.begun[1], State.FAILED)
    assert at.times == ["12:01", "12:02", "12:03"]


async def test_allow_concurrent_lets_a_schedule_overlap_itself(at: World) -> None:
    async with at.runtime(flow(f"{MINUTELY}\nallowConcurrent: true")):
        await at.go(minutes=3)
    assert at.times == ["12:01", "12:02", "12:03"]


async def test_two_schedules_of_one_flow_do_not_wait_for_each_other(at: World) -> None:
    async with at.runtime(flow(MINUTELY, MINUTELY)):
        await at.go(minutes=1)
    assert sorted(begun.trigger.id for begun in at.begun) == ["first", "second"]


async def test_an_execution_that_outlives_the_runtime_is_waited_for_after_the_restart(at: World) -> None:
    async with at.runtime(flow(MINUTELY)):
        await at.go(minutes=1)
    async with at.runtime(flow(MINUTELY)) as scheduler:
        await at.go(minutes=1)
        assert at.times == ["12:01"]
        await at.end(scheduler, at.begun[0])
    assert at.times == ["12:01", "12:02"]


async def test_an_execution_that_ends_at_once_holds_nothing_up(at: World) -> None:
    """All its tasks are disabled: it has ended before whoever began it hears its id."""
    async with at.runtime(flow(MINUTELY)) as scheduler:
        at.while_beginning = scheduler.ended
        await at.go(minutes=2)
    assert at.times == ["12:01", "12:02"]


async def test_what_comes_after_an_execution_is_not_waited_for_after_a_restart(at: World) -> None:
    """Its state is known, only its `afterExecution` has something left to do."""
    async with at.runtime(flow(MINUTELY)) as scheduler:
        await at.go(minutes=1)
        await at.end(scheduler, at.begun[0], finished=False)
    async with at.runtime(flow(MINUTELY)):
        await at.go(minutes=1)
    assert at.times == ["12:01", "12:02"]


# --- nothing fires twice


async def cut_off_while_firing(at: World) -> None:
    """The runtime dies when the execution is durable, before the scheduler has heard of it."""
    reached = asyncio.Event()

    def hang(execution: Execution) -> object:
        reached.set()
        return asyncio.Event().wait()

    at.while_beginning = hang
    async with at.runtime(flow(MINUTELY)):
        await at.clock.advance(60)
        await reached.wait()
    at.while_beginning = None


async def test_a_crash_between_beginning_and_noting_it_does_not_begin_it_again(at: World) -> None:
    await cut_off_while_firing(at)
    async with at.runtime(flow(f"{MINUTELY}\nallowConcurrent: true")):
        await at.go(minutes=1)
    assert at.times == ["12:01", "12:02"]


async def test_what_a_crash_cut_off_is_still_waited_for(at: World) -> None:
    await cut_off_while_firing(at)
    async with at.runtime(flow(MINUTELY)) as scheduler:
        await at.go(minutes=1)
        assert at.times == ["12:01"]
        await at.end(scheduler, at.begun[0])
    assert at.times == ["12:01", "12:02"]


async def test_a_crash_before_anything_began_loses_no_date(at: World) -> None:
    reached = asyncio.Event()

    async def hang() -> None:
        reached.set()
        await asyncio.Event().wait()

    at.before_beginning = hang
    async with at.runtime(flow(MINUTELY)):
        await at.clock.advance(60)
        await reached.wait()
    at.before_beginning = None
    assert not at.begun
    async with at.runtime(flow(MINUTELY)):
        pass
    assert at.times == ["12:01"]


async def test_a_reload_while_a_schedule_fires_does_not_fire_it_again(at: World) -> None:
    nightly = flow(MINUTELY)
    async with at.runtime(nightly) as scheduler:
        at.while_beginning = lambda _: scheduler.reload([nightly])
        await at.go(minutes=1)
        at.while_beginning = None
        await at.go(seconds=30)
    assert at.times == ["12:01"]


async def test_a_reload_at_the_very_date_loses_nothing(at: World) -> None:
    nightly = flow(MINUTELY)
    async with at.runtime(nightly) as scheduler:
        at.clock._now += timedelta(seconds=60.01)
        await scheduler.reload([nightly])
        await at.rest()
    assert at.times == ["12:01"]


# --- reload


async def test_a_changed_line_counts_from_now(at: World) -> None:
    async with at.runtime(flow('cron: "0 13 * * *"\nallowConcurrent: true')) as scheduler:
        await at.go(hours=3)
        assert at.times == ["13:00"]
        await scheduler.reload([flow(f"{HOURLY}\nallowConcurrent: true")])
        await at.go(hours=1)
    assert at.times == ["13:00", "16:00"]


@pytest.mark.parametrize(
    "pause",
    [lambda: [flow(f"{HOURLY}\ndisabled: true")], lambda: [flow(HOURLY, top="disabled: true")], list],
    ids=["disabled schedule", "disabled flow", "no file"],
)
async def test_what_passes_while_the_file_says_no_is_not_made_up_for(
    at: World, pause: Callable[[], list[Flow]]
) -> None:
    async with at.runtime(flow(HOURLY)) as scheduler:
        await at.go(hours=1)
        await at.end(scheduler, at.begun[0])
        await scheduler.reload(pause())
        await at.go(hours=3)
        await scheduler.reload([flow(HOURLY)])
        await at.go(hours=1)
    assert at.times == ["13:00", "17:00"]


async def test_dates_that_wait_survive_a_reload(at: World) -> None:
    nightly = flow(MINUTELY)
    async with at.runtime(nightly) as scheduler:
        await at.go(minutes=3)
        await scheduler.reload([nightly])
        await at.go(seconds=20)
        for begun in range(3):
            await at.end(scheduler, at.begun[begun])
    assert at.times == ["12:01", "12:02", "12:03"]


# --- pause and stopAfter


async def test_a_paused_schedule_does_not_fire_and_makes_up_for_nothing_when_it_goes_on(at: World) -> None:
    hourly = flow(HOURLY)
    async with at.runtime(hourly) as scheduler:
        await scheduler.pause(hourly, "first", paused=True)
        await at.rest()
        await at.go(hours=3)
        [view] = await scheduler.views(hourly)
        assert (view.paused, view.next_fire) == (True, None)
        await scheduler.pause(hourly, "first", paused=False)
        await at.rest()
        [view] = await scheduler.views(hourly)
        assert (view.paused, view.next_fire) == (False, NOON + timedelta(hours=4))
        await at.go(hours=1)
    assert at.times == ["16:00"]


async def test_a_pause_survives_reload_and_restart(at: World) -> None:
    hourly = flow(HOURLY)
    async with at.runtime(hourly) as scheduler:
        await scheduler.pause(hourly, "first", paused=True)
        await scheduler.reload([hourly])
        await at.rest()
        await at.go(hours=1)
    async with at.runtime(hourly) as scheduler:
        await at.go(hours=1)
        [view] = await scheduler.views(hourly)
    assert view.paused
    assert not at.begun


@pytest.mark.parametrize(
    ("state", "expected"), [(State.FAILED, ["12:01"]), (State.SUCCESS, ["12:01", "12:02", "12:03"])]
)
async def test_stop_after_pauses_a_schedule_whose_execution_ends_so(
    at: World, state: State, expected: list[str]
) -> None:
    cautious = flow(f"{MINUTELY}\nstopAfter: [FAILED]\nallowConcurrent: true")
    async with at.runtime(cautious) as scheduler:
        await at.go(minutes=1)
        await at.end(scheduler, at.begun[0], state)
        await at.go(minutes=2)
        [view] = await scheduler.views(cautious)
    assert at.times == expected
    assert ("FAILED" in view.problem) == (state is State.FAILED)


@pytest.mark.parametrize("how", ["reload", "restart"])
async def test_what_stop_after_paused_stays_paused(at: World, how: str) -> None:
    cautious = flow(f"{MINUTELY}\nstopAfter: [FAILED]")
    async with at.runtime(cautious) as scheduler:
        await at.go(minutes=1)
        await at.end(scheduler, at.begun[0], State.FAILED)
        if how == "reload":
            await scheduler.reload([cautious])
            await at.go(minutes=2)
    async with at.runtime(cautious) as scheduler:
        await at.go(minutes=2)
        [view] = await scheduler.views(cautious)
    assert view.paused
    assert at.times == ["12:01"]


# --- what can't begin


@pytest.mark.parametrize(
    "refusal",
    [
        InvalidInputs("`day` is missing"),
        NotAllowed("no"),
        pytest.param(RuntimeError("a defect")),
        pytest.param(OSError(28, "full")),
    ],
)
async def test_what_cant_begin_is_told_and_stops_no_other(at: World, refusal: Exception) -> None:
    broken, sound = flow(MINUTELY, name="broken"), flow(MINUTELY, name="sound")
    async with at.runtime(broken, sound) as scheduler:
        at.refusal = refusal
        await at.go(minutes=1)
        [view] = await scheduler.views(broken)
        assert str(refusal) in view.problem
        at.refusal = None
        await at.go(minutes=1)
        [view] = await scheduler.views(broken)
        assert not view.problem
    assert sorted((begun.flow.id, begun.time) for begun in at.begun) == [
        ("broken", "12:02"),
        ("sound", "12:02"),
    ]


# --- what faces ask


async def test_a_view_tells_the_dates(at: World) -> None:
    daily = flow('cron: "0 14 * * *"\ntimezone: Europe/Berlin\ndescription: after lunch')
    async with at.runtime(daily) as scheduler:
        [before] = await scheduler.views(daily)
        await at.go(hours=1)
        [after] = await scheduler.views(daily)
    one = NOON + timedelta(hours=1)
    assert (before.schedule, before.timezone, before.description) == (
        "0 14 * * *",
        "Europe/Berlin",
        "after lunch",
    )
    assert (before.last_fired, before.next_fire) == (None, one)
    assert (after.last_fired, after.next_fire) == (one, one + timedelta(days=1))


async def test_the_last_date_of_a_view_is_one_that_fired(at: World) -> None:
    hourly = flow(HOURLY)
    async with at.runtime(hourly) as scheduler:
        await at.go(hours=1, minutes=10)
        await scheduler.pause(hourly, "first", paused=True)
        [view] = await scheduler.views(hourly)
    assert view.last_fired == NOON + timedelta(hours=1)


@pytest.mark.parametrize(
    ("asked", "said"),
    [("frist", "did you mean first?"), ("webhook", "first")],
    ids=["a slip", "another name"],
)
async def test_a_trigger_that_is_not_there_is_told_with_the_nearest(at: World, asked: str, said: str) -> None:
    hourly = flow(HOURLY)
    async with at.runtime(hourly) as scheduler:
        with pytest.raises(TriggerNotFound) as caught:
            scheduler.upcoming(hourly, asked, after=NOON, count=1)
        assert said in str(caught.value)
        with pytest.raises(TriggerNotFound):
            await scheduler.pause(hourly, asked, paused=True)


async def test_upcoming_dates_carry_the_offset_and_what_the_change_of_the_clock_does(at: World) -> None:
    nightly = flow('cron: "30 2 * * *"\ntimezone: Europe/Berlin')
    async with at.runtime(nightly) as scheduler:
        before = NOON.replace(month=3, day=28)
        dates = scheduler.upcoming(nightly, "first", after=before, count=2)
    assert [date.at.isoformat() for date in dates] == [
        "2026-03-29T03:00:00+02:00",
        "2026-03-30T02:30:00+02:00",
    ]
    assert "02:30 does not exist" in dates[0].note


# --- backfill


async def backfill(scheduler: Scheduler, wanted: Flow, hours: int) -> int:
    start = NOON - timedelta(hours=hours)
    return await scheduler.backfill(
        wanted, "first", start=start, end=NOON, inputs={"day": "given"}, labels={"why": "repair"}
    )


async def test_a_backfill_begins_an_execution_for_each_date_of_the_past(at: World) -> None:
    hourly = flow(f"{HOURLY}\nallowConcurrent: true\ninputs: {{day: today, size: 3}}\nlabels: {{team: data}}")
    async with at.runtime(hourly) as scheduler:
        assert await backfill(scheduler, hourly, 3) == 3
        await until(lambda: len(at.begun) == 3)
    assert at.times == ["09:00", "10:00", "11:00"]
    assert at.begun[0].inputs == {"day": "given", "size": 3}
    assert at.begun[0].labels | {"team": "data", "why": "repair"} == at.begun[0].labels
    assert at.begun[0].trigger.variables["date"] == "2026-01-01T09:00:00+00:00"


async def test_a_backfill_does_not_overlap_itself_either(at: World) -> None:
    hourly = flow(HOURLY)
    async with at.runtime(hourly) as scheduler:
        assert await backfill(scheduler, hourly, 3) == 3
        await at.rest()
        assert at.times == ["09:00"]
        for number in range(3):
            await at.end(scheduler, at.begun[number])
    assert at.times == ["09:00", "10:00", "11:00"]


async def test_a_backfill_changes_nothing_of_what_is_due(at: World) -> None:
    hourly = flow(f"{HOURLY}\nallowConcurrent: true")
    async with at.runtime(hourly) as scheduler:
        await backfill(scheduler, hourly, 2)
        await at.rest()
    async with at.runtime(hourly):
        await at.go(hours=1)
    assert at.times == ["10:00", "11:00", "13:00"]


async def test_a_backfill_ends_with_the_present(at: World) -> None:
    hourly = flow(f"{HOURLY}\nallowConcurrent: true")
    async with at.runtime(hourly) as scheduler:
        start, end = NOON - timedelta(hours=1), NOON + timedelta(hours=5)
        count = await scheduler.backfill(hourly, "first", start=start, end=end, inputs={}, labels={})
        await at.rest()
    assert count == len(at.begun) == 2  # 11:00 and 12:00


async def test_a_backfill_without_end_is_refused_before_anything_begins(at: World) -> None:
    every_minute = flow(MINUTELY)
    async with at.runtime(every_minute) as scheduler:
        with pytest.raises(InvalidRequest, match="more than"):
            await backfill(scheduler, every_minute, 24 * 365)
    assert not at.begun
