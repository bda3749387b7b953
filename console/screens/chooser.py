"""A list to search and choose from: the keys of `?`, the palette of ctrl-p, the messages so far."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from console import actions
from console.actions import Action
from console.models.columns import Column
from console.models.filter import score
from console.screens.base import key_name
from console.widgets.lines import Part
from console.widgets.still import StillInput
from console.widgets.table import Cells, Table

if TYPE_CHECKING:
    from console.app import FlowdeckApp


@dataclass(frozen=True)
class Entry:
    """A line of the list: what it says, and what Enter does with it."""

    key: str
    text: str
    note: str = ""
    command: str = ""
    """For the command line; empty where `action` is."""
    action: str = ""
    disabled: str = ""
    """Why it can't be chosen now."""

    @property
    def searched(self) -> str:
        return f"{self.text} {self.key} {self.note}"


def _cells(entry: Entry) -> Cells:
    look = "dim" if entry.disabled else ""
    note = entry.disabled or entry.note
    return [(Part(entry.key, "key"),), (Part(entry.text, look),), (Part(note, "dim"),)]


class Chooser(ModalScreen[None]):
    """Type to search, Enter to take."""

    CSS_PATH = "dialog.tcss"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", show=False),
        Binding("down,ctrl+n", "move(1)", show=False, priority=True),
        Binding("up,ctrl+p", "move(-1)", show=False, priority=True),
        Binding("pagedown", "move(10)", show=False, priority=True),
        Binding("pageup", "move(-10)", show=False, priority=True),
    ]

    def __init__(self, title: str, entries: Sequence[Entry], *, placeholder: str) -> None:
        super().__init__()
        self._title = title
        self._entries = entries
        self._placeholder = placeholder

    def compose(self) -> ComposeResult:
        columns = [Column("", 12), Column("", least=44), Column("", least=16, most=44, rank=1)]
        with Vertical(classes="dialog"):
            yield Static(self._title, classes="dialog-title", markup=False)
            yield StillInput(placeholder=self._placeholder, compact=True)
            yield Table[Entry](
                columns, cells=_cells, key=lambda entry: entry.key + entry.text, has_header=False
            )

    def on_mount(self) -> None:
        self.query_one(Table).can_focus = False
        self._show("")

    @on(Input.Changed)
    def _search(self, event: Input.Changed) -> None:
        self._show(event.value)

    def _show(self, wanted: str) -> None:
        scored = [(score(wanted, entry.searched), entry) for entry in self._entries]
        found = [
            entry
            for rank, entry in sorted(
                ((rank, entry) for rank, entry in scored if rank is not None), key=lambda pair: pair[0]
            )
        ]
        table = self.query_one(Table)
        table.cursor = 0
        table.show(found, empty=[(Part(f"nothing matches `{wanted}`", "dim"),)])

    def action_move(self, step: int) -> None:
        table = self.query_one(Table)
        table.move(table.cursor + step)

    @on(Input.Submitted)
    @on(Table.Chosen)
    async def _take(self) -> None:
        entry = self.query_one(Table).selected
        if not isinstance(entry, Entry):
            return
        app = cast("FlowdeckApp", self.app)
        self.dismiss()
        if entry.action:
            app.call_after_refresh(app.take, entry.action)
        elif entry.command:
            app.call_after_refresh(app.obey, entry.command)


# --- what is chosen from


def _of_action(action: Action, app: "FlowdeckApp") -> Entry:
    screen = app.top
    reason = action.enabled(screen.situation) if screen else ""
    keys = " ".join(
        key_name(key) for key in action.keys[:2] if not key.startswith("shift+") or key == "shift+tab"
    )
    return Entry(keys, action.help, action.cli, action=action.id, disabled=reason)


def _here(app: "FlowdeckApp") -> list[Entry]:
    """The actions that hold on this screen, then those that hold everywhere; bindings beside the registry too."""
    screen = app.top
    scopes = dict.fromkeys((*(screen.scopes if screen else ()), "app"))
    known = [_of_action(action, app) for scope in scopes for action in actions.of(scope)]
    return [*_unregistered(app), *known]


def _unregistered(app: "FlowdeckApp") -> list[Entry]:
    screen = app.top
    if screen is None:
        return []
    active = (binding for binding in screen.active_bindings.values())
    return [
        Entry(key_name(binding.key), binding.tooltip or binding.description)
        for node, binding, *_ in active
        if binding.description and binding.id not in actions.BY_ID and binding.action in _own(type(node))
    ]


def _own(widget: type) -> set[str]:
    """The actions that our classes bind, without those that come with Textual's."""
    ours = [each for each in widget.__mro__ if each.__module__.startswith("console.")]
    found = (binding for each in ours for binding in vars(each).get("BINDINGS", ()))
    return {binding.action for binding in found if isinstance(binding, Binding)}


def help_of(app: "FlowdeckApp") -> Chooser:
    """The keys that hold here."""
    return Chooser("Keys that hold here", _here(app), placeholder="search; Enter does it, Esc closes")


def palette_of(app: "FlowdeckApp") -> Chooser:
    """Everything that can be done or opened."""
    flows = [Entry("flow", name, command=name) for name in app.flow_names]
    themes = [Entry("theme", f"theme {name}", command=f"theme {name}") for name in app.themes]
    return Chooser("Go to, or do", [*_here(app), *flows, *themes], placeholder="a few letters")


def messages_of(app: "FlowdeckApp") -> Chooser:
    """What toasts said, the newest first."""
    entries = [Entry(str(number), text) for number, text in enumerate(app.messages, 1)]
    return Chooser("Messages", entries[::-1], placeholder="search; Esc closes")
