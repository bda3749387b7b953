"""One flow as a line of the list."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from console.format import distance, first_line, when
from console.models.columns import Column
from console.models.filter import Filter
from console.render.cells import Segment
from console.render.durations import duration
from console.render.states import look
from runtime.model.execution import Execution
from runtime.model.views import FlowView

COLUMNS = (
    Column("LAST RUN", 11),
    Column("FLOW", least=24, most=60, keeps_end=True),
    Column("NEXT RUN", 19, rank=6),
    Column("TOOK", 6, rank=5, right=True),
    Column("!", 5, rank=7),
    Column("DESCRIPTION", least=16, rank=2),
)

Cell = Sequence[Segment]
NOTHING: Cell = (Segment("-", "dim"),)


def name_of(flow: FlowView) -> str:
    """NAMESPACE.ID; a file that never could be read that far is called by its path."""
    return f"{flow.namespace}.{flow.id}" if flow.namespace and flow.id else flow.file


def key_of(flow: FlowView) -> str:
    """As the runtime's news name it."""
    return f"{flow.namespace}.{flow.id}" if flow.id else flow.file


def state_cell(state: str, *, ascii_only: bool) -> Cell:
    """Glyph, word and colour."""
    seen = look(state)
    return (Segment(f"{seen.ascii if ascii_only else seen.glyph} {seen.word}", seen.style),)


def took(execution: Execution, now: datetime) -> float:
    """Seconds since it began, or that it took."""
    begun = execution.started or execution.created
    return ((execution.ended or now) - begun).total_seconds()


def cells(flow: FlowView, now: datetime, *, ascii_only: bool) -> tuple[Cell, ...]:
    return (
        _last(flow, ascii_only=ascii_only),
        _name(flow),
        _next(flow, now, ascii_only=ascii_only),
        _took(flow, now),
        problem_cell(flow, ascii_only=ascii_only),
        (Segment(first_line(flow.description), "dim"),),
    )


def _last(flow: FlowView, *, ascii_only: bool) -> Cell:
    if flow.disabled:
        return (Segment(f"{'-' if ascii_only else '⊘'} disabled", "skipped"),)
    if not flow.revision:
        return (Segment(f"{'X' if ascii_only else '✖'} invalid", "failed"),)
    if flow.last is None:
        return (Segment(f"{'.' if ascii_only else '·'} never ran", "created"),)
    return state_cell(flow.last.state, ascii_only=ascii_only)


def _name(flow: FlowView) -> Cell:
    if not (flow.namespace and flow.id):
        return (Segment(flow.file),)
    return (Segment(f"{flow.namespace}.", "dim"), Segment(flow.id, "strong"))


def _next(flow: FlowView, now: datetime, *, ascii_only: bool) -> Cell:
    if flow.triggers and all(trigger.paused or trigger.disabled for trigger in flow.triggers):
        word = "paused" if any(trigger.paused for trigger in flow.triggers) else "disabled"
        return (Segment(f"{'=' if ascii_only else '⏸'} {word}", "paused"),)
    if flow.next_fire is None:
        return NOTHING
    return (Segment(f"{distance(flow.next_fire, now):<8}"), Segment(f" {when(flow.next_fire, now)}", "dim"))


def _took(flow: FlowView, now: datetime) -> Cell:
    return NOTHING if flow.last is None else (Segment(duration(took(flow.last, now))),)


def problem_cell(flow: FlowView, *, ascii_only: bool) -> Cell:
    """How many errors, else how many warnings."""
    errors = sum(problem.is_error for problem in flow.problems)
    if errors:
        return (Segment(f"{'X' if ascii_only else '✖'} {errors}", "failed"),)
    warnings = sum(not problem.is_note for problem in flow.problems)
    return (Segment(f"! {warnings}", "warning"),) if warnings else ()


def passing(flows: Iterable[FlowView], wanted: Filter, *, only_faulty: bool = False) -> list[FlowView]:
    """The flows that a filter lets through."""
    return [
        flow for flow in flows if (_is_faulty(flow) or not only_faulty) and wanted.passes(*searched(flow))
    ]


def _is_faulty(flow: FlowView) -> bool:
    """Whether there is more than notes."""
    return any(not problem.is_note for problem in flow.problems)


def searched(flow: FlowView) -> tuple[str, dict[str, str]]:
    """The text and the fields that filters look into."""
    state = look(flow.last.state).word if flow.last else ""
    tags = " ".join(f"{key}={value}" for key, value in flow.labels.items())
    fields = {"state": state, "ns": flow.namespace, "flow": flow.id, "tag": tags}
    return f"{name_of(flow)} {flow.description}", fields
