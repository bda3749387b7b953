"""What a flow is, at a glance: its drawing, its triggers, its problems."""

from collections.abc import Iterator
from datetime import datetime

from console.draw import rows
from console.format import distance, when
from console.models.flow_row import name_of
from console.widgets.lines import Line, Lines, Part, plain
from runtime.model.views import FlowDetail, TriggerView


class Preview(Lines, can_focus=False):
    """A flow's face."""

    @property
    def is_wanted(self) -> bool:
        """Whether there is room for it."""
        return self.display

    def show_flow(self, detail: FlowDetail, now: datetime, *, ascii_only: bool) -> None:
        """Draw one flow."""
        self.show(list(lines(detail, now, ascii_only=ascii_only)))


def lines(detail: FlowDetail, now: datetime, *, ascii_only: bool) -> Iterator[Line]:
    """Name, description, drawing, triggers."""
    flow = detail.flow
    yield (Part(f" {name_of(flow)}", "strong"), Part(f"  revision {flow.revision}  {flow.file}", "dim"))
    for line in plain(flow.description.strip(), "dim"):
        yield (Part(" "), *line)
    yield ()
    for row in rows(detail.topology, ascii_only=ascii_only):
        yield (Part(" "), *row)
    if flow.triggers:
        yield ()
        yield (Part(" TRIGGERS", "heading"),)
    for trigger in flow.triggers:
        yield trigger_line(trigger, now)


def trigger_line(trigger: TriggerView, now: datetime) -> Line:
    """Its id, its schedule, and when it fires next."""
    if trigger.paused or trigger.disabled:
        fires = Part("paused" if trigger.paused else "disabled in the file", "paused")
    elif trigger.next_fire:
        fires = Part(f"{distance(trigger.next_fire, now)} ({when(trigger.next_fire, now)})")
    else:
        fires = Part(trigger.problem or "-", "warning" if trigger.problem else "dim")
    return (Part(f" {trigger.trigger_id}  "), Part(f"{trigger.schedule}  ", "dim"), fires)
