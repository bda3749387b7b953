"""A console over a scripted runtime, ready to be driven by a Pilot."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, cast

from textual.pilot import Pilot

from console.app import FlowdeckApp
from runtime.client.client import Client
from tests.console import facts
from tests.console.scripted import Scripted

ASKING = frozenset({"kill", "replay", "mark", "trigger", "leave"})
"""Groups of workers that wait for a person."""

ENVIRONMENT = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "EDITOR": "true"}

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
    """When the workers that read have ended and what they posted is shown."""
    for _ in range(3):
        await pilot.pause()
        reading = [
            each
            for each in pilot.app.workers
            if each.group not in ASKING | LISTENING and not each.is_finished
        ]
        await pilot.app.workers.wait_for_complete(reading) if reading else None
    await pilot.pause()


async def until(pilot: Pilot[None], condition: Callable[[], bool]) -> None:
    """Wait for what must come; fails after a while."""
    for _ in range(1500):
        if condition():
            return
        await pilot.pause(0.01)
    raise AssertionError(f"it did not come: {screen_text(pilot)}")


def screen_text(pilot: Pilot[None]) -> str:
    """What is on the screen, as text."""
    app = pilot.app
    strips = app.screen._compositor.render_strips()
    return "\n".join(strip.text.rstrip() for strip in strips)
