"""How an execution begins: its inputs are resolved, its labels put together, its flow's `checks` asked, its first event written down."""

from dataclasses import dataclass
from typing import Any

import msgspec

from runtime.errors import Failure, InvalidRequest, NotAllowed
from runtime.executor import variables
from runtime.executor.functions import execution_id, successor_id
from runtime.executor.resources import Resources
from runtime.executor.subflow_function import subflow_function
from runtime.executor.taking import take
from runtime.expressions import is_truthy
from runtime.model.execution import Change, Execution, Trigger
from runtime.model.flow import Flow, FlowCheck, TriggerSpec
from runtime.model.states import State

SYSTEM = "system."
"""Labels that begin so are the runtime's own."""

CORRELATION = "system.correlationId"
"""The first execution of all that one led to: subflows, and flows that waited for it. The one label of the runtime's that may be given."""

FROM = "system.from"


class Begun(msgspec.Struct, frozen=True, kw_only=True):
    """An execution that is written down, and what the flow's checks have to say about it."""

    execution: Execution
    notes: tuple[str, ...] = ()


async def begin(
    resources: Resources,
    flow: Flow,
    *,
    inputs: dict[str, Any],
    labels: dict[str, str],
    user: str = "",
    trigger: Trigger | None = None,
    is_checked: bool = False,
    is_lenient: bool = False,
    **facts: Any,
) -> Begun:
    """Create an execution; it is durable when this returns. Raises InvalidInputs, NotAllowed.

    `checks` are for executions that somebody asks for by hand; a missing input is no matter where the caller `is_lenient`.
    """
    if flow.disabled:
        raise NotAllowed(f"{flow.name} is disabled in its file")
    execution = _blank(resources, flow, labels, trigger, {"created_by": user, **facts})
    resolved = await _inputs(resources, flow, execution, inputs, is_lenient=is_lenient)
    execution = msgspec.structs.replace(execution, inputs=resolved)
    failing = await _failing(resources, flow, execution) if is_checked else []
    messages = tuple(check.message for check in failing)
    behaviors = {check.behavior for check in failing}
    if "BLOCK_EXECUTION" in behaviors:
        resources.files.delete_execution(flow.namespace, flow.id, execution.id)
        raise NotAllowed("; ".join(messages), hint=f"the flow's `checks` do not let {flow.name} run so")
    refused = "; ".join(messages) if "FAIL_EXECUTION" in behaviors else None
    await resources.supervisor.create(flow, execution, refused=refused)
    return Begun(execution=execution, notes=() if refused else messages)


async def begin_by_trigger(
    resources: Resources,
    flow: Flow,
    spec: TriggerSpec,
    *,
    trigger: Trigger,
    inputs: dict[str, Any],
    seen: dict[str, Any],
    labels: dict[str, str] | None = None,
    is_lenient: bool = False,
    **facts: Any,
) -> Execution:
    """Create the execution of a trigger that fires. One that may not begin so is only written down where the trigger says
    `failOnTriggerError`; else the Failure is the caller's."""
    marked = {**spec.labels, **(labels or {})}
    try:
        given = await resources.renderer.render(inputs, seen, namespace=flow.namespace)
        begun = await begin(
            resources, flow, inputs=given, labels=marked, trigger=trigger, is_lenient=is_lenient, **facts
        )
    except Failure as failure:
        if str(spec.properties.get("failOnTriggerError", "")).lower() != "true":
            raise
        execution = _blank(resources, flow, marked, trigger, facts)
        await resources.supervisor.create(flow, execution, refused=str(failure))
        return execution
    return begun.execution


async def begin_again(resources: Resources, flow: Flow, ended: Execution) -> str:
    """Begin the execution that tries the same anew, unless a runtime that crashed has done so; its id."""
    assert ended.ended is not None
    identifier = successor_id(ended.id, ended.ended)
    if await resources.supervisor.knows(identifier):
        return identifier
    now = resources.clock.now()
    anew = msgspec.structs.replace(
        ended,
        id=identifier,
        state=State.CREATED,
        created=now,
        started=None,
        ended=None,
        outputs={},
        variables={},
        error=None,
        original_created=ended.original_created or ended.created,
        attempt_number=ended.attempt_number + 1,
        history=(Change(State.CREATED, now),),
    )
    await resources.supervisor.create(flow, anew)
    return identifier


def check_labels(labels: dict[str, str]) -> None:
    """Raises InvalidRequest where somebody gives a label of the runtime's own."""
    for name in labels:
        if name.startswith(SYSTEM) and name != CORRELATION:
            raise InvalidRequest(
                f"the label `{name}` is reserved: labels that begin with `{SYSTEM}` are set by the runtime",
                hint=f"{CORRELATION} is the one that may be given",
            )


def _blank(
    resources: Resources,
    flow: Flow,
    labels: dict[str, str],
    trigger: Trigger | None,
    facts: dict[str, Any],
) -> Execution:
    """The execution before its inputs are known."""
    now = resources.clock.now()
    identifier = facts.get("id") or execution_id(resources.clock)
    if (date := facts.get("schedule_date")) is not None:
        facts = {**facts, "schedule_date": date.astimezone()}  # without an offset it is this machine's time
    own = {CORRELATION: identifier, **({FROM: "trigger"} if trigger else {})}
    return Execution(
        namespace=flow.namespace,
        flow_id=flow.id,
        revision=flow.revision,
        created=now,
        labels={**own, **flow.labels, **labels},
        trigger=trigger,
        original_id=identifier,
        history=(Change(State.CREATED, now),),
        **{**facts, "id": identifier},
    )


async def _inputs(
    resources: Resources, flow: Flow, execution: Execution, given: dict[str, Any], *, is_lenient: bool
) -> dict[str, Any]:
    if not flow.inputs and not given:
        return {}
    seen = variables.of_execution(flow, execution)
    seen["subflow"] = subflow_function(_Children(resources, execution))
    return await take(resources, execution, flow.inputs, given, seen, is_lenient=is_lenient)


@dataclass(frozen=True)
class _Children:
    """The flows that the inputs of an execution run."""

    resources: Resources
    above: Execution

    async def find(self, namespace: str, id: str, revision: int | None) -> Flow:
        return await self.resources.flows(namespace, id, revision)

    async def begin(self, flow: Flow, inputs: dict[str, Any], labels: dict[str, str]) -> Execution:
        check_labels(labels)
        own = {FROM: "subflow", CORRELATION: self.above.labels.get(CORRELATION, self.above.id)}
        begun = await begin(
            self.resources, flow, inputs=inputs, labels={**own, **labels}, user=self.above.created_by
        )
        return begun.execution

    async def ended(self, execution_id: str) -> Execution:
        await self.resources.supervisor.wait_end(execution_id)
        execution, _ = await self.resources.executions.get(execution_id)
        return execution


async def _failing(resources: Resources, flow: Flow, execution: Execution) -> list[FlowCheck]:
    """The checks whose condition does not hold; one that can't be rendered does not."""
    seen = variables.of_execution(flow, execution)
    failing = []
    for check in flow.checks:
        try:
            holds = is_truthy(
                await resources.renderer.render(check.condition, seen, namespace=flow.namespace)
            )
        except Failure as failure:
            holds = False
            check = msgspec.structs.replace(check, message=f"{check.message} ({failure})")
        if not holds:
            failing.append(check)
    return failing
