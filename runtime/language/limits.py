"""`concurrency:` of a flow (flow-language.md section 2)."""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from runtime.language.document import Path
from runtime.language.report import Report
from runtime.language.values import check_fields, named
from runtime.model.limits import Concurrency


class ConcurrencyKeys(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How many executions of the flow may run at once."""

    limit: int
    """At least 1; a paused execution counts."""
    behavior: Literal["QUEUE", "CANCEL", "FAIL"] | None = None
    """What becomes of one more: it waits (QUEUE, where nothing is said), or ends CANCELLED or FAILED at once."""


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
