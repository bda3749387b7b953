"""What bounds the executions of a flow: `concurrency:` and `sla:` (flow-language.md section 2)."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal

import msgspec

from runtime.language.document import Path
from runtime.language.input_specs import entries
from runtime.language.labels import read_labels
from runtime.language.report import Report
from runtime.language.templates import Templates
from runtime.language.values import check_fields, duration, named
from runtime.model.limits import Concurrency, Sla
from runtime.tasks.base import Verbatim


class ConcurrencyKeys(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How many executions of the flow may run at once."""

    limit: int
    """At least 1; a paused execution counts."""
    behavior: Literal["QUEUE", "CANCEL", "FAIL"] | None = None
    """What becomes of one more: it waits (QUEUE, where nothing is said), or ends CANCELLED or FAILED at once."""


class SlaKeys(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What is promised about each execution of the flow, and what becomes of one that misses it."""

    id: Annotated[str, Verbatim]
    """What it is called in messages."""
    type: Literal["MAX_DURATION", "EXECUTION_ASSERTION"]
    """Whether it is about time, or about what an expression says."""
    behavior: Literal["FAIL", "CANCEL", "NONE"]
    """What becomes of an execution that misses it: it ends FAILED or CANCELLED at once, or goes on."""
    labels: Any = None
    """For an execution that misses it."""
    duration: timedelta | None = None
    """MAX_DURATION: it ends within this time."""
    assert_: str | None = msgspec.field(default=None, name="assert")
    """EXECUTION_ASSERTION: an expression that is true whenever something has moved."""


NEEDED = {"MAX_DURATION": "duration", "EXECUTION_ASSERTION": "assert"}


def read_concurrency(report: Report, value: Any, path: Path) -> Concurrency | None:
    """The limit; None where there is none, or where it is wrong, which is reported."""
    if value is None:
        return None
    if not isinstance(value, Mapping):
        report.error(path, f"`concurrency` must be a map, and is {named(value)}", "concurrency: {limit: 1}")
        return None
    before = report.errors
    check_fields(report, path, value, ConcurrencyKeys, owner="`concurrency`", rendered=False)
    if report.errors > before:
        return None
    limit = int(value["limit"])
    if limit < 1:
        report.error((*path, "limit"), f"`limit` must be at least 1, and is {limit}")
        return None
    return Concurrency(limit=limit, behavior=value.get("behavior") or "QUEUE")


def read_slas(report: Report, templates: Templates, value: Any, path: Path) -> tuple[Sla, ...]:
    """The promises; what is wrong with one is reported."""
    found = [
        _sla(report, templates, item, place)
        for item, place in entries(report, value, path, "a promise of `sla`")
    ]
    return tuple(sla for sla in found if sla is not None)


def _sla(report: Report, templates: Templates, value: Mapping[str, Any], path: Path) -> Sla | None:
    before = report.errors
    check_fields(report, path, value, SlaKeys, owner="an `sla`", rendered=False)
    labels = read_labels(report, value.get("labels"), (*path, "labels"))
    if report.errors > before:
        return None
    needed = NEEDED[value["type"]]
    if value.get(needed) is None:
        report.error(path, f"an `sla` of type {value['type']} needs `{needed}`")
        return None
    templates.check(value.get("assert"), (*path, "assert"))
    timed = needed == "duration"
    return Sla(
        id=str(value["id"]),
        behavior=value["behavior"],
        duration=duration(value["duration"]) if timed else None,
        assertion=None if timed else str(value["assert"]),
        labels=labels,
    )
