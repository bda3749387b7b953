"""What all screens share: the frame, the way back, and how an action of the registry becomes a method."""

import inspect
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, TypeVar, cast

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen
from textual.widget import Widget

from console.actions import BY_ID, Situation
from console.messages import LinkChanged, PromptEntered, PromptLeft, PromptTyping
from console.widgets.chrome import Header, Hint, Keys, LinkBar, OneLine
from console.widgets.lines import Part
from runtime.client.client import Client
from runtime.errors import Failure, RuntimeUnreachable

if TYPE_CHECKING:
    from console.app import FlowdeckApp

V = TypeVar("V")

SMALLEST = (60, 16)
"""Columns and rows below which one line says so."""

KEY_NAMES = {
    "enter": "Enter",
    "slash": "/",
    "colon": ":",
    "question_mark": "?",
    "exclamation_mark": "!",
    "minus": "-",
    "escape": "Esc",
    "tab": "Tab",
    "shift+tab": "Shift-Tab",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "full_stop": ".",
    "ampersand": "&",
    "at": "@",
    "equals_sign": "=",
    "comma": ",",
    "space": "Space",
}


def key_name(keys: str) -> str:
    """The first key of a binding, as it is printed on a keyboard."""
    key = keys.partition(",")[0]
    if key.startswith("ctrl+"):
        return f"^{key.removeprefix('ctrl+')}"
    return KEY_NAMES.get(key, key)


def _nothing(text: str) -> None:
    """No completion."""


class ConsoleScreen(Screen[None]):
    """Header, body, keys. A subclass says its scope in the registry, its crumb, its body, and what the cursor is on."""

    SCOPE: ClassVar[str] = ""
    BINDINGS: ClassVar[list[BindingType]] = []

    _asked_from: Widget | None = None
    """What had the focus before the prompt."""

    @property
    def deck(self) -> "FlowdeckApp":
        return cast("FlowdeckApp", self.app)

    @property
    def client(self) -> Client:
        return self.deck.client

    @property
    def now(self) -> datetime:
        return self.deck.now()

    # --- what subclasses say

    @property
    def crumb(self) -> str:
        """This level's part of the breadcrumb."""
        return self.SCOPE

    @property
    def address(self) -> str:
        """What opens this screen again."""
        return self.SCOPE

    def body(self) -> ComposeResult:
        """The widgets between the header and the keys."""
        yield from ()

    @property
    def selected(self) -> object:
        """What the cursor is on, for the registry's `enabled`."""
        return None

    @property
    def scopes(self) -> tuple[str, ...]:
        """Whose actions hold now, beside those that hold everywhere: the screen's, and those of what has the focus."""
        return (self.SCOPE, "table")

    def clear_transient(self) -> bool:
        """Esc: end what is for the moment, such as a filter; False where there is nothing, and Esc goes back."""
        return False

    def tick(self) -> None:
        """Once a second: paint what has grown older, and only that."""

    # --- the frame

    def compose(self) -> ComposeResult:
        yield Header()
        yield LinkBar()
        yield from self.body()
        yield OneLine(classes="too-small")
        yield Keys()

    def on_mount(self) -> None:
        self.show_link()

    @on(events.ScreenResume)
    def _show_frame(self) -> None:
        self.show_link()
        self.show_keys()

    @on(events.Resize)
    def _fit(self, event: events.Resize) -> None:
        size = event.size
        small = size.width < SMALLEST[0] or size.height < SMALLEST[1]
        self.set_class(small, "-tiny")
        says = f"terminal too small ({size.width}x{size.height}): {SMALLEST[0]}x{SMALLEST[1]} needed"
        self.query_one(".too-small", OneLine).say([Part(says)])
        self.show_link()

    @on(LinkChanged)
    def show_link(self) -> None:
        """The header and the bar of the lost line."""
        link = self.deck.link
        self.query_one(Header).show(self.deck.crumbs, link, self.now, ascii_only=self.deck.ascii_only)
        self.query_one(LinkBar).show(link, self.now)
        self.show_keys()

    def show_keys(self) -> None:
        """The footer; a disabled action's key is dim."""
        situation = self.situation
        hints: dict[str, Hint] = {}
        for _, binding, _, _ in self.active_bindings.values():
            action = BY_ID.get(binding.id or "")
            if binding.show and binding.description and not binding.system:
                reason = action.enabled(situation) if action else ""
                hint = Hint(key_name(binding.key), binding.description, bool(reason))
                hints.setdefault(binding.id or binding.action, hint)
        self.query_one(Keys).show(list(hints.values()))

    # --- actions

    @property
    def situation(self) -> Situation:
        return Situation(self.selected, self.deck.link.offline)

    async def action_do(self, id: str) -> None:
        """Take an action of the registry, or say why not."""
        action = BY_ID[id]
        reason = action.enabled(self.situation)
        if reason:
            self.notify(reason, severity="warning", markup=False)
            return
        done = getattr(self, f"do_{action.verb}")()
        if inspect.isawaitable(done):
            await done

    async def read(self, asked: Awaitable[V]) -> V | None:
        """The answer of a question that the screen asks by itself: that the runtime is gone says the bar already."""
        try:
            return await asked
        except RuntimeUnreachable:
            return None
        except Failure as failure:
            self.complain(failure)
            return None

    async def attempt(self, asked: Awaitable[V]) -> V | None:
        """The answer to what a person wants; a failure becomes a toast and None."""
        try:
            return await asked
        except Failure as failure:
            self.complain(failure)
            return None

    def complain(self, failure: Failure) -> None:
        text = failure.message or (type(failure).__doc__ or "").strip()
        self.notify(f"{text}\n{failure.hint}".strip(), severity="error", timeout=10, markup=False)

    # --- the line at the bottom

    def ask(
        self,
        kind: str,
        *,
        value: str = "",
        history: Sequence[str] = (),
        complete: Callable[[str], str | None] | None = None,
    ) -> None:
        """Show the prompt in place of the keys."""
        from console.widgets.prompt import Prompt

        if not self.query(Prompt):
            self.query_one(Keys).display = False
            self._asked_from = self.focused
            self.mount(Prompt(kind, value=value, history=history, complete=complete or _nothing))

    def end_prompt(self) -> None:
        from console.widgets.prompt import Prompt

        self.query(Prompt).remove()
        self.query_one(Keys).display = True
        if self._asked_from is not None:
            self.set_focus(self._asked_from)

    @on(PromptEntered)
    async def _take_line(self, event: PromptEntered) -> None:
        self.end_prompt()
        if event.kind == ":" and event.text.strip():
            await self.deck.obey(event.text)

    @on(PromptLeft)
    def _leave_line(self, event: PromptLeft) -> None:
        self.end_prompt()
        if event.kind == "/":
            self.filter_by("")

    @on(PromptTyping)
    def _filter(self, event: PromptTyping) -> None:
        if event.kind == "/":
            self.filter_by(event.text)

    def filter_by(self, text: str) -> None:
        """Filter what the screen lists; a screen without a list has nothing to filter."""
