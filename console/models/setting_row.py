"""One setting of the runtime as a line of the list."""

from console.models.columns import Column
from console.models.flow_row import NOTHING, Cell
from console.render.cells import Segment
from runtime.model.views import Setting

COLUMNS = (
    Column("SETTING", 16),
    Column("VALUE", least=20, most=70),
    Column("FROM", least=10, most=40, rank=5),
    Column("WHAT IT IS", least=20, rank=3),
)


def cells(setting: Setting) -> tuple[Cell, ...]:
    is_default = setting.origin == "default"
    return (
        (Segment(setting.name, "strong"),),
        (Segment(setting.value),) if setting.value else NOTHING,
        (Segment(setting.origin, "dim" if is_default else "accent"),),
        (Segment(setting.description, "dim"),),
    )
