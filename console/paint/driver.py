"""The terminal as a driver of Textual's that is sent differences, and only when it has taken what it was sent before."""

import asyncio
from collections.abc import Callable, Mapping
from time import monotonic
from typing import TYPE_CHECKING, Any, TextIO, cast

from rich.color import ColorSystem
from textual import constants
from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver
from textual.geometry import Offset, Size
from textual.message import Message
from textual.messages import TerminalSupportsSynchronizedOutput

from console.paint.front import Front, Update
from console.paint.pacing import Pacing

if TYPE_CHECKING:
    from textual.app import App

SWITCH = "FLOWDECK_WHOLE_FRAMES"
"""An environment variable: set, frames are painted as Textual paints them."""

QUESTION = "\x1b[?2026$p"
"""Which terminals answer that know synchronized output: Textual asks it once, when it starts."""

TOGETHER = "\x1b[?2026h", "\x1b[?2026l"
"""Around what is to be shown at once."""

SMALL = 200  # bytes that come in one piece anyway


class Outlet:
    """The file that Textual's writing thread writes to; counts what the terminal has taken."""

    def __init__(self, file: TextIO, taken: Callable[[], None]) -> None:
        self._file = file
        self._taken = taken
        self.count = 0
        """Pieces that were written."""

    def write(self, text: str) -> None:
        self._file.write(text)
        self._file.flush()
        self.count += 1

    def flush(self) -> None:
        self._taken()

    def fileno(self) -> int:
        return self._file.fileno()


class PaintDriver(LinuxDriver):
    """Keeps a Front of the terminal."""

    def __init__(
        self,
        app: "App[Any]",
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._outlet = Outlet(cast("TextIO", self._file), self._hear_taken)
        self._file = cast("Any", self._outlet)
        self.front = Front(_colours(app), erases=_erases())
        self.pacing = Pacing()
        self._handed = 0
        self._cursor = self._cursor_sent = Offset(0, 0)
        self._waiting: asyncio.TimerHandle | None = None

    # --- what is painted

    def paint(self, update: Update, size: Size, cursor: Offset) -> None:
        """Show an update: now, or together with later ones when the terminal is ready."""
        self.front.resize(*size)
        self.front.take(update)
        self._cursor = cursor
        self.send()

    def repaint(self) -> None:
        """Send everything, whatever the terminal shows."""
        self.front.forget()
        self.send()

    def send(self) -> None:
        """Send what differs, unless frames are still under way."""
        if self._writer_thread is None or not self._is_ready():
            return
        text = self.front.difference()
        if text or self._cursor != self._cursor_sent:
            self._cursor_sent = self._cursor
            text += f"\x1b[{self._cursor.y + 1};{self._cursor.x + 1}H"
            self.write(self._wrapped(text))

    def _wrapped(self, text: str) -> str:
        if len(text) > SMALL and self._app._sync_available:
            text = text.join(TOGETHER)
        return text + QUESTION if self.pacing.sent(len(text), monotonic()) else text

    def _is_ready(self) -> bool:
        if self._handed > self._outlet.count:
            return False  # the outlet tells when it is through
        wait = self.pacing.wait(monotonic())
        if wait > 0 and self._waiting is None:
            self._waiting = self._loop.call_later(wait, self._wait_no_longer)
        return wait <= 0

    def _wait_no_longer(self) -> None:
        self._stop_waiting()
        self.send()

    def _stop_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    # --- what the threads of the driver tell

    def write(self, data: str) -> None:
        self._handed += 1
        super().write(data)

    def _hear_taken(self) -> None:
        self._soon(self.send)

    def process_message(self, message: Message) -> None:
        if isinstance(message, TerminalSupportsSynchronizedOutput):
            self._soon(self._hear_answer)
        super().process_message(message)

    def _hear_answer(self) -> None:
        self.pacing.answered()
        self._stop_waiting()
        self.send()

    def _soon(self, call: Callable[[], None]) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(call)

    # --- when the terminal is another's for a while

    def start_application_mode(self) -> None:
        self.front.forget()
        super().start_application_mode()  # type: ignore[no-untyped-call]

    def stop_application_mode(self) -> None:
        self._stop_waiting()
        super().stop_application_mode()


def _colours(app: "App[Any]") -> ColorSystem:
    return app.console._color_system or ColorSystem.TRUECOLOR  # as Strip.render has it


def _erases() -> bool:
    """Whether what is erased gets the background that is worn; the terminal's description says."""
    try:
        import curses

        curses.setupterm()
        return curses.tigetflag("bce") > 0
    except Exception:
        return False


def choose(environment: Mapping[str, str]) -> type[Driver] | None:
    """The driver for this terminal; None is the one that Textual takes, under a web server for instance."""
    return None if environment.get(SWITCH) or constants.DRIVER else PaintDriver
