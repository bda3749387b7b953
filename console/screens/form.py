"""A form: one field an input, and the runtime's objections at the field that they are about."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Button, Checkbox, Input, Select, Static

from console.models.form import Field, Kind, errors_of, to_send
from console.upload import sent
from console.widgets.still import StillInput
from runtime.client.client import Client
from runtime.errors import Failure, InvalidInputs, InvalidRequest
from runtime.model.views import InputView

if TYPE_CHECKING:
    from console.app import FlowdeckApp


class FormField(Vertical):
    """A label, an entry, and what is wrong with it."""

    def __init__(self, field: Field) -> None:
        super().__init__()
        self.field = field

    def compose(self) -> ComposeResult:
        mark = " *" if self.field.required else ""
        yield Static(f"{self.field.label}{mark}", classes="field-label", markup=False)
        yield self._entry()
        if self.field.description:
            yield Static(self.field.description, classes="field-note", markup=False)
        yield Static("", classes="field-error", markup=False)

    def _entry(self) -> Widget:
        field = self.field
        match field.kind:
            case Kind.SWITCH:
                return Checkbox("yes", field.initial == "true", compact=True)
            case Kind.CHOICE:
                options = [(choice, choice) for choice in field.choices]
                initial = field.initial if field.initial in field.choices else Select.NULL
                return Select(options, value=initial, allow_blank=not field.required, compact=True)
            case _:
                return StillInput(
                    field.initial, placeholder=field.hint, password=field.kind is Kind.SECRET, compact=True
                )

    @property
    def value(self) -> str:
        """As text; empty where nothing is given."""
        match self.field.kind:
            case Kind.SWITCH:
                return "true" if self.query_one(Checkbox).value else "false"
            case Kind.CHOICE:
                chosen = self.query_one(Select).value
                return chosen if isinstance(chosen, str) else ""
            case _:
                return self.query_one(Input).value

    def object(self, said: str) -> None:
        """Show what is wrong; empty is nothing."""
        self.query_one(".field-error", Static).update(said)
        self.set_class(bool(said), "-wrong")

    def enter(self) -> None:
        """Put the cursor into it."""
        self.query("Input, Select, Checkbox").first().focus()


class Form(ModalScreen[str | None]):
    """Answers with what `send` gives, or None. A subclass says its title, its button, and what is sent."""

    CSS_PATH = "dialog.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Cancel"),
        Binding("ctrl+s", "start", "Start", priority=True),
    ]
    BUTTON = "Start"
    HINT = "Enter or ^s starts it, Tab goes on, Esc leaves"

    def __init__(self, title: str, inputs: Sequence[InputView], *, ascii_only: bool, note: str = "") -> None:
        super().__init__()
        self._title = title
        self._note = note
        self._fields = tuple(Field.of(view, ascii_only=ascii_only) for view in inputs)
        self._files = {view.id for view in inputs if view.type == "FILE"}

    async def send(self, client: Client, inputs: dict[str, Any]) -> str:
        """Do what the form is for; whatever the runtime objects to is shown, and the form stays."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(self._title, classes="dialog-title", markup=False)
            if self._note:
                yield Static(self._note, classes="form-note", markup=False)
            with VerticalScroll(can_focus=False):
                for field in self._fields:
                    yield FormField(field)
            yield Static("", classes="form-error", markup=False)
            yield Static(self.HINT, classes="dialog-cli", markup=False)
            with Horizontal(classes="dialog-buttons"):
                yield Button(self.BUTTON, id="start", compact=True)
                yield Button("Cancel", id="cancel", compact=True)

    def on_mount(self) -> None:
        self.query(FormField).first().enter()

    @on(Button.Pressed, "#start")
    @on(Input.Submitted)
    def action_start(self) -> None:
        self._start({field.field.id: field.value for field in self.query(FormField)})

    @on(Button.Pressed, "#cancel")
    def action_leave(self) -> None:
        self.dismiss(None)

    @work(exclusive=True, group="start")
    async def _start(self, values: dict[str, str]) -> None:
        deck = cast("FlowdeckApp", self.app)
        for field in self._fields:
            if field.kind is Kind.SECRET and values.get(field.id):
                deck.command_log.hide(values[field.id])
        try:
            inputs = await sent(deck.client, to_send(self._fields, values), self._files)
            answer = await self.send(deck.client, inputs)
        except OSError as unread:
            self._object({}, InvalidRequest(f"the file can't be read: {unread}"))
        except InvalidInputs as wrong:
            self._object(errors_of(wrong), wrong)
        except Failure as failure:
            self._object({}, failure)
        else:
            self.dismiss(answer)

    def _object(self, wrong: dict[str, str], failure: Failure) -> None:
        fields = list(self.query(FormField))
        for field in fields:
            field.object(wrong.get(field.field.id, ""))
        first = next((field for field in fields if field.field.id in wrong), None)
        if first is not None:
            first.enter()
        known = {field.field.id for field in fields}
        rest = "" if wrong and set(wrong) <= known else str(failure)
        self.query_one(".form-error", Static).update(rest)
