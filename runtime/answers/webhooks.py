"""A call of a webhook: who may make it, and what it begins (flow-language.md section 9)."""

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from runtime.answers.parts import Parts
from runtime.errors import Failure, TriggerNotFound
from runtime.executor import variables
from runtime.executor.begin import begin_by_trigger
from runtime.executor.conditions import Judge
from runtime.model.execution import Execution, Trigger
from runtime.model.flow import Flow, TriggerSpec
from runtime.tasks.conditions import Occasion
from runtime.tasks.convert import convert_properties
from runtime.tasks.triggers import WEBHOOK, Webhook


@dataclass(frozen=True, kw_only=True)
class Call:
    """What came in."""

    body: bytes
    headers: Mapping[str, list[str]]
    parameters: Mapping[str, list[str]]

    def told(self) -> dict[str, Any]:
        """`trigger.*` in expressions."""
        return {
            "body": _parsed(self.body),
            "headers": dict(self.headers),
            "parameters": dict(self.parameters),
        }


@dataclass(frozen=True, kw_only=True)
class Begun:
    """What a call began, and how it is to be answered."""

    execution: Execution
    webhook: Webhook


def _parsed(body: bytes) -> Any:
    """As JSON where it is that, else as text."""
    text = body.decode("utf-8", "replace")
    try:
        return json.loads(text) if text else None
    except (ValueError, RecursionError):
        return text


async def call(parts: Parts, namespace: str, flow_id: str, key: str, request: Call) -> Begun | None:
    """Begin an execution; None where the trigger's conditions do not hold. Raises TriggerNotFound, and what keeps it from beginning."""
    flow, spec = await _addressed(parts, namespace, flow_id, key)
    told = request.told()
    seen = _seen(parts, flow, told)
    judge = Judge(parts.resources.registry, parts.resources.renderer)
    occasion = Occasion(namespace=flow.namespace, flow_id=flow.id)
    if not await judge.holds(spec.conditions, occasion, seen, namespace=flow.namespace):
        return None
    webhook = await _rendered(parts, flow, spec, seen)
    try:
        execution = await begin_by_trigger(
            parts.resources,
            flow,
            spec,
            trigger=Trigger(id=spec.id, type=spec.type, variables=told),
            inputs=spec.properties.get("inputs") or {},
            seen=seen,
        )
    except Failure as failure:
        parts.standing.failed(flow, spec, str(failure))
        raise
    await parts.standing.fired(flow, spec, execution.id)
    return Begun(execution=execution, webhook=webhook)


async def _addressed(parts: Parts, namespace: str, flow_id: str, key: str) -> tuple[Flow, TriggerSpec]:
    """Every key is compared to its end, so that the time of an answer tells nothing of them."""
    try:
        flow = parts.catalogue.flow(namespace, flow_id)
    except Failure as unknown:
        raise _unknown(namespace, flow_id) from unknown
    found = None
    for spec in flow.triggers:
        if spec.type == WEBHOOK and parts.standing.is_active(flow, spec):
            own = await _key(parts, flow, spec)
            if own and hmac.compare_digest(own.encode(), key.encode()):
                found = spec
    if found is None:
        raise _unknown(namespace, flow_id)
    return flow, found


def _unknown(namespace: str, flow_id: str) -> TriggerNotFound:
    """Whoever asks is not told which of the two is wrong."""
    return TriggerNotFound(f"no webhook of {namespace}.{flow_id} has this key")


async def _key(parts: Parts, flow: Flow, spec: TriggerSpec) -> str:
    seen = {"flow": {"id": flow.id, "namespace": flow.namespace}, "vars": flow.variables}
    try:
        key = await parts.resources.renderer.render(
            spec.properties.get("key"), seen, namespace=flow.namespace
        )
    except Failure as failure:
        parts.standing.failed(flow, spec, f"its key can't be rendered: {failure}")
        return ""
    return "" if key is None else str(key)


def _seen(parts: Parts, flow: Flow, told: dict[str, Any]) -> dict[str, Any]:
    blank = Execution(
        id="",
        namespace=flow.namespace,
        flow_id=flow.id,
        revision=flow.revision,
        created=parts.clock.now(),
        labels=flow.labels,
    )
    seen = variables.of_execution(flow, blank)
    del seen["execution"]
    return seen | {"trigger": told}


async def _rendered(parts: Parts, flow: Flow, spec: TriggerSpec, seen: dict[str, Any]) -> Webhook:
    """How the call is to be answered."""
    own = {name: value for name, value in spec.properties.items() if name in ANSWERING}
    rendered = await parts.resources.renderer.render(own, seen, namespace=flow.namespace)
    return convert_properties(Webhook, {"key": "-", **rendered})


ANSWERING = ("wait", "returnOutputs", "responseContentType", "responseCode")
