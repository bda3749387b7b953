"""The list of flows as news change it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from console.format import plural
from console.models.flow_row import name_of
from runtime.model.execution import Execution
from runtime.model.views import FlowView


def with_execution(flows: Sequence[FlowView], moved: Execution) -> list[FlowView]:
    """The same flows; the one whose execution moved has it as its latest, unless a younger one is known."""
    return [_moved(flow, moved) for flow in flows]


def _moved(flow: FlowView, moved: Execution) -> FlowView:
    if (flow.namespace, flow.id) != (moved.namespace, moved.flow_id):
        return flow
    if flow.last is not None and flow.last.id != moved.id and flow.last.created > moved.created:
        return flow
    return msgspec.structs.replace(flow, last=moved)


@dataclass(frozen=True)
class Toast:
    """What to say about files that were read again."""

    text: str
    is_error: bool = False


def changed_toast(
    names: Sequence[str], before: Mapping[str, FlowView], after: Mapping[str, FlowView]
) -> Toast | None:
    """One sentence, however many files changed."""
    if len(names) > 1:
        broken = sum(1 for name in names if _errors(after.get(name)))
        text = f"{len(names)} flows were read again"
        return Toast(f"{text}, {broken} with errors" if broken else text, bool(broken))
    return _one(names[0], before.get(names[0]), after.get(names[0])) if names else None


def _one(name: str, before: FlowView | None, after: FlowView | None) -> Toast | None:
    known = after or before
    name = name_of(known) if known else name
    if after is None:
        return Toast(f"{name} is gone: its file was removed") if before else None
    errors = _errors(after)
    if errors:
        goes_on = f"; revision {after.revision} goes on" if after.revision else ""
        return Toast(f"{name} has {plural(errors, 'error')}{goes_on}", is_error=True)
    if before is None:
        return Toast(f"{name} is new")
    if before.revision == after.revision:
        return Toast(f"{name} is valid again") if _errors(before) else None
    return Toast(f"{name} is now revision {after.revision}")


def _errors(flow: FlowView | None) -> int:
    return sum(problem.is_error for problem in flow.problems) if flow else 0
