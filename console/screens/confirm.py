"""The dialog before something that can't be taken back: exact target, effect, and Cancel in focus."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Button, Static


@dataclass(frozen=True)
class Choice:
    """One button."""

    id: str
    label: str
    harmful: bool = False


CANCEL = Choice("cancel", "Cancel")


class Confirm(ModalScreen[str]):
    """Answers with the id of the choice. The first one has the focus; Esc is Cancel."""

    CSS_PATH = "dialog.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "cancel", "Cancel", show=False),
        Binding("left,h,up,k", "app.focus_previous", show=False),
        Binding("right,l,down,j", "app.focus_next", show=False),
    ]

    def __init__(self, title: str, text: str, choices: Sequence[Choice], *, cli: str = "") -> None:
        super().__init__()
        self._title = title
        self._text = text
        self._choices = choices
        self._cli = cli

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(self._title, classes="dialog-title", markup=False)
            yield Static(self._text, markup=False)
            if self._cli:
                yield Static(f"$ {self._cli}", classes="dialog-cli", markup=False)
            with Horizontal(classes="dialog-buttons"):
                for choice in self._choices:
                    yield Button(
                        choice.label,
                        id=choice.id,
                        classes="-harmful" if choice.harmful else "",
                        compact=True,
                    )

    def on_mount(self) -> None:
        self.query(Button).first().focus()

    @on(Button.Pressed)
    def _answer(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id or self._choices[0].id)

    def action_cancel(self) -> None:
        self.dismiss(CANCEL.id)
