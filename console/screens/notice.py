"""A few lines over the screen, until a key is pressed."""

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from console.widgets.lines import Line, Lines


class Notice(ModalScreen[None]):
    """Says something; Esc, q or Enter close it."""

    CSS_PATH = "dialog.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q,enter,n", "dismiss", show=False)]

    def __init__(self, title: str, lines: Sequence[Line]) -> None:
        super().__init__()
        self._title = title
        self._lines = lines

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(self._title, classes="dialog-title", markup=False)
            yield Lines()
            yield Static("Esc closes", classes="dialog-cli", markup=False)

    def on_mount(self) -> None:
        pane = self.query_one(Lines)
        pane.styles.height = min(len(self._lines), 20)
        pane.show(self._lines)
        pane.focus()
