"""The lines above an execution's panes, and the tabs."""

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import Vertical

from console.widgets.chrome import OneLine
from console.widgets.lines import Line, Part

MOST = 4  # lines


class ExecutionHead(Vertical):
    """One line, and up to three more when something went wrong."""

    DEFAULT_CSS = "ExecutionHead { height: auto; } ExecutionHead .-empty { display: none; }"

    def compose(self) -> ComposeResult:
        for number in range(MOST):
            yield OneLine(classes="" if number == 0 else "-empty")

    def show(self, lines: Sequence[Line], right: Line) -> None:
        """The first line has something on its right, too."""
        for number, widget in enumerate(self.query(OneLine)):
            line = lines[number] if number < len(lines) else ()
            widget.set_class(number > 0 and not line, "-empty")
            widget.say(list(line), list(right) if number == 0 else ())


class Tabs(OneLine):
    """The panes, and which one has the keys."""

    DEFAULT_CSS = "Tabs { background: $panel; }"

    def show(self, names: Sequence[str], front: int) -> None:
        parts = []
        for number, name in enumerate(names):
            here = number == front
            parts += [Part(" "), Part(f" {number + 1} ", "cursor key" if here else "key")]
            parts.append(Part(f"{name} ", "cursor strong" if here else ""))
        self.say(parts)
