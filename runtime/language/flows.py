"""A whole flow file, checked and built."""

import re
from collections.abc import Mapping
from typing import Annotated, Any

import msgspec

from runtime.language.checks import read_checks
from runtime.language.conditions import ConditionReader
from runtime.language.defaults import MOST_ADDED, Defaults, read_defaults
from runtime.language.document import Document
from runtime.language.input_specs import InputReader, entries, ids, read_outputs
from runtime.language.labels import read_labels
from runtime.language.limits import read_concurrency, read_slas
from runtime.language.report import Report, nearest
from runtime.language.retries import read_retry
from runtime.language.tasks import TaskReader
from runtime.language.templates import Templates
from runtime.language.triggers import TriggerChecks, read_triggers
from runtime.language.types import Types
from runtime.language.values import check_fields, flag, named
from runtime.model.flow import Flow, Listener, PluginDefault
from runtime.tasks.base import Verbatim
from runtime.tasks.convert import properties
from runtime.tasks.registry import Registry

ID = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9._-]*")
NAMESPACE = re.compile(r"[a-z0-9][a-z0-9._-]*")
LONGEST_ID = 100
LONGEST_NAMESPACE = 150
RESERVED = frozenset(
    [
        "pause",
        "resume",
        "force-run",
        "change-status",
        "kill",
        "executions",
        "search",
        "source",
        "disable",
        "enable",
    ]
)
WITHOUT_EFFECT: Mapping[str, str] = {
    "quotas": "only `concurrency` limits executions",
    "workerGroup": "every task runs on this server",
    "workerSelector": "every task runs on this server",
    "policyRefs": "there are no policies",
}
"""What would change how a flow runs -> how it runs all the same."""


class FlowKeys(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A flow."""

    id: Annotated[str, Verbatim]
    """Letters, digits, `.`, `-` and `_`; unique in its namespace."""
    namespace: Annotated[str, Verbatim]
    """Small letters, digits, `.`, `-` and `_`; a dot stands between parent and child."""
    tasks: Any = None
    """Run one after the other."""
    description: str | None = None
    """For people; Markdown."""
    labels: Any = None
    """For its executions: a map."""
    inputs: Any = None
    """What may be handed to an execution."""
    variables: dict[str, Any] | None = None
    """`vars.NAME`; rendered only by `render(vars.NAME)`."""
    errors: Any = None
    """Run when a task has failed."""
    finally_: Any = msgspec.field(default=None, name="finally")
    """Run at the end, whatever happened."""
    after_execution: Any = None
    """Run when the execution's state is known."""
    outputs: Any = None
    """Rendered at the end."""
    triggers: Any = None
    """What starts it without a person."""
    plugin_defaults: Any = None
    """Values for all tasks of a type."""
    task_defaults: Any = None
    """Deprecated: `pluginDefaults`."""
    retry: Any = None
    """For every task that has none of its own."""
    disabled: Annotated[bool, Verbatim] = False
    """No triggers, and no new executions."""
    revision: int | None = None
    """No effect: the store counts revisions."""
    deleted: bool | None = None
    """No effect."""
    worker_group: Any = None
    """No effect."""
    worker_selector: Any = None
    """No effect."""
    policy_refs: Any = None
    """No effect."""
    concurrency: Any = None
    """How many executions may run at once, and what becomes of one more."""
    sla: Any = None
    """What is promised about each execution."""
    checks: Any = None
    """What must hold before an execution begins that somebody asks for."""
    listeners: Any = None
    """Deprecated: `afterExecution`, its tasks with `runIf`."""
    quotas: Any = None
    """No effect."""
    extend: Any = None
    """No effect."""
    tenant_id: str | None = None
    """No effect."""
    updated: Any = None
    """No effect."""
    source: str | None = None
    """No effect."""
    editor: Any = None
    """No effect."""


class ListenerKeys(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Tasks that run when an execution has ended; deprecated."""

    conditions: Any = None
    """All must hold."""
    tasks: Any = None
    """Run one after the other."""
    description: str | None = None
    """For people."""


def read_flow(
    document: Document,
    report: Report,
    registry: Registry,
    given: tuple[PluginDefault, ...],
    checks: TriggerChecks | None,
) -> Flow | None:
    """The flow; what is wrong with it is in the report, and it is not to be used where that has errors."""
    value = document.value
    if not isinstance(value, Mapping):
        what = "the file is empty" if value is None else f"a flow must be a map, and is {named(value)}"
        report.error((), what, "a flow begins with `id:`, `namespace:` and `tasks:`")
        return None
    check_fields(report, (), value, FlowKeys, owner="a flow", rendered=False)
    _check_names(report, value)
    _warn(report, value)
    key = "taskDefaults" if value.get("pluginDefaults") is None else "pluginDefaults"
    defaults = Defaults(
        registry, read_defaults(report, value.get(key), (key,)), given, namespace=str(value.get("namespace"))
    )
    templates = Templates(report)
    types = Types(registry, report)
    tasks = TaskReader(report, types, defaults, templates, (value.get("namespace"), value.get("id")))
    conditions = ConditionReader(report, types, defaults, templates)
    flow = Flow(
        id=str(value.get("id")),
        namespace=str(value.get("namespace")),
        description=str(value.get("description") or ""),
        labels=read_labels(report, value.get("labels"), ("labels",)),
        variables=_variables(value),
        inputs=InputReader(report, templates).read(value.get("inputs"), ("inputs",)),
        tasks=tasks.read_list(value.get("tasks"), ("tasks",), needed=not _is_misspelt(value, "tasks")),
        errors=tasks.read_list(value.get("errors"), ("errors",)),
        finally_=tasks.read_list(value.get("finally"), ("finally",)),
        after_execution=tasks.read_list(value.get("afterExecution"), ("afterExecution",)),
        listeners=_listeners(report, tasks, conditions, value.get("listeners")),
        outputs=read_outputs(report, templates, value.get("outputs"), ("outputs",)),
        triggers=read_triggers(report, types, defaults, templates, conditions, checks, value.get("triggers")),
        retry=read_retry(report, value.get("retry"), ("retry",)),
        concurrency=read_concurrency(report, value.get("concurrency"), ("concurrency",)),
        sla=read_slas(report, templates, value.get("sla"), ("sla",)),
        checks=read_checks(report, templates, value.get("checks"), ("checks",)),
        disabled=flag(value.get("disabled")),
        source=document.text,
    )
    templates.check(flow.variables, ("variables",))
    if defaults.are_too_many:
        report.error((key,), f"`{key}` adds more than {MOST_ADDED:,} values to the flow")
    templates.check_names([*ids(value.get("inputs")), *tasks.asked], tasks.ids)
    return flow


def _listeners(
    report: Report, tasks: TaskReader, conditions: ConditionReader, value: Any
) -> tuple[Listener, ...]:
    found = []
    for item, path in entries(report, value, ("listeners",), "a listener"):
        check_fields(report, path, item, ListenerKeys, owner="a listener", rendered=False)
        found.append(
            Listener(
                conditions=conditions.read(item.get("conditions"), (*path, "conditions")),
                tasks=tasks.read_list(item.get("tasks"), (*path, "tasks"), needed=True),
            )
        )
    return tuple(found)


def _is_misspelt(value: Mapping[str, Any], key: str) -> bool:
    """Whether a key that nobody knows, which has its own problem, seems to be meant for this one."""
    return (
        key not in value
        and nearest(key, [name for name in value if name not in properties(FlowKeys)]) is not None
    )


def _variables(value: Mapping[str, Any]) -> dict[str, Any]:
    variables = value.get("variables")
    return dict(variables) if isinstance(variables, Mapping) else {}


def _check_names(report: Report, value: Mapping[str, Any]) -> None:
    if value.get("id") is not None:
        name = str(value["id"])
        if not ID.fullmatch(name) or len(name) > LONGEST_ID:
            report.error(
                ("id",),
                f"`{name[:60]}` is no id of a flow: letters, digits, `.`, `-` and `_`, at most {LONGEST_ID}, "
                "the first a letter or digit",
            )
        elif name in RESERVED:
            report.error(("id",), f"`{name}` is a reserved id", "choose another")
    if value.get("namespace") is not None:
        name = str(value["namespace"])
        if not NAMESPACE.fullmatch(name) or len(name) > LONGEST_NAMESPACE:
            report.error(
                ("namespace",),
                f"`{name[:60]}` is no namespace: small letters, digits, `.`, `-` and `_`, at most {LONGEST_NAMESPACE}, "
                "the first a letter or digit",
            )


def _warn(report: Report, value: Mapping[str, Any]) -> None:
    for key, consequence in WITHOUT_EFFECT.items():
        if value.get(key):
            report.warn((key,), f"`{key}` has no effect here: {consequence}")
