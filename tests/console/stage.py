"""A console over a scripted runtime, ready to be driven by a Pilot."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from time import monotonic
from typing import Any, cast

from textual.app import App
from textual.message_pump import MessagePump
from textual.pilot import Pilot
from textual.timer import Timer

from console.app import FlowdeckApp
from runtime.client.client import Client
from tests.console import facts
from tests.console.scripted import Scripted

ASKING = frozenset({"kill", "replay", "mark", "trigger", "leave"})
"""Groups of workers that wait for a person."""

ENVIRONMENT = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "EDITOR": "true"}

RESTING = frozenset({"rest", "catch-up"})
"""Timers of the console that delay what is shown."""

PATIENCE = 60.0  # seconds: a busy machine is slow, and is no failure
CALM = 3  # passes in a row that find nothing under way: one may fall between a message and what it leads to

LISTENING = frozenset({"link", "log-follow", "log-scan"})
"""Workers that go on for as long as there may be news."""


def app(transport: Scripted, *, environment: Mapping[str, str] = ENVIRONMENT, **keys: Any) -> FlowdeckApp:
    """A console on its list of flows, where no other address is given; nothing moves in it but what the script says."""

    def connect(start: bool) -> AbstractAsyncContextManager[Client]:
        return Client(transport)

    keys = {"address": "flows", **keys}
    made = FlowdeckApp(connect, now=facts.now, environment=environment, **keys)
    made.animation_level = "none"
    return made


@asynccontextmanager
async def console(
    transport: Scripted | None = None, *, size: tuple[int, int] = (120, 40), **keys: Any
) -> AsyncIterator[Pilot[None]]:
    """A running console whose first list is read."""
    shown = app(transport or facts.runtime(), **keys)
    async with shown.run_test(size=size, notifications=True) as pilot:
        await answered(pilot)
        await settled(pilot)
        yield pilot


async def answered(pilot: Pilot[None]) -> None:
    """When the runtime has answered for the first time, or has been found not to."""
    app = cast("FlowdeckApp", pilot.app)
    await until(pilot, lambda: app.link.is_up or app.link.tries > 0 or bool(app.link.reason))


async def settled(pilot: Pilot[None]) -> None:
    """When nothing is under way: all that was begun has ended, and what it told is painted."""
    async with asyncio.timeout(PATIENCE):
        calm = 0
        while calm < CALM:
            await pilot.pause(0.01 if calm == 0 else 0)
            calm = 0 if _under_way(pilot.app) else calm + 1


def _under_way(app: App[None]) -> bool:
    """Whether something will still change the screen by itself, sooner or later."""
    nodes = [app, *(node for screen in app.screen_stack for node in screen.walk_children(with_self=True))]
    reads = any(each.group not in ASKING | LISTENING and not each.is_finished for each in app.workers)
    return reads or any(_has_more_to_do(node) for node in nodes)


def _has_more_to_do(node: MessagePump) -> bool:
    """Messages that wait, or a timer that one pass of it will end."""
    waits = node._message_queue.qsize() > 0 or bool(node._next_callbacks)
    return waits or any(timer.name in RESTING and _is_running(timer) for timer in node._timers)


def _is_running(timer: Timer) -> bool:
    return timer._task is not None and not timer._task.done()


async def until(pilot: Pilot[None], condition: Callable[[], bool]) -> None:
    """Wait for what must come; fails after a while."""
    end = monotonic() + PATIENCE
    while not condition():
        if monotonic() > end:
            raise AssertionError(f"it did not come: {screen_text(pilot)}")
        await pilot.pause(0.01)


def screen_text(pilot: Pilot[None]) -> str:
    """What is on the screen, as text."""
    app = pilot.app
    strips = app.screen._compositor.render_strips()
    return "\n".join(strip.text.rstrip() for strip in strips)
