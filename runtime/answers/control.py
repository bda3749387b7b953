"""Taking an execution in hand: hold it, let it go on, run it once more, say that a task ended otherwise, label it."""

import msgspec

from runtime.answers.executions import view
from runtime.answers.parts import Parts
from runtime.answers.waiting import let_go, paused
from runtime.client import requests
from runtime.engine.hold import HOLDABLE
from runtime.engine.restart import HANDLERS
from runtime.engine.snapshot import BEFORE, ROOT, Phase, Snapshot
from runtime.errors import ExecutionNotFound, InvalidRequest, NotAllowed
from runtime.executor.again import REPLAY, replay_from
from runtime.executor.begin import SYSTEM, begin, check_labels
from runtime.model.events import BeginDue, HoldEnded, HoldRequested, LabelsChanged, SlotAnswered, StateChanged
from runtime.model.execution import Execution, TaskRun
from runtime.model.flow import Flow, Rule
from runtime.model.states import State
from runtime.model.views import Done, ExecutionView

CHANGEABLE = (State.SUCCESS, State.WARNING, State.SKIPPED, State.FAILED)


async def pause(parts: Parts, request: requests.PauseExecution, user: str) -> Done:
    live = await _live(parts, request.id)
    execution = live.execution
    has_begun = live.scopes[ROOT].phase not in BEFORE
    if not has_begun or execution.state not in HOLDABLE or live.held is not None:
        raise NotAllowed(f"execution {execution.id} is {execution.state}: there is nothing to pause")
    now = parts.clock.now()
    await parts.supervisor.record(execution.id, HoldRequested(at=now, by=user))
    await parts.store.audit.add(now, user, "pause", f"execution {execution.id}", {})
    return Done(message=f"execution {execution.id} is paused: what runs comes to its end, nothing new begins")


async def resume(parts: Parts, request: requests.ResumeExecution, user: str) -> Done:
    """End a hold, where there is one and no task is named; else let a Pause go on."""
    live = await _live(parts, request.id, may_wait=True)
    identifier, now, task = live.execution.id, parts.clock.now(), ""
    if live.held is not None and not request.task:
        await parts.supervisor.record(identifier, HoldEnded(at=now, by=user))
    else:
        task = await let_go(parts, live, request, user)
    # what was answered may be secret
    what = {"task": task, "answered": sorted(request.inputs)} if task else {}
    await parts.store.audit.add(now, user, "resume", f"execution {identifier}", what)
    return Done(message=f"`{task}` goes on" if task else f"execution {identifier} goes on")


async def force_run(parts: Parts, request: requests.ForceRun, user: str) -> Done:
    live = await _live(parts, request.id)
    identifier, phase, now = live.execution.id, live.scopes[ROOT].phase, parts.clock.now()
    if phase not in BEFORE:
        state = live.execution.state
        raise NotAllowed(f"execution {identifier} is {state}: it waits neither for a place nor for a date")
    if phase is Phase.SCHEDULED:
        # the next event follows at once: a place is asked for, and given before the flow's limit answers
        parts.supervisor.post(identifier, BeginDue(at=now, by=user))
    await parts.supervisor.record(identifier, SlotAnswered(at=now, state=State.RUNNING))
    await parts.store.audit.add(now, user, "force-run", f"execution {identifier}", {})
    return Done(message=f"execution {identifier} begins, whatever its date and the limit of its flow")


async def replay(parts: Parts, request: requests.ReplayExecution, user: str) -> ExecutionView:
    old = await _ended(parts, request.id)
    flow = await _flow(parts, old, request.revision)
    if request.task:
        snapshot = await _recalled(parts, old)
        run = _run(snapshot, request.task)
        _require_main(snapshot, run)
        identifier = await replay_from(parts.resources, parts.store, flow, old, run, user)
    else:
        identifier = await _from_beginning(parts, flow, old, user)
    what = {"of": old.id, "from": request.task, "revision": flow.revision}
    await parts.store.audit.add(parts.clock.now(), user, "replay", f"execution {identifier}", what)
    return await view(parts, identifier)


async def _from_beginning(parts: Parts, flow: Flow, old: Execution, user: str) -> str:
    given = {name: value for name, value in old.labels.items() if not name.startswith(SYSTEM)}
    wanted = {spec.id for spec in flow.inputs}
    begun = await begin(
        parts.resources,
        flow,
        inputs={name: value for name, value in old.inputs.items() if name in wanted},
        labels={**given, REPLAY: "true"},
        user=user,
        trigger=old.trigger,
        schedule_date=old.schedule_date,
    )
    return begun.execution.id


async def change_state(parts: Parts, request: requests.ChangeState, user: str) -> ExecutionView:
    try:
        state = State(request.state.upper())
    except ValueError:
        state = State.CREATED
    if state not in CHANGEABLE:
        raise InvalidRequest(f"a task run can be set to {', '.join(CHANGEABLE)}, not to `{request.state}`")
    old = await _ended(parts, request.id)
    snapshot = await _recalled(parts, old)
    run = _run(snapshot, request.task)
    _require_changeable(snapshot, run, state)
    flow = await _flow(parts, old, None)
    await parts.supervisor.revive(flow, old.id)
    now = parts.clock.now()
    event = StateChanged(at=now, task_run_id=run.id, state=state, by=user)
    await parts.supervisor.record(old.id, event)
    await parts.store.audit.add(
        now, user, "set-state", f"task run {run.id}", {"state": state, "was": run.state}
    )
    return await view(parts, old.id)


async def set_labels(parts: Parts, request: requests.SetLabels, user: str) -> ExecutionView:
    check_labels(request.labels)
    identifier = await parts.store.executions.resolve(request.id)
    live = parts.supervisor.snapshot(identifier)
    if live is None:
        execution, _ = await parts.store.executions.get(identifier)
        live = await parts.supervisor.revive(await _flow(parts, execution, None), identifier)
    kept = {name: value for name, value in live.execution.labels.items() if name not in request.remove}
    now = parts.clock.now()
    labels = {**kept, **request.labels}
    await parts.supervisor.record(identifier, LabelsChanged(at=now, labels=labels, by=user))
    if live.finished and (known := parts.supervisor.snapshot(identifier)) is not None:
        parts.supervisor.resume(known)
    what = {"labels": request.labels, "removed": list(request.remove)}
    await parts.store.audit.add(now, user, "labels", f"execution {identifier}", msgspec.to_builtins(what))
    return await view(parts, identifier)


# --- what is meant


async def _live(parts: Parts, part: str, *, may_wait: bool = False) -> Snapshot:
    """One that has not ended; a Pause may wait behind the end too, in afterExecution."""
    identifier = await parts.store.executions.resolve(part)
    live = parts.supervisor.snapshot(identifier)
    if live is None or (live.execution.state.is_terminal and not (may_wait and paused(live))):
        raise NotAllowed(f"execution {identifier} has ended already")
    return live


async def _ended(parts: Parts, part: str) -> Execution:
    identifier = await parts.store.executions.resolve(part)
    if parts.supervisor.snapshot(identifier) is not None:
        raise NotAllowed(
            f"execution {identifier} has not ended", hint=f"flowdeck execution kill {identifier}"
        )
    execution, _ = await parts.store.executions.get(identifier)
    return execution


async def _flow(parts: Parts, execution: Execution, revision: int | None) -> Flow:
    """The revision that ran, another one, or (0) the latest."""
    if revision == 0:
        return parts.catalogue.flow(execution.namespace, execution.flow_id)
    wanted = execution.revision if revision is None else revision
    return await parts.store.flows.get(execution.namespace, execution.flow_id, wanted)


async def _recalled(parts: Parts, execution: Execution) -> Snapshot:
    """An ended execution as its log gives it, to look at."""
    from runtime.engine.replay import replay as from_log

    flow = await _flow(parts, execution, None)
    return from_log(flow, (event for _, event in await parts.store.executions.events(execution.id)))


def _run(snapshot: Snapshot, wanted: str) -> TaskRun:
    found = [run for run in snapshot.ordered() if wanted in {run.id, run.task_id}]
    if not found:
        known = ", ".join(dict.fromkeys(run.task_id for run in snapshot.ordered()))
        raise ExecutionNotFound(
            f"execution {snapshot.execution.id} has no task run `{wanted}`", hint=f"it ran {known}"
        )
    return found[-1]


def _require_main(snapshot: Snapshot, run: TaskRun) -> None:
    """Neither what handles an end, nor what stands in a working directory that is gone."""
    for each in (run, *snapshot.ancestors(run)):
        if each.branch in HANDLERS:
            raise NotAllowed(
                f"`{run.task_id}` stands in `{each.branch}`, which runs by itself when it is due"
            )
        if each is not run and snapshot.spec(each.id).rule is Rule.WORKING_DIRECTORY:
            raise NotAllowed(
                f"`{run.task_id}` stands in the working directory of `{each.task_id}`, which is gone",
                hint=f"name `{each.task_id}` instead: all of it runs anew",
            )


def _require_changeable(snapshot: Snapshot, run: TaskRun, state: State) -> None:
    _require_main(snapshot, run)
    if run.state is state:
        raise NotAllowed(f"`{run.task_id}` is {state} already")
    if snapshot.execution.state is State.KILLED or run.state is State.KILLED:
        raise NotAllowed(
            "what was killed did not come to an end that could be changed",
            hint=f"flowdeck execution replay {snapshot.execution.id} --from {run.task_id}",
        )
    if state is not State.FAILED and run.state is not State.FAILED:
        raise NotAllowed(
            f"`{run.task_id}` is {run.state}, and what comes after it has run; only a failure can be forgiven",
            hint=f"flowdeck execution replay {snapshot.execution.id} --from {run.task_id}",
        )
