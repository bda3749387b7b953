"""What went into an execution and what came out: inputs, outputs, labels, and the outputs of each task run."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from console.models.execution_failure import label
from console.models.execution_metrics import metrics
from console.models.execution_state import ExecutionState
from console.widgets.lines import Line, Lines, Part
from runtime.model.execution import Execution

LONGEST = 2000  # characters of one value that are shown


class OutputsView(Lines):
    """A page of facts that scrolls."""

    def show_state(self, state: ExecutionState) -> None:
        self.show(list(lines(state)))


def lines(state: ExecutionState) -> Iterator[Line]:
    execution = state.execution
    yield from _section("EXECUTION", _facts(execution))
    yield from _section("INPUTS", execution.inputs)
    yield from _section("LABELS", execution.labels)
    if execution.trigger is not None:
        yield from _section(f"TRIGGER {execution.trigger.id}", execution.trigger.variables)
    yield from _section("VARIABLES", execution.variables)
    yield from _section("OUTPUTS", execution.outputs)
    for run in state.task_runs.values():
        yield from _section(f"OUTPUTS OF {label(run)}", run.outputs)
        yield from _section(f"METRICS OF {label(run)}", metrics(run))


def _facts(execution: Execution) -> dict[str, str]:
    found = {
        "id": execution.id,
        "flow": f"{execution.namespace}.{execution.flow_id} revision {execution.revision}",
        "created": _moment(execution.created),
        "started": _moment(execution.started),
        "ended": _moment(execution.ended),
        "scheduled for": _moment(execution.schedule_date),
        "started by": execution.trigger.id if execution.trigger else execution.created_by,
        "parent": execution.parent_id or "",
        "began as": execution.original_id if execution.original_id != execution.id else "",
        "error": execution.error or "",
    }
    return {name: value for name, value in found.items() if value}


def _moment(at: datetime | None) -> str:
    return "" if at is None else f"{at.astimezone():%Y-%m-%d %H:%M:%S %Z}"


def _section(title: str, values: Mapping[str, Any]) -> Iterator[Line]:
    if values:
        yield (Part(f" {title}", "heading"),)
        yield from _values(values, 3)
        yield ()


def _values(values: Mapping[str, Any], indent: int) -> Iterator[Line]:
    """One below another, as YAML has them."""
    for name, value in values.items():
        head = Part(f"{' ' * indent}{name}: ", "dim")
        if isinstance(value, Mapping) and value:
            yield (head,)
            yield from _values(value, indent + 2)
        elif isinstance(value, list | tuple) and value:
            yield (head,)
            for number, item in enumerate(value):
                yield from _item(number, item, indent + 2)
        else:
            yield from _text(head, _told(value), indent + 2)


def _item(number: int, item: object, indent: int) -> Iterator[Line]:
    if isinstance(item, Mapping | list | tuple):
        yield from _values({str(number): item}, indent)
    else:
        yield from _text(Part(f"{' ' * indent}- ", "dim"), _told(item), indent + 2)


def _told(value: object) -> str:
    if value is None or isinstance(value, bool):
        return str(value).lower().replace("none", "null")
    return str(value)


def _text(head: Part, text: str, indent: int) -> Iterator[Line]:
    """A text of several lines stands below its name."""
    shown = text if len(text) <= LONGEST else f"{text[:LONGEST]} … {len(text) - LONGEST} more characters"
    found = [line.expandtabs(4) for line in shown.splitlines()] or [""]
    if len(found) == 1:
        yield (head, Part(found[0]))
        return
    yield (head,)
    for line in found:
        yield (Part(f"{' ' * indent}{line}"),)
