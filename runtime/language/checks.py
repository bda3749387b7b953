"""`checks:` of a flow: what must hold before an execution begins that somebody asks for (flow-language.md section 2)."""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from runtime.language.document import Path
from runtime.language.input_specs import entries
from runtime.language.report import Report
from runtime.language.templates import Templates
from runtime.language.values import check_fields
from runtime.model.flow import FlowCheck


class CheckKeys(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What must hold before an execution begins that somebody asks for."""

    condition: Any = None
    """An expression that sees the inputs."""
    when: Any = None
    """The newer name of `condition`."""
    message: str
    """Said where the condition does not hold."""
    style: Literal["INFO", "SUCCESS", "WARNING", "ERROR"] | None = None
    """How the message is meant."""
    behavior: Literal["BLOCK_EXECUTION", "FAIL_EXECUTION", "CREATE_EXECUTION"] | None = None
    """What becomes of the execution then: none (where nothing is said), one that fails at once, or one that begins all the same."""


def read_checks(report: Report, templates: Templates, value: Any, path: Path) -> tuple[FlowCheck, ...]:
    """The checks; what is wrong with one is reported."""
    found = [
        _check(report, templates, item, place) for item, place in entries(report, value, path, "a check")
    ]
    return tuple(check for check in found if check is not None)


def _check(report: Report, templates: Templates, value: Mapping[str, Any], path: Path) -> FlowCheck | None:
    before = report.errors
    check_fields(report, path, value, CheckKeys, owner="a check", rendered=False)
    condition = value.get("condition", value.get("when"))
    if condition is None:
        report.error(path, "a check needs `condition`")
    if report.errors > before:
        return None
    templates.check(condition, (*path, "condition"))
    return FlowCheck(
        condition=str(condition).lower() if isinstance(condition, bool) else str(condition),
        message=str(value["message"]),
        style=value.get("style") or "INFO",
        behavior=value.get("behavior") or "BLOCK_EXECUTION",
    )
