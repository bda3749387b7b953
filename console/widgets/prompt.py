"""The line at the bottom where one types: a command behind `:`, a filter behind `/`."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.suggester import Suggester
from textual.widgets import Input

from console.messages import PromptEntered, PromptLeft, PromptTyping
from console.widgets.chrome import OneLine
from console.widgets.lines import Part
from console.widgets.still import StillInput

Complete = Callable[[str], str | None]
"""What a text would become, as a ghost that Right or Tab accepts."""


class _Ghost(Suggester):
    """Hands the question on to a function."""

    def __init__(self, complete: Complete) -> None:
        super().__init__(use_cache=False, case_sensitive=True)
        self._complete = complete

    async def get_suggestion(self, value: str) -> str | None:
        return self._complete(value)


class _Typed(StillInput):
    """An input whose Tab accepts the ghost, and whose up and down walk through what was typed before."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "cursor_right_or_accept", show=False),
        Binding("up", "recall(-1)", show=False),
        Binding("down", "recall(1)", show=False),
        Binding("ctrl+u", "delete_left_all", show=False),
    ]

    def __init__(self, value: str, history: Sequence[str], complete: Complete) -> None:
        super().__init__(value, suggester=_Ghost(complete), compact=True)
        self._past = list(dict.fromkeys(history))
        self._at = len(self._past)

    def action_cursor_right_or_accept(self) -> None:
        self.action_end()
        self.action_cursor_right()

    def action_recall(self, step: int) -> None:
        self._at = max(0, min(len(self._past), self._at + step))
        self.value = self._past[self._at] if self._at < len(self._past) else ""
        self.action_end()


class Prompt(Horizontal):
    """Takes one line; Enter hands it over, Esc does not."""

    DEFAULT_CSS = """
    Prompt { height: 1; background: $panel; }
    Prompt OneLine { width: 2; background: $panel; }
    Prompt Input { width: 1fr; background: $panel; padding: 0; }
    """

    def __init__(self, kind: str, *, value: str, history: Sequence[str], complete: Complete) -> None:
        super().__init__()
        self.kind = kind
        self._input = _Typed(value, history, complete)

    def compose(self) -> ComposeResult:
        yield OneLine()
        yield self._input

    def on_mount(self) -> None:
        self.query_one(OneLine).say([Part(f" {self.kind}", "key")])
        self._input.focus()

    @on(Input.Changed)
    def _tell(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(PromptTyping(self.kind, event.value))

    @on(Input.Submitted)
    def _hand_over(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(PromptEntered(self.kind, event.value))

    def on_key(self, event: events.Key) -> None:
        if event.key == "escape":
            event.stop()
            event.prevent_default()
            self.post_message(PromptLeft(self.kind))
