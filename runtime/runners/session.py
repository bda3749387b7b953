"""One job from its start (or from where it is found again) to its end, with nothing left behind."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from runtime.runners.base import Exit, Job, Line, Report, Runner, Running

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
    running = await runner.find(job) if resumed else None
    if running is None:
        running = await runner.start(job, report)
    telling = asyncio.ensure_future(_see_through(running, sink))
    try:
        end = await asyncio.shield(telling)
    except asyncio.CancelledError:
        if leaving() and runner.survives:
            telling.cancel()
            raise
        await _finish(_stop(running, telling))
        raise
    except BaseException:
        await _finish(_stop(running, telling))
        raise
    await _finish(running.release())
    return end


async def _see_through(running: Running, sink: Sink) -> Exit:
    async for line in running.lines():
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


async def _finish(work: Coroutine[Any, Any, None]) -> None:
    """Do it to the end, even if cancelled once more on the way."""
    task = asyncio.ensure_future(work)
    cancelled = False
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            if task.cancelled():
                raise
            cancelled = True
    if cancelled:
        raise asyncio.CancelledError
