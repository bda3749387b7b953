"""Flows: list, show, check, save."""

from collections.abc import Mapping
from typing import Any

import msgspec

from runtime.answers.parts import Parts
from runtime.catalogue import Entry
from runtime.client import requests
from runtime.errors import Failure
from runtime.executor import variables
from runtime.language import Loaded
from runtime.language.explain import explain
from runtime.language.schema import schema
from runtime.model.execution import Execution
from runtime.model.flow import Flow, InputSpec
from runtime.model.topology import topology
from runtime.model.views import (
    Done,
    FlowDetail,
    FlowView,
    InputView,
    Many,
    Revision,
    TriggerView,
    Validation,
)


async def list_flows(parts: Parts, request: requests.ListFlows, user: str) -> Many:
    entries = [entry for entry in parts.catalogue.entries() if is_below(entry.namespace, request.namespace)]
    latest = await parts.store.executions.latest([(entry.namespace, entry.id) for entry in entries])
    views = [await _view(parts, entry, latest.get((entry.namespace, entry.id))) for entry in entries]
    views.sort(key=lambda view: (view.namespace, view.id, view.file))
    return Many(items=tuple(views))


def is_below(namespace: str, above: str) -> bool:
    """Whether `namespace` is `above` or stands below it; everything stands below the empty one."""
    return not above or namespace == above or namespace.startswith(f"{above}.")


async def _view(parts: Parts, entry: Entry, last: Execution | None) -> FlowView:
    flow = entry.flow
    triggers = await parts.scheduler.views(flow) if flow else ()
    return FlowView(
        namespace=entry.namespace,
        id=entry.id,
        revision=flow.revision if flow else 0,
        description=flow.description if flow else "",
        labels=flow.labels if flow else {},
        file=entry.file,
        disabled=flow.disabled if flow else False,
        tasks=len(topology(flow).nodes) if flow else 0,
        triggers=tuple(triggers),
        next_fire=_soonest(triggers),
        last=last,
        problems=entry.problems,
        has_inputs=bool(flow and flow.inputs),
    )


def _soonest(triggers: tuple[TriggerView, ...]) -> Any:
    return min((trigger.next_fire for trigger in triggers if trigger.next_fire), default=None)


async def show(parts: Parts, request: requests.GetFlow, user: str) -> FlowDetail:
    if request.revision is None:
        flow = parts.catalogue.flow(request.namespace, request.id)
    else:
        flow = await parts.store.flows.get(request.namespace, request.id, request.revision)
    entry = parts.catalogue.entry(flow.namespace, flow.id) or Entry.of(flow)
    latest = await parts.store.executions.latest([(flow.namespace, flow.id)])
    return FlowDetail(
        flow=await _view(parts, entry, latest.get((flow.namespace, flow.id))),
        source=flow.source,
        inputs=tuple([await _input(parts, flow, spec) for spec in flow.inputs]),
        topology=topology(flow),
    )


async def _input(parts: Parts, flow: Flow, spec: InputSpec) -> InputView:
    blank = Execution(
        id="-", namespace=flow.namespace, flow_id=flow.id, revision=flow.revision, created=parts.clock.now()
    )
    return await field(parts, spec, variables.of_execution(flow, blank), flow.namespace)


async def field(parts: Parts, spec: InputSpec, seen: Mapping[str, Any], namespace: str) -> InputView:
    """An input as a form asks for it."""
    return msgspec.structs.replace(_field(spec), default=await _default(parts, spec, seen, namespace))


def _field(spec: InputSpec) -> InputView:
    """An input without its default, which has to be rendered."""
    choices = spec.checks.get("values") or spec.checks.get("options") or ()
    return InputView(
        id=spec.id,
        type=spec.type,
        label=spec.display_name or spec.id,
        description=spec.description,
        required=spec.required and spec.defaults is None,
        choices=tuple(str(choice) for choice in choices) if isinstance(choices, list | tuple) else (),
        checks={name: value for name, value in spec.checks.items() if name not in {"values", "options"}},
    )


async def _default(parts: Parts, spec: InputSpec, seen: Mapping[str, Any], namespace: str) -> Any:
    """The default as it would be now; what can't be rendered without the other inputs stays a template."""
    value = spec.prefill if spec.defaults is None else spec.defaults
    if spec.type == "SECRET":
        return None
    try:
        return await parts.resources.renderer.render(value, seen, namespace=namespace)
    except Failure:
        return value


async def revisions(parts: Parts, request: requests.ListRevisions, user: str) -> Many:
    found = await parts.store.flows.revisions(request.namespace, request.id)
    items = [Revision(number=number, created=created, source=source) for number, created, source in found]
    items.sort(key=lambda item: -item.number)
    return Many(items=tuple(items))


async def validate(parts: Parts, request: requests.ValidateSource, user: str) -> Validation:
    return validation(parts.catalogue.validate(request.source))


def validation(loaded: Loaded) -> Validation:
    flow = loaded.flow
    return Validation(
        problems=loaded.problems,
        topology=topology(flow) if flow else None,
        name=flow.name if flow else "",
        inputs=tuple(_field(spec) for spec in flow.inputs) if flow else (),
    )


async def save(parts: Parts, request: requests.SaveSource, user: str) -> Validation:
    loaded = await parts.catalogue.save(request.source, request.file)
    if loaded.flow is not None:
        await parts.store.audit.add(parts.clock.now(), user, "save", f"flow {loaded.flow.name}", {})
    return validation(loaded)


async def reference(parts: Parts, request: requests.Explain, user: str) -> Done:
    return Done(message=explain(request.name, parts.resources.registry))


async def delete(parts: Parts, request: requests.DeleteFlow, user: str) -> Done:
    file = await parts.catalogue.remove(request.namespace, request.id)
    name = f"{request.namespace}.{request.id}"
    await parts.store.audit.add(parts.clock.now(), user, "delete", f"flow {name}", {"file": file})
    return Done(message=f"flow {name} is gone with its file {file}")


async def language(parts: Parts, request: requests.GetSchema, user: str) -> Done:
    return Done(message=msgspec.json.encode(schema(parts.resources.registry)).decode())
