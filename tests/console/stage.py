"""A console over a scripted runtime, ready to be driven by a Pilot."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from time import monotonic
from typing import Any, cast

from textual.app import App
from textual.message_pump import MessagePump
from textual.pilot import Pilot

from console.app import FlowdeckApp
from runtime.client.client import Client
from tests.console import facts
from tests.console.scripted import Scripted

ASKING = frozenset({"kill", "hold", "replay", "mark", "trigger", "leave"})
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
        _press_to_the_end(pilot)
        yield pilot


def _press_to_the_end(pilot: Pilot[None]) -> None:
    """A key counts as pressed when it was handed from widget to widget, and nobody has anything more to say."""
    press = pilot.press

    async def to_the_end(*keys: str) -> None:
        await press(*keys)
        await _calm(pilot, _has_messages)

    pilot.press = to_the_end  # type: ignore[method-assign]


async def answered(pilot: Pilot[None]) -> None:
    """When the runtime has answered for the first time, or has been found not to."""
    app = cast("FlowdeckApp", pilot.app)
    await until(pilot, lambda: app.link.is_up or app.link.tries > 0 or bool(app.link.reason))


async def settled(pilot: Pilot[None]) -> None:
    """When nothing is under way: all that was begun has ended, and what it told is painted."""
    await _calm(pilot, lambda app: _has_messages(app) or _reads(app) or _rests(app))


async def _calm(pilot: Pilot[None], is_busy: Callable[[App[None]], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        passes = 0
        while passes < CALM:
            await pilot.pause(0.01 if passes == 0 else 0)
            passes = 0 if is_busy(pilot.app) else passes + 1


def _nodes(app: App[None]) -> list[MessagePump]:
    return [app, *(node for screen in app.screen_stack for node in screen.walk_children(with_self=True))]


def _has_messages(app: App[None]) -> bool:
    return any(node._message_queue.qsize() > 0 or node._next_callbacks for node in _nodes(app))


def _reads(app: App[None]) -> bool:
    return any(each.group not in ASKING | LISTENING and not each.is_finished for each in app.workers)


def _rests(app: App[None]) -> bool:
    timers = (timer for node in _nodes(app) for timer in node._timers if timer.name in RESTING)
    return any(timer._task is not None and not timer._task.done() for timer in timers)


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
