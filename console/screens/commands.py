"""What was done in this console, as commands that do the same."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType

from console.actions import bindings
from console.command_log import Command
from console.models import command_row
from console.screens.listing import ListScreen
from console.widgets.log_copy import copy
from console.widgets.table import Cells, Table


class CommandsScreen(ListScreen):
    """The command log, the newest first."""

    SCOPE = "commands"
    BINDINGS: ClassVar[list[BindingType]] = bindings("commands")

    def body(self) -> ComposeResult:
        yield Table[Command](
            command_row.COLUMNS, cells=self._cells, key=lambda each: f"{each.at.isoformat()} {each.line}"
        )

    def _cells(self, command: Command) -> Cells:
        return command_row.cells(command, self.now, ascii_only=self.deck.ascii_only)

    def load(self) -> None:
        """Nothing is asked: the log is this console's own."""
        self.is_loaded = True
        self.show_rows()
        self.show_link()

    def show_rows(self) -> None:
        self.is_loaded = True
        kept = self.deck.command_log.commands
        shown = [each for each in kept if self.filter.passes(f"{each.line} {each.failure}", {})]
        hint = "Nothing was done here yet. What you start, stop or change stands here as a command."
        self.table.show(shown, empty=self.nothing("commands", hint))

    def do_open(self) -> None:
        self.do_copy()

    def do_copy(self) -> None:
        command = self.selected
        if isinstance(command, Command):
            self.notify(copy(self.app, command.line, self.deck.environment), markup=False)
