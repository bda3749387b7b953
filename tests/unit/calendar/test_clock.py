import asyncio
from datetime import UTC, datetime, timedelta

from runtime.clock import Clock, ManualClock, SystemClock

START = datetime(2026, 1, 1, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


async def note_times(clock: Clock, log: list[tuple[str, datetime]], name: str, *waits: float) -> None:
    for seconds in waits:
        await clock.sleep_until(after(seconds))
        log.append((name, clock.now()))


async def test_sleepers_wake_in_order_and_see_the_time_they_asked_for() -> None:
    clock, log = ManualClock(START), list[tuple[str, datetime]]()
    async with asyncio.TaskGroup() as group:
        group.create_task(note_times(clock, log, "late", 30))
        group.create_task(note_times(clock, log, "early", 10, 20))  # sleeps again within the same advance
        await clock.advance(60)
    assert log == [("early", after(10)), ("early", after(20)), ("late", after(30))]
    assert clock.now() == after(60)
    assert clock.monotonic() == 60


async def test_sleepers_of_the_same_time_wake_in_the_order_of_falling_asleep() -> None:
    clock, log = ManualClock(START), list[tuple[str, datetime]]()
    async with asyncio.TaskGroup() as group:
        for name in "abc":
            group.create_task(note_times(clock, log, name, 5))
        await clock.advance(5)
    assert [name for name, _ in log] == ["a", "b", "c"]


async def test_nobody_wakes_before_the_time() -> None:
    clock, log = ManualClock(START), list[tuple[str, datetime]]()
    async with asyncio.TaskGroup() as group:
        group.create_task(note_times(clock, log, "a", 10))
        await clock.advance(9.999)
        assert (log, clock.sleepers) == ([], 1)
        await clock.advance(0.001)
    assert (log, clock.sleepers) == ([("a", after(10))], 0)


async def test_a_cancelled_sleeper_is_forgotten() -> None:
    clock = ManualClock(START)
    sleeper = asyncio.ensure_future(clock.sleep_until(after(10)))
    await clock.advance(1)
    sleeper.cancel()
    await clock.advance(20)
    assert (sleeper.cancelled(), clock.sleepers) == (True, 0)


async def test_a_time_that_has_passed_is_not_waited_for() -> None:
    for clock in (ManualClock(START), SystemClock()):
        await clock.sleep_until(clock.now() - timedelta(seconds=1))


async def test_the_system_clock_returns_at_the_time_and_not_before() -> None:
    clock = SystemClock()
    when = clock.now() + timedelta(milliseconds=20)
    began = clock.monotonic()
    await clock.sleep_until(when)
    assert clock.now() >= when
    assert clock.monotonic() > began
    assert clock.now().tzinfo is UTC
