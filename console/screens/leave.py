"""Leaving a console whose runtime it started itself: what happens to that runtime?"""

from typing import TYPE_CHECKING

from console.format import plural
from console.screens.confirm import CANCEL, Choice, Confirm
from runtime.client.requests import Shutdown
from runtime.errors import Failure
from runtime.model.views import Done, RuntimeStatus

if TYPE_CHECKING:
    from console.app import FlowdeckApp

STAY = Choice("stay", "Leave it running")
STOP = Choice("stop", "Stop the runtime", harmful=True)


def business(status: RuntimeStatus) -> str:
    """What the runtime still has to do; empty where that is nothing."""
    parts = [plural(status.running, "execution") + " running"] if status.running else []
    parts += [plural(status.schedules, "schedule") + " waiting"] if status.schedules else []
    return " and ".join(parts)


async def leave(app: "FlowdeckApp") -> None:
    """Ask where there is something to ask, and end the console."""
    try:
        status = await app.client.status()
        busy = business(status)
        answer = STOP.id if not busy else await app.push_screen_wait(_question(busy))
        if answer == CANCEL.id:
            return
        if answer == STOP.id:
            await app.client.ask(Shutdown(), Done)
    except Failure:
        app.exit()
        return
    app.exit(
        message=None
        if answer == STOP.id
        else "The runtime goes on in the background: `flowdeck` shows it, `flowdeck stop` ends it."
    )


def _question(busy: str) -> Confirm:
    text = (
        f"The runtime of this console has {busy}.\n"
        "It can go on in the background; `flowdeck` brings it back, `flowdeck stop` ends it."
    )
    return Confirm("Leave the console", text, (STAY, STOP, CANCEL))
