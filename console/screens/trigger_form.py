"""The form that starts a flow: one field an input, and the runtime's objections at the field that they are about."""

from typing import TYPE_CHECKING, ClassVar, cast

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widget import Widget
from textual.widgets import Button, Checkbox, Input, Select, Static

from console.models.form import Field, Kind, errors_of, to_send
from console.upload import sent
from runtime.errors import Failure, InvalidInputs, InvalidRequest
from runtime.model.views import FlowDetail

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
                return Input(
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


class TriggerForm(ModalScreen[str | None]):
    """Answers with the id of the execution that was started, or None."""

    CSS_PATH = "dialog.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Cancel"),
        Binding("ctrl+s", "start", "Start", priority=True),
    ]

    def __init__(self, detail: FlowDetail, *, ascii_only: bool = False) -> None:
        super().__init__()
        self._flow = detail.flow
        self._fields = tuple(Field.of(view, ascii_only=ascii_only) for view in detail.inputs)
        self._files = {view.id for view in detail.inputs if view.type == "FILE"}

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(f"Run {self._flow.namespace}.{self._flow.id}", classes="dialog-title", markup=False)
            with VerticalScroll(can_focus=False):
                for field in self._fields:
                    yield FormField(field)
            yield Static("", classes="form-error", markup=False)
            yield Static("Enter or ^s starts it, Tab goes on, Esc leaves", classes="dialog-cli", markup=False)
            with Horizontal(classes="dialog-buttons"):
                yield Button("Start", id="start", compact=True)
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
        client = cast("FlowdeckApp", self.app).client
        inputs = to_send(self._fields, values)
        try:
            inputs = await sent(client, inputs, self._files)
            view = await client.start(self._flow.namespace, self._flow.id, inputs=inputs)
        except OSError as unread:
            self._object({}, InvalidRequest(f"the file can't be read: {unread}"))
        except InvalidInputs as wrong:
            self._object(errors_of(wrong), wrong)
        except Failure as failure:
            self._object({}, failure)
        else:
            for note in view.notes:
                self.app.notify(note, markup=False)
            self.dismiss(view.execution.id)

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
