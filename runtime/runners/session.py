"""One job from its start (or from where it is found again) to its end, with nothing left behind."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing

from runtime.runners.base import Exit, Job, Line, Report, Runner, Running
from runtime.runners.steadfast import finish

LAST_WORDS = 5.0
"""Seconds that a stopped job's output may take to arrive."""

Sink = Callable[[Line], None]


async def run_job(
    runner: Runner,
    job: Job,
    sink: Sink,
    report: Report,
    *,
    resumed: bool = False,
    leaving: Callable[[], bool] = lambda: False,
) -> Exit:
    """Start the job or go on with it, hand its lines to `sink`, and return its end.

    Cancelled, it stops the job and waits until it is gone; where that means that the runtime leaves (`leaving`), a job that
    can go on without it does.
    """
    running = await _found(runner, job, leaving) if resumed else None
    if running is None:
        running = await runner.start(job, report)
    telling = asyncio.ensure_future(_see_through(running, sink))
    try:
        end = await asyncio.shield(telling)
    except asyncio.CancelledError:
        if leaving() and runner.survives:
            telling.cancel()
            raise
        await finish(_stop(running, telling))
        raise
    except BaseException:
        await finish(_stop(running, telling))
        raise
    await finish(running.release())
    return end


async def _found(runner: Runner, job: Job, leaving: Callable[[], bool]) -> Running | None:
    """What an earlier runtime left of it. A kill that comes meanwhile means that job too."""
    finding = asyncio.ensure_future(runner.find(job))
    try:
        return await asyncio.shield(finding)
    except asyncio.CancelledError:
        if not (leaving() and runner.survives):
            await finish(_end(finding))
        raise


async def _end(finding: "asyncio.Future[Running | None]") -> None:
    running = await finding
    if running is not None:
        await running.stop()
        await running.release()


async def _see_through(running: Running, sink: Sink) -> Exit:
    async with aclosing(running.lines()) as lines:
        async for line in lines:
            sink(line)
    return await running.wait()


async def _stop(running: Running, telling: "asyncio.Future[Exit]") -> None:
    """End the job, hear its last words (dbt says what it cancelled), and remove it."""
    try:
        await running.stop()
        await asyncio.wait({telling}, timeout=LAST_WORDS)
    finally:
        telling.cancel()
        await running.release()
