"""The flow language: text -> Flow, or all its problems at once, each with its place."""

import msgspec

from runtime.language.document import read
from runtime.language.flows import read_flow
from runtime.language.report import Report
from runtime.language.triggers import TriggerChecks
from runtime.model.flow import Flow, PluginDefault
from runtime.model.problem import Problem
from runtime.tasks.registry import Registry, default_registry


class Loaded(msgspec.Struct, frozen=True):
    """What came of a text. There is a flow where no problem is an error."""

    flow: Flow | None
    problems: tuple[Problem, ...] = ()
    """By line."""


def load(
    text: str | bytes,
    *,
    registry: Registry | None = None,
    defaults: tuple[PluginDefault, ...] = (),
    trigger_checks: TriggerChecks | None = None,
) -> Loaded:
    """Read a flow file; never raises, whatever the text is.

    `defaults` are the runtime's own plugin defaults; `trigger_checks` says what is wrong with a trigger beyond its types.
    """
    document = read(text)
    report = Report(document)
    unreadable = document.value is None and document.problems
    flow = (
        None
        if unreadable
        else read_flow(document, report, registry or default_registry(), defaults, trigger_checks)
    )
    return Loaded(flow if report.errors == 0 else None, report.problems())
