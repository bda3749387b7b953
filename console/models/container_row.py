"""One container of an attempt as a line of the list."""

from collections.abc import Iterable
from datetime import datetime

from console.format import distance
from console.models.columns import Column
from console.models.filter import Filter
from console.models.flow_row import Cell
from console.render.cells import Segment
from runtime.model.views import Container

COLUMNS = (
    Column("STATE", 10),
    Column("FLOW", least=20, most=50, keeps_end=True),
    Column("TASK", least=12, most=30),
    Column("TRY", 3, rank=6),
    Column("IMAGE", least=16, most=50, rank=4),
    Column("CREATED", 10, rank=7),
    Column("ID", 12, rank=3),
    Column("STATUS", least=14, rank=2),
)

LOOKS = {"running": ("▶", ">", "running"), "exited": ("·", ".", "dim"), "created": ("◌", "o", "queued")}


def cells(container: Container, now: datetime, *, ascii_only: bool) -> tuple[Cell, ...]:
    glyph, plain, look = LOOKS.get(container.state, ("!", "!", "warning"))
    return (
        (Segment(f"{plain if ascii_only else glyph} {container.state}", look),),
        (Segment(f"{container.namespace}.", "dim"), Segment(container.flow_id, "strong")),
        (Segment(container.task_id),),
        (Segment(str(container.attempt)),),
        (Segment(container.image, "dim"),),
        (Segment(distance(container.created, now)),),
        (Segment(container.id, "dim"),),
        (Segment(container.status, "dim"),),
    )


def passing(containers: Iterable[Container], wanted: Filter) -> list[Container]:
    return [each for each in containers if wanted.passes(*_searched(each))]


def _searched(container: Container) -> tuple[str, dict[str, str]]:
    fields = {"state": container.state, "ns": container.namespace, "flow": container.flow_id}
    name = f"{container.namespace}.{container.flow_id} {container.task_id}"
    return f"{name} {container.image} {container.id} {container.execution_id}", fields
