"""How the runtime is set up, and who said so."""

from dataclasses import dataclass
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message

from console.actions import bindings
from console.messages import Reconnected
from console.models import setting_row
from console.screens.listing import ListScreen
from console.screens.notice import Notice
from console.widgets.lines import Part
from console.widgets.table import Cells, Table
from runtime.client.requests import ListSettings
from runtime.model.views import Setting


class SettingsScreen(ListScreen):
    """The list of settings."""

    SCOPE = "settings"
    BINDINGS: ClassVar[list[BindingType]] = bindings("settings")

    @dataclass
    class Loaded(Message):
        """The runtime's settings."""

        settings: list[Setting]

    def __init__(self) -> None:
        super().__init__()
        self._settings: list[Setting] = []

    def body(self) -> ComposeResult:
        yield Table[Setting](setting_row.COLUMNS, cells=self._cells, key=lambda setting: setting.name)

    def _cells(self, setting: Setting) -> Cells:
        return setting_row.cells(setting)

    @on(Reconnected)
    @work(exclusive=True, group="settings")
    async def load(self) -> None:
        settings = await self.read(self.client.many(ListSettings(), Setting))
        if settings is not None:
            self.post_message(self.Loaded(settings))

    @on(Loaded)
    def _show_loaded(self, event: Loaded) -> None:
        self._settings, self.is_loaded = event.settings, True
        self.show_rows()
        self.show_link()

    def show_rows(self) -> None:
        shown = [
            each
            for each in self._settings
            if self.filter.passes(f"{each.name} {each.value} {each.origin}", {})
        ]
        self.table.show(shown, empty=self.nothing("settings", ""))

    def do_open(self) -> None:
        """All of it, where a column was too narrow."""
        setting = self.selected
        if isinstance(setting, Setting):
            parts = ((setting.description,), (setting.value or "not set",), (f"from: {setting.origin}",))
            self.app.push_screen(Notice(setting.name, [(Part(text),) for (text,) in parts]))
