"""One command of the command log as a line of its list."""

from datetime import datetime

from console.command_log import Command
from console.format import when
from console.models.columns import Column
from console.models.flow_row import Cell
from console.render.cells import Segment

COLUMNS = (
    Column("AT", 13),
    Column("COMMAND", least=40),
    Column("OUTCOME", least=8, most=60, rank=5),
)


def cells(command: Command, now: datetime, *, ascii_only: bool) -> tuple[Cell, ...]:
    glyph = ("X" if ascii_only else "✖") if command.failure else ("+" if ascii_only else "✔")
    look = "failed" if command.failure else "success"
    return (
        (Segment(when(command.at, now), "dim"),),
        (Segment(command.line),),
        (Segment(f"{glyph} {command.failure or 'done'}", look),),
    )
