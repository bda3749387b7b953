"""How lists of tasks are gone through: lanes open and close, phases follow each other, scopes end. Everything that orders tasks lives here.

A scope goes MAIN, then ERRORS where a task failed for good and the scope has some, then FINALLY, then its owner ends. Inside a
phase only FAILED stops a lane; any other end lets the next task start (flow-language.md section 6). When a task of one lane has
failed, no further lane starts, and those that are open come to their own end: a dbt build is not torn down because its neighbour failed.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from runtime.engine import order, outputs, sla
from runtime.engine.commands import (
    Announce,
    BeginAgain,
    BeginAt,
    CheckCondition,
    CheckSla,
    ChooseListeners,
    Collect,
    Evaluate,
    Forget,
    RenderOutputs,
    RequestSlot,
    StartAttempt,
    WakeAt,
)
from runtime.engine.draft import Draft, replace
from runtime.engine.plans import (
    Plan,
    branch,
    enabled,
    needs_collection,
    needs_evaluation,
    one_lane,
    plan,
    wait_of,
)
from runtime.engine.snapshot import ROOT, Lane, Phase, Place, Scope
from runtime.model.execution import TaskRun
from runtime.model.flow import Rule, TaskSpec
from runtime.model.states import State, forgiven, worst

_HANDLER_PHASES = (Phase.ERRORS, Phase.FINALLY)
_WELL = frozenset({State.SUCCESS, State.WARNING})
_NEXT_PHASES = {Phase.ERRORS: (Phase.FINALLY,), Phase.FINALLY: ()}


def wait_date(draft: Draft, date: datetime) -> None:
    """The execution was asked for a later date."""
    draft.set_scope(ROOT, Scope(phase=Phase.SCHEDULED))
    draft.ask(BeginAt(at=date))


def wait_slot(draft: Draft) -> None:
    """Where the flow's executions are limited in number, none begins, or goes on after a restart, without leave."""
    draft.set_scope(ROOT, Scope(phase=Phase.WAITING))
    draft.ask(RequestSlot())


def begin_flow(draft: Draft) -> None:
    """Start the flow's own tasks."""
    draft.turn(State.RUNNING)
    for alarm in sla.timers(draft.flow, draft.missed, draft.at):
        draft.ask(alarm)
    _open_phase(draft, ROOT, Phase.MAIN, one_lane(enabled(draft.flow.tasks), "tasks"))


def enter(draft: Draft, run: TaskRun, values: dict[str, object]) -> None:
    """Start a flowable's children, now that its expressions are known."""
    made = plan(draft.places[run.id].spec, values)
    draft.values = draft.values.insert(run.id, values)
    run = draft.move(run, State.RUNNING, outputs={**run.outputs, **made.outputs})
    outputs.keep(draft, run)
    if made.error is not None:
        fail_flowable(draft, run, made.error)
    elif draft.places[run.id].spec.rule is Rule.PAUSE:
        pause(draft, run)
    elif draft.places[run.id].spec.rule is Rule.LOOP_UNTIL:
        iterate(draft, run.id, made, 1)
    else:
        _open_phase(draft, run.id, Phase.MAIN, made)


def iterate(draft: Draft, scope_id: str, made: Plan, number: int) -> None:
    """Begin iteration `number` of a loop."""
    outputs.keep(draft, draft.task_runs[scope_id])
    draft.set_scope(scope_id, Scope(phase=Phase.MAIN, iteration=number, first=draft.count))
    _open_phase(draft, scope_id, Phase.MAIN, made)


def pause(draft: Draft, run: TaskRun) -> None:
    """A Pause begins to wait; `pauses.py` says how that ends."""
    spec, seconds = draft.places[run.id].spec, wait_of(draft.values[run.id])
    due = None if seconds is None else draft.at + timedelta(seconds=seconds)
    run = draft.move(run, State.PAUSED, next_attempt=due)
    if not draft.execution.state.is_terminal:
        draft.turn(State.PAUSED)
    if due is not None:
        draft.ask(WakeAt(task_run_id=run.id, number=len(run.history), at=due))
    _open_phase(draft, run.id, Phase.PAUSED, one_lane(branch(spec, "onPause"), "onPause"))


def unpause(draft: Draft, scope_id: str, scope: Scope) -> None:
    """The wait is over: the tasks run, or the state that the Pause takes is known already."""
    if scope.state is State.SUCCESS and not is_killing(draft, scope_id):
        _open_phase(draft, scope_id, Phase.MAIN, plan(draft.places[scope_id].spec, draft.values[scope_id]))
    else:
        leave(draft, scope_id, scope)


def fail_flowable(draft: Draft, run: TaskRun, error: str) -> None:
    """A flowable that cannot begin: its `errors` and `finally` run all the same."""
    run = draft.move(run, State.RUNNING, error=error)
    draft.set_scope(run.id, Scope(phase=Phase.MAIN, state=State.FAILED, error=error))
    advance(draft, run.id)


def _open_phase(draft: Draft, scope_id: str, phase: Phase, made: Plan) -> None:
    before = draft.scopes.get(scope_id)
    draft.set_scope(
        scope_id,
        Scope(
            phase=phase,
            lanes=made.lanes,
            limit=made.limit,
            order=order.order(made.lanes),
            heeds=made.heeds,
            state=before.state if before else State.SUCCESS,
            error=before.error if before else None,
            iteration=before.iteration if before else 0,
            first=before.first if before else 0,
        ),
    )
    advance(draft, scope_id)


def advance(draft: Draft, scope_id: str) -> None:
    """Open the lanes that may open; where none is open and none will be, the phase is over."""
    stopped = _is_stopped(draft, scope_id)
    while not stopped and (number := _next_lane(draft.scopes[scope_id])) is not None:
        _open_lane(draft, scope_id, number)
    scope = draft.scopes[scope_id]
    if scope.open == 0:
        _phase_over(draft, scope_id, scope)


def _is_stopped(draft: Draft, scope_id: str) -> bool:
    scope = draft.scopes[scope_id]
    return (scope.phase is Phase.MAIN and scope.state is State.FAILED) or is_killing(draft, scope_id)


def is_killing(draft: Draft, scope_id: str) -> bool:
    """Whether nothing more may start in this scope, since the execution or its owner is being stopped."""
    if draft.execution.state is State.KILLING or draft.scopes[ROOT].final is not None:
        return True
    return scope_id != ROOT and draft.task_runs[scope_id].state is State.KILLING


def _next_lane(scope: Scope) -> int | None:
    if scope.limit and scope.open >= scope.limit:
        return None
    if scope.order is not None:
        return order.ahead(scope.order)
    return scope.started if scope.started < len(scope.lanes) else None


def _open_lane(draft: Draft, scope_id: str, number: int) -> None:
    scope = draft.scopes[scope_id]
    behind = None if scope.order is None else order.begin(scope.order)
    draft.set_scope(scope_id, replace(scope, open=scope.open + 1, started=scope.started + 1, order=behind))
    _start_task(draft, scope_id, scope.lanes[number], number, 0)


def _start_task(draft: Draft, scope_id: str, lane: Lane, number: int, position: int) -> None:
    spec = lane.tasks[position]
    run = draft.create(
        Place(spec, number, position),
        parent_id=scope_id or None,
        branch=lane.branch,
        value=lane.value,
        iteration=lane.iteration,
    )
    start(draft, run, spec)


def start(draft: Draft, run: TaskRun, spec: TaskSpec) -> None:
    """Set a created task run going."""
    if spec.rule is Rule.NONE:
        draft.ask(StartAttempt(task_run_id=run.id, number=len(run.attempts) + 1))
    elif needs_evaluation(spec):
        draft.set_scope(run.id, Scope(phase=Phase.EVALUATING))
        draft.ask(Evaluate(task_run_id=run.id))
    else:
        enter(draft, run, {})


def settle(draft: Draft, run: TaskRun) -> None:
    """A task run has come to its end: go on in its lane, or close it."""
    scope_id = run.parent_id or ROOT
    scope = draft.scopes[scope_id]
    lane, place = scope.lanes[draft.places[run.id].lane], draft.places[run.id]
    if scope.phase is Phase.MAIN and scope.heeds:
        scope = draft.set_scope(scope_id, _heed(scope, run))
    goes_on = run.state is not State.FAILED and not is_killing(draft, scope_id)
    if goes_on and place.position + 1 < len(lane.tasks):
        _start_task(draft, scope_id, lane, place.lane, place.position + 1)
    else:
        _close_lane(draft, scope_id, place.lane)


def _heed(scope: Scope, run: TaskRun) -> Scope:
    error = scope.error
    if run.state is State.FAILED and error is None:
        error = reason(run)
    return replace(scope, state=worst((scope.state, run.state)), error=error)


def reason(run: TaskRun) -> str:
    """Why a task run failed, as its parents tell it."""
    if run.error and run.error.startswith("`"):
        return run.error
    return f"`{run.task_id}` failed: {run.error or 'no reason given'}"


def _close_lane(draft: Draft, scope_id: str, number: int) -> None:
    scope = draft.scopes[scope_id]
    behind = None if scope.order is None else order.end(scope.order, number)
    draft.set_scope(scope_id, replace(scope, open=scope.open - 1, order=behind))
    advance(draft, scope_id)


def mend(draft: Draft, run: TaskRun) -> None:
    """Run the `errors` around a task run that is to be tried again, where nothing else runs there."""
    scope_id = run.parent_id
    if scope_id is None:
        return
    scope, tasks = draft.scopes[scope_id], _handlers(draft, scope_id, Phase.ERRORS)
    if tasks and scope.phase is Phase.MAIN and scope.open == 1 and scope.mends is None:
        lanes = one_lane(tasks, Phase.ERRORS.value).lanes
        phase = Scope(phase=Phase.ERRORS, lanes=lanes, limit=1, mends=run.id, kept=scope, since=draft.count)
        draft.set_scope(scope_id, phase)
        advance(draft, scope_id)


def is_mending(draft: Draft, run: TaskRun) -> bool:
    """Whether the `errors` before its new try still run."""
    scope = draft.scopes.get(run.parent_id or ROOT)
    return scope is not None and scope.kept is not None and scope.mends == run.id


def _put_right(draft: Draft, scope_id: str, scope: Scope) -> None:
    """The `errors` before a new try are through: its time has come, or will."""
    assert scope.kept is not None
    draft.set_scope(scope_id, replace(scope.kept, mends=scope.mends, since=scope.since))
    run = draft.task_runs[scope.mends or ""]
    assert run.next_attempt is not None
    draft.ask(WakeAt(task_run_id=run.id, number=len(run.attempts), at=run.next_attempt))


def mended(draft: Draft, run: TaskRun) -> None:
    """The new try begins: what the `errors` before it have left is taken out."""
    scope_id = run.parent_id or ROOT
    scope = draft.scopes[scope_id]
    if scope.mends == run.id:
        draft.set_scope(scope_id, replace(scope, mends=None))
        draft.remove_since(scope.since, scope_id)


def mend_no_more(draft: Draft, scope_id: str) -> None:
    """What runs is being stopped: no new try will come, and the `errors` before it are tasks as others are."""
    scope = draft.scopes.get(scope_id)
    if scope is not None and scope.kept is not None:
        stopped = {"final": scope.final, "mark": scope.mark, "open": scope.kept.open + scope.open}
        draft.set_scope(scope_id, replace(scope.kept, **stopped))


def _phase_over(draft: Draft, scope_id: str, scope: Scope) -> None:
    if scope.phase is Phase.PAUSED:
        if draft.task_runs[scope_id].state is not State.PAUSED:
            unpause(draft, scope_id, scope)
    elif scope.phase is Phase.AFTER:
        _finish(draft)
    elif scope.phase is Phase.LISTENERS:
        _open_after(draft)
    elif scope.kept is not None:
        _put_right(draft, scope_id, scope)
    elif (
        scope.iteration
        and scope.phase is Phase.MAIN
        and scope.state in _WELL
        and not is_killing(draft, scope_id)
    ):
        draft.set_scope(scope_id, replace(scope, phase=Phase.CHECKING))
        draft.ask(CheckCondition(task_run_id=scope_id, iteration=scope.iteration))
    else:
        leave(draft, scope_id, scope)


def leave(draft: Draft, scope_id: str, scope: Scope) -> None:
    """A phase is through: on to the next, or to the end."""
    if is_killing(draft, scope_id):
        close(draft, scope_id, State.KILLED)
    else:
        _next_phase(draft, scope_id, scope)


def _next_phase(draft: Draft, scope_id: str, scope: Scope) -> None:
    for phase in _NEXT_PHASES.get(scope.phase, _HANDLER_PHASES):
        tasks = _handlers(draft, scope_id, phase)
        if tasks and (phase is Phase.FINALLY or scope.state is State.FAILED):
            _open_phase(draft, scope_id, phase, one_lane(tasks, phase.value))
            return
    close(draft, scope_id, scope.state)


def _handlers(draft: Draft, scope_id: str, phase: Phase) -> tuple[TaskSpec, ...]:
    if scope_id != ROOT:
        return enabled(draft.places[scope_id].spec.branches.get(phase.value, ()))
    return enabled(draft.flow.errors if phase is Phase.ERRORS else draft.flow.finally_)


def break_off(draft: Draft, scope_id: str) -> None:
    """No further lane is to start; those that are open come to their end."""
    scope = draft.scopes[scope_id]
    draft.set_scope(scope_id, replace(scope, started=len(scope.lanes)))


def close(draft: Draft, scope_id: str, state: State) -> None:
    """All phases of a scope are through: what is left is its last deed, then its end."""
    scope = draft.scopes[scope_id]
    if scope_id == ROOT:
        _close_flow(draft, scope, state)
    elif scope.phase is not Phase.COLLECTING and needs_collection(draft.places[scope_id].spec, state):
        draft.set_scope(scope_id, replace(scope, phase=Phase.COLLECTING, state=state))
        draft.ask(Collect(task_run_id=scope_id))
    else:
        end_flowable(draft, draft.task_runs[scope_id], scope.final or state, scope.error)


def end_flowable(draft: Draft, run: TaskRun, state: State, error: str | None) -> None:
    spec = draft.places[run.id].spec
    allow_failure = spec.allow_failure or spec.rule is Rule.ALLOW_FAILURE
    final = forgiven(state, allow_failure=allow_failure, allow_warning=spec.allow_warning)
    draft.scopes = draft.scopes.discard(run.id)
    ended = draft.move(run, final, error=error if state is State.FAILED else run.error)
    outputs.keep(draft, ended)
    draft.ended.append(ended.id)


def _close_flow(draft: Draft, scope: Scope, state: State) -> None:
    if draft.flow.outputs and scope.phase is not Phase.OUTPUTS and state is not State.KILLED:
        draft.set_scope(ROOT, replace(scope, phase=Phase.OUTPUTS, state=state))
        draft.ask(RenderOutputs())
    else:
        conclude(draft, state, scope.error)


def conclude(draft: Draft, state: State, error: str | None) -> None:
    """All is through but the last look at the flow's assertions."""
    scope = draft.scopes[ROOT]
    if scope.final is None and state is not State.KILLED and sla.asserts(draft.flow, draft.missed):
        draft.set_scope(ROOT, replace(scope, phase=Phase.ASSERTING, state=state, error=error))
        draft.ask(CheckSla(final=True))
    else:
        end_execution(draft, scope.final or state, error)


def stopped(draft: Draft) -> State:
    """The state of what is not let come to its end."""
    return draft.scopes[ROOT].mark or State.KILLED


def end_execution(draft: Draft, state: State, error: str | None) -> None:
    """The final state is known; the listeners that care for it are found before anybody hears of it."""
    if draft.flow.listeners:
        draft.set_scope(ROOT, Scope(phase=Phase.CHOOSING, state=state, error=error))
        draft.ask(ChooseListeners(state=state))
    else:
        _announce(draft, state, error)
        _open_after(draft)


def run_listeners(draft: Draft, chosen: Sequence[int]) -> None:
    """One after the other, whatever becomes of the one before; then what stands behind the end."""
    _announce(draft, draft.scopes[ROOT].state, draft.scopes[ROOT].error)
    lists = [enabled(draft.flow.listeners[number].tasks) for number in chosen]
    lanes = tuple(Lane(tasks, "listeners") for tasks in lists if tasks)
    if lanes:
        _open_phase(draft, ROOT, Phase.LISTENERS, Plan(lanes=lanes, limit=1))
    else:
        _open_after(draft)


def _announce(draft: Draft, state: State, error: str | None) -> None:
    """The execution has ended; what comes behind cannot change that, and is not held."""
    draft.held = None
    draft.turn(state, error=error if state.is_bad or state is State.RETRIED else None)
    if not draft.announced:
        draft.announced = True
        draft.ask(Announce(state=state))


def _open_after(draft: Draft) -> None:
    after = enabled(draft.flow.after_execution)
    if after:
        _open_phase(draft, ROOT, Phase.AFTER, one_lane(after, "afterExecution"))
    else:
        _finish(draft)


def _finish(draft: Draft) -> None:
    if draft.execution.state is State.RETRIED:
        draft.set_scope(ROOT, replace(draft.scopes[ROOT], phase=Phase.RENEWING))
        draft.ask(BeginAgain())
    else:
        forget(draft)


def forget(draft: Draft) -> None:
    """Nothing more will happen."""
    draft.set_scope(ROOT, replace(draft.scopes[ROOT], phase=Phase.DONE))
    draft.finished = True
    draft.ask(Forget())
