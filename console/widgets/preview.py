"""What a flow is, at a glance: its drawing, its triggers, its problems."""

from collections.abc import Iterator
from datetime import datetime
from textwrap import wrap

from console.draw import rows
from console.format import distance, when
from console.models.flow_row import name_of
from console.widgets.lines import Line, Lines, Part
from runtime.model.problem import Problem
from runtime.model.views import FlowView, Topology, TriggerView

WIDEST = 100  # cells of a description: longer lines are hard to read


class Preview(Lines, can_focus=False):
    """A flow's face. It does not scroll, so that a cursor that passes by costs no new layout."""

    DEFAULT_CSS = "Preview { overflow: hidden hidden; }"

    def _measure(self) -> None:
        """Whatever its size."""

    @property
    def is_wanted(self) -> bool:
        """Whether there is room for it."""
        return self.display

    def show_flow(
        self, flow: FlowView, topology: Topology | None, now: datetime, *, ascii_only: bool
    ) -> None:
        """Draw one flow; without a topology what is known of it without asking."""
        self.show(list(lines(flow, topology, now, width=self.size.width - 3, ascii_only=ascii_only)))


def lines(
    flow: FlowView, topology: Topology | None, now: datetime, *, width: int, ascii_only: bool
) -> Iterator[Line]:
    """Name, description, drawing, triggers, problems."""
    revision = f"revision {flow.revision}" if flow.revision else "never was valid"
    yield (Part(f" {name_of(flow)}", "strong"), Part(f"  {revision}  {flow.file}", "dim"))
    for line in flow.description.strip().splitlines():
        yield from ((Part(f" {part}", "dim"),) for part in wrap(line, min(max(width, 20), WIDEST)) or [""])
    if topology is not None:
        yield ()
        for row in rows(topology, ascii_only=ascii_only):
            yield (Part(" "), *row)
    if flow.triggers:
        yield from ((), (Part(" TRIGGERS", "heading"),))
        yield from (trigger_line(trigger, now) for trigger in flow.triggers)
    if flow.problems:
        yield from ((), (Part(" PROBLEMS", "heading"),))
        yield from (line for problem in flow.problems for line in problem_lines(problem, width))


def problem_lines(problem: Problem, width: int) -> Iterator[Line]:
    """Its line, its message, and what to write instead."""
    look = "failed" if problem.is_error else "warning"
    for part in wrap(f"line {problem.line}: {problem.message}", max(width, 20)):
        yield (Part(f" {part}", look),)
    for part in wrap(problem.hint, max(width - 2, 20)):
        yield (Part(f"   {part}", "strong"),)


def trigger_line(trigger: TriggerView, now: datetime) -> Line:
    """Its id, its schedule, and when it fires next."""
    if trigger.paused or trigger.disabled:
        fires = Part("paused" if trigger.paused else "disabled in the file", "paused")
    elif trigger.next_fire:
        fires = Part(f"{distance(trigger.next_fire, now)} ({when(trigger.next_fire, now)})")
    else:
        fires = Part(trigger.problem or "-", "warning" if trigger.problem else "dim")
    return (Part(f" {trigger.trigger_id}  "), Part(f"{trigger.schedule}  ", "dim"), fires)
