"""Triggers: list, pause, look ahead, make up for the past."""

from runtime.answers.flows import is_below
from runtime.answers.parts import Parts
from runtime.client import requests
from runtime.model.views import Done, Fire, Many


async def list_triggers(parts: Parts, request: requests.ListTriggers, user: str) -> Many:
    flows = [flow for flow in parts.catalogue.flows() if is_below(flow.namespace, request.namespace)]
    views = [view for flow in flows for view in await parts.scheduler.views(flow)]
    views.sort(key=lambda view: (view.namespace, view.flow_id, view.trigger_id))
    return Many(items=tuple(views))


async def pause(parts: Parts, request: requests.PauseTrigger, user: str) -> Done:
    flow = parts.catalogue.flow(request.namespace, request.flow_id)
    await parts.scheduler.pause(flow, request.trigger_id, paused=request.paused)
    done = "paused" if request.paused else "resumed"
    target = f"trigger {flow.name}.{request.trigger_id}"
    await parts.store.audit.add(parts.clock.now(), user, done, target, {})
    return Done(message=f"{target} is {done}")


async def fires(parts: Parts, request: requests.ListFires, user: str) -> Many:
    flow = parts.catalogue.flow(request.namespace, request.flow_id)
    found = parts.scheduler.upcoming(
        flow, request.trigger_id, after=request.after or parts.clock.now(), count=request.count
    )
    return Many(items=tuple(Fire(at=fire.at, note=fire.note) for fire in found))


async def backfill(parts: Parts, request: requests.Backfill, user: str) -> Done:
    flow = parts.catalogue.flow(request.namespace, request.flow_id)
    count = await parts.scheduler.backfill(
        flow,
        request.trigger_id,
        start=request.start,
        end=request.end,
        inputs=request.inputs,
        labels=request.labels,
    )
    target = f"trigger {flow.name}.{request.trigger_id}"
    await parts.store.audit.add(parts.clock.now(), user, "backfill", target, {"executions": count})
    return Done(message=f"{count} executions are asked for; those of {target} follow each other")
