"""The console: one app, its screens, and one worker that follows what the runtime says."""

import contextlib
import os
import traceback
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any, ClassVar, Literal

from rich.text import Text
from textual.binding import BindingType
from textual.driver import Driver
from textual.message import Message
from textual.screen import ModalScreen

from console import places
from console.actions import BY_ID, Situation, bindings
from console.command_log import CommandLog, Noted
from console.commands import BadCommand, Do, Go, Wear, complete, parse
from console.link import Connect, Keeper, Offline
from console.looked import Looked, default_file
from console.messages import (
    ExecutionChanged,
    FlowsChanged,
    LinkChanged,
    Reconnected,
    TriggersChanged,
)
from console.models.address import PULSE, Address, NoAddress
from console.models.address import parse as parse_address
from console.models.link import Link
from console.models.live import Batch
from console.paint.app import PaintingApp
from console.paint.driver import choose as choose_driver
from console.screens.base import ConsoleScreen
from console.terminal import Terminal, without_no_color
from console.theme import NAMES, THEMES, choose
from runtime.client.client import Client
from runtime.connect import Settings, attach, attach_or_start

MESSAGES_KEPT = 500

TWICE = 2.0
"""Seconds within which a second ctrl-c leaves."""


def _utc_now() -> datetime:
    return datetime.now(UTC)


class FlowdeckApp(PaintingApp):
    """The console over one runtime, wherever that lives."""

    TITLE = "flowdeck"
    CSS_PATH = "screens/base.tcss"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = bindings("app")
    DEFAULT_MODE = PULSE
    MODES = places.ROOTS
    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - as Textual declares it
        (0, "-narrow"),
        (100, "-normal"),
        (160, "-wide"),
    ]
    VERTICAL_BREAKPOINTS = [  # noqa: RUF012
        (0, "-short"),
        (30, "-tall"),
    ]

    def __init__(
        self,
        connect: Connect,
        *,
        address: str = "",
        ascii_only: bool = False,
        theme: str = "",
        now: Callable[[], datetime] = _utc_now,
        environment: Mapping[str, str] = os.environ,
        defects: Path | None = None,
        looked: Path | None = None,
        driver: type[Driver] | None = None,
    ) -> None:
        with without_no_color():
            super().__init__(driver_class=driver)
        self._connect = connect
        self._first = address
        self.ascii_only = ascii_only
        self.now = now
        self.client = Client(Offline())
        self.link = Link()
        self.flow_names: tuple[str, ...] = ()
        """NAMESPACE.ID of the flows as they were last listed, for completion."""
        self.command_history: list[str] = []
        self.looked = Looked(looked)
        self.command_log = CommandLog(now)
        self.messages: deque[str] = deque(maxlen=MESSAGES_KEPT)
        """The toasts that were shown, the oldest first."""
        self._before: Address | None = None
        self._last_interrupt = 0.0
        for each in THEMES:
            self.register_theme(each)
        self.theme = choose(environment, theme)
        self.environment = environment
        self._defects = defects
        self.set_class(ascii_only, "-ascii")

    themes = NAMES

    @property
    def charset(self) -> Literal["unicode", "ascii"]:
        """unicode or ascii: what renderers may draw with."""
        return "ascii" if self.ascii_only else "unicode"

    # --- start

    def on_mount(self) -> None:
        self.run_worker(self._follow(), exclusive=True, group="link")
        self.set_interval(1.0, self._tick)
        self.app_resume_signal.subscribe(self, self._repaint)
        self._open_first()

    def _repaint(self, _: object) -> None:
        """The terminal was someone else's for a while, and shows what they left."""
        self.repaint()

    def _open_first(self) -> None:
        if not self._first:
            return
        try:
            address = parse_address(self._first)
        except NoAddress as none:
            self.notify(str(none), severity="warning")
            return
        self.go(address)

    async def _follow(self) -> None:
        await Keeper(self._connect, self, self.now).keep()

    # --- what the keeper of the line tells

    def linked(self, client: Client, link: Link) -> None:
        came_back = link.is_up and not self.link.is_up and self.link.down_since is not None
        self.client = client.through(lambda transport: Noted(transport, self.command_log))
        self.link = link
        if came_back:
            self.notify("connected to the runtime again")
        self.tell(LinkChanged())

    def reconnected(self) -> None:
        self.tell(Reconnected())

    def heard(self, batch: Batch) -> None:
        for change in batch.executions:
            self.tell(ExecutionChanged(change))
        if batch.flows is not None:
            self.tell(FlowsChanged(batch.flows))
        if batch.triggers:
            self.tell(TriggersChanged())

    def tell(self, message: Message) -> None:
        """Hand a message to the topmost screen that is no dialog. A message is one screen's: dialogs ask for nothing live."""
        for screen in reversed(self.screen_stack):
            if not isinstance(screen, ModalScreen):
                screen.post_message(message)
                return

    def notify(self, message: str, **keys: Any) -> None:
        """A toast, which `:messages` still shows when it is gone."""
        self.messages.append(message)
        super().notify(message, **keys)

    def flow_path(self, file: str) -> Path | None:
        """Where a flow's file is on this machine: the runtime tells its directory, and it is this machine's, over a unix socket."""
        status = self.link.status
        return Path(status.flows_directory, file) if status and status.flows_directory else None

    def _tick(self) -> None:
        screen = self.top
        if self.is_running and screen is not None and _is_whole(screen):
            if not self.link.is_up:
                screen.show_link()
            screen.tick()

    # --- places

    @property
    def top(self) -> ConsoleScreen | None:
        """The topmost screen that is no dialog."""
        for screen in reversed(self.screen_stack):
            if isinstance(screen, ConsoleScreen):
                return screen
        return None

    @property
    def crumbs(self) -> tuple[str, ...]:
        return tuple(screen.crumb for screen in self.screen_stack if isinstance(screen, ConsoleScreen))

    @property
    def here(self) -> Address:
        """The address of the topmost screen."""
        try:
            return parse_address(self.top.address) if self.top else Address()
        except NoAddress:
            return Address()

    def go(self, address: Address) -> None:
        """Go to a place; the one before is a key away."""
        if address == self.here and not address.filter:
            return
        self._before = self.here
        self._close_dialogs()
        if address.is_root:
            self._go_root(address)
        else:
            self.push_screen(places.screen(address))

    def _go_root(self, address: Address) -> None:
        with self.batch_update():
            while len(self.screen_stack) > 1:
                self.pop_screen()
            self.switch_mode(address.kind)
        if address.filter and (screen := self.top) is not None:
            screen.call_after_refresh(screen.filter_by, address.filter)

    def _close_dialogs(self) -> None:
        while isinstance(self.screen, ModalScreen):
            self.pop_screen()

    # --- actions of the registry that hold everywhere

    async def action_do(self, id: str) -> None:
        reason = BY_ID[id].enabled(Situation(offline=self.link.offline))
        if reason:
            self.notify(reason, severity="warning")
            return
        done = getattr(self, f"do_{BY_ID[id].verb}")()
        if done is not None:
            await done

    async def take(self, id: str) -> None:
        """Take any action by its id, as its key would."""
        action = BY_ID[id]
        if "app" in action.where:
            await self.action_do(id)
        elif (screen := self.top) is not None:
            focused = screen.focused
            target = screen if screen.SCOPE in action.where or focused is None else focused
            await target.run_action(f"do('{id}')")

    def do_flows(self) -> None:
        self.go(Address("flows"))

    def do_executions(self) -> None:
        self.go(Address("executions"))

    def do_problems(self) -> None:
        self.go(Address("problems"))

    def do_triggers(self) -> None:
        self.go(Address("triggers"))

    def do_pulse(self) -> None:
        self.go(Address("pulse"))

    def do_commands(self) -> None:
        self.go(Address("commands"))

    def do_containers(self) -> None:
        self.go(Address("containers"))

    def do_settings(self) -> None:
        self.go(Address("settings"))

    def do_previous(self) -> None:
        if self._before is not None:
            self.go(self._before)

    def do_back(self) -> None:
        screen = self.top
        if screen is not None and screen.clear_transient():
            return
        if len(self.screen_stack) > 1:
            self._before = self.here
            self.pop_screen()

    async def do_up(self) -> None:
        if len(self.screen_stack) > 1:
            self.do_back()
        else:
            self.do_quit()

    def do_command(self) -> None:
        if (screen := self.top) is not None:
            screen.ask(":", history=self.command_history, complete=self._complete)

    def _complete(self, line: str) -> str | None:
        return complete(line, self.flow_names)

    async def obey(self, line: str) -> None:
        """Run a line of the command line."""
        self.command_history.append(line)
        try:
            command = parse(line)
        except BadCommand as bad:
            self.notify(str(bad), severity="warning")
            return
        match command:
            case Go(address):
                self.go(address)
            case Do(action):
                await self.take(action)
            case Wear(theme):
                self.theme = theme

    def do_palette(self) -> None:
        from console.screens.chooser import palette_of

        self.push_screen(palette_of(self))

    def do_help(self) -> None:
        from console.screens.chooser import help_of

        self.push_screen(help_of(self))

    def do_messages(self) -> None:
        from console.screens.chooser import messages_of

        self.push_screen(messages_of(self))

    def do_redraw(self) -> None:
        self.repaint()

    def do_suspend(self) -> None:
        self.action_suspend_process()

    def _fatal_error(self) -> None:
        """A defect of ours ends the console; Textual would print its locals, which may hold what is secret."""
        if self._defects is None:
            super()._fatal_error()
            return
        trace = traceback.format_exc()
        with contextlib.suppress(OSError), self._defects.open("a", encoding="utf-8") as file:
            file.write(f"{self.now().isoformat()}\n{trace}\n")
        last = trace.strip().splitlines()[-1]
        self._exit_renderables.append(
            Text(f"The console broke: {last}\nThe traceback is in {self._defects}; what runs goes on.")
        )
        self._close_messages_no_wait()

    def do_quit(self) -> None:
        if self.link.status is None or self.link.status.mode != "embedded" or not self.link.is_up:
            self.exit()
        else:
            self.run_worker(self._leave(), exclusive=True, group="leave")

    async def _leave(self) -> None:
        from console.screens.leave import leave

        await leave(self)

    def action_help_quit(self) -> None:
        """Ctrl-C: the second one leaves."""
        now = monotonic()
        if now - self._last_interrupt < TWICE:
            self.exit()
        self._last_interrupt = now
        self.notify("press ctrl-c again to leave; what runs goes on", timeout=TWICE)


def _is_whole(screen: ConsoleScreen) -> bool:
    """Whether it was composed, and was not taken apart: a second may be over before its first frame, and behind its last."""
    return screen.is_mounted and screen.is_attached and bool(screen.children)


def open_console(settings: Settings, *, address: str = "", ascii_only: bool = False, theme: str = "") -> None:
    """Show the console until it is left: the first frame at once, then the runtime is looked for, or started."""
    terminal = Terminal.of(os.environ)
    terminal.prepare(os.environ)

    def connect(start: bool) -> AbstractAsyncContextManager[Client]:
        return attach_or_start(settings) if start else attach(settings)

    app = FlowdeckApp(
        connect,
        address=address,
        ascii_only=ascii_only or terminal.ascii_only,
        theme=theme,
        defects=settings.data / "console.log",
        looked=default_file(),
        driver=choose_driver(os.environ),
    )
    if terminal.is_remote:
        app.animation_level = "none"
    app.run(mouse=not terminal.is_remote)
