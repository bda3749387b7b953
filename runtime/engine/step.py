"""`step(snapshot, event) -> (snapshot, commands)`: what each event means. The order of tasks is decided in `scopes.py`.

Late and duplicate events are ignored: each handler begins by asking whether the event still means anything.
"""

from collections.abc import Callable, Sequence
from typing import Any

from runtime.engine import hold, loops, pauses, restart, retries, rewind, scopes, sla, stop
from runtime.engine.commands import AnyCommand, KillChildren, StartAttempt
from runtime.engine.draft import Draft, replace
from runtime.engine.snapshot import BEFORE, ROOT, Phase, Scope, Snapshot
from runtime.model.events import (
    AnyEvent,
    AttemptEnded,
    AttemptLost,
    AttemptProgressed,
    AttemptStarted,
    BeginDue,
    BegunAgain,
    Collected,
    ConditionChecked,
    Evaluated,
    ExecutionCreated,
    HoldEnded,
    HoldRequested,
    KillRequested,
    LabelsChanged,
    ListenersChosen,
    OutputsRendered,
    PauseEnded,
    Restarted,
    RetryDue,
    RunAnew,
    SlaChecked,
    SlotAnswered,
    StateChanged,
)
from runtime.model.execution import Attempt, TaskRun
from runtime.model.states import State, forgiven


def step(snapshot: Snapshot, event: AnyEvent) -> tuple[Snapshot, Sequence[AnyCommand]]:
    """Apply one event. Deterministic: the same log gives the same snapshot and the same commands."""
    draft = Draft(snapshot, event.at)
    _HANDLERS[type(event)](draft, event)
    while draft.ended:
        scopes.settle(draft, draft.task_runs[draft.ended.popleft()])
    if draft.flow.sla and draft.has_moved:
        sla.watch(draft)
    return draft.done(snapshot), draft.commands


def _on_created(draft: Draft, event: ExecutionCreated) -> None:
    if ROOT in draft.scopes:
        return
    if event.refused is not None:
        draft.set_scope(ROOT, Scope(phase=Phase.MAIN))
        scopes.end_execution(draft, State.FAILED, event.refused)
    elif event.begins is not None:
        scopes.wait_date(draft, event.begins)
    else:
        _begin(draft)


def _on_begin_due(draft: Draft, event: BeginDue) -> None:
    if draft.scopes[ROOT].phase is Phase.SCHEDULED:
        _begin(draft)


def _begin(draft: Draft) -> None:
    if draft.flow.concurrency is None:
        scopes.begin_flow(draft)
    else:
        scopes.wait_slot(draft)


def _on_slot_answered(draft: Draft, event: SlotAnswered) -> None:
    if draft.scopes[ROOT].phase is not Phase.WAITING:
        return
    if event.state is State.QUEUED:
        draft.turn(State.QUEUED)
    elif event.state is not State.RUNNING:
        scopes.end_execution(draft, event.state, event.reason)
    elif draft.task_runs:
        restart.go_on(draft)
    else:
        scopes.begin_flow(draft)


def _on_evaluated(draft: Draft, event: Evaluated) -> None:
    run = draft.task_runs.get(event.task_run_id)
    scope = draft.scopes.get(event.task_run_id)
    if run is None or run.state.is_terminal or scope is None or scope.phase is not Phase.EVALUATING:
        return
    if scopes.is_killing(draft, run.id):
        scopes.end_flowable(draft, run, scopes.stopped(draft), None)
    elif event.skipped:
        draft.scopes = draft.scopes.discard(run.id)
        stop.end(draft, draft.end_attempt(run, State.SKIPPED), State.SKIPPED)
    elif event.error is not None:
        scopes.fail_flowable(draft, run, event.error)
    else:
        scopes.enter(draft, run, event.values)


def _on_collected(draft: Draft, event: Collected) -> None:
    scope = draft.scopes.get(event.task_run_id)
    if scope is None or scope.phase is not Phase.COLLECTING:
        return
    run = draft.task_runs[event.task_run_id]
    run = draft.put(replace(run, outputs={**run.outputs, **event.outputs}))
    if event.breaks and run.parent_id is not None:
        scopes.break_off(draft, run.parent_id)
    state = State.FAILED if event.error and scope.state is not State.KILLED else scope.state
    scopes.end_flowable(draft, run, state, scope.error or event.error)


def _current(draft: Draft, task_run_id: str, number: int) -> TaskRun | None:
    """The task run, where attempt `number` is its present one and has not ended."""
    run = draft.task_runs.get(task_run_id)
    if run is None or run.state.is_terminal or run.state is State.RETRYING:
        return None
    expected = len(run.attempts) + (run.attempt is None or run.attempt.state.is_terminal)
    return run if number == expected else None


def _on_attempt_started(draft: Draft, event: AttemptStarted) -> None:
    run = _current(draft, event.task_run_id, event.number)
    if run is None or len(run.attempts) == event.number:
        return
    attempt = Attempt(number=event.number, state=State.RUNNING, started=event.at, runner=event.runner)
    run = replace(run, attempts=(*run.attempts, attempt))
    if run.state is State.KILLING:
        draft.put(run)
    else:
        draft.move(replace(run, error=None), State.RUNNING)
        _resume_running(draft)


def _resume_running(draft: Draft) -> None:
    if draft.execution.state is State.RETRYING:
        draft.turn(State.RUNNING)


def _on_attempt_progressed(draft: Draft, event: AttemptProgressed) -> None:
    run = _current(draft, event.task_run_id, event.number)
    if run is not None and len(run.attempts) == event.number:
        draft.put(replace(run, outputs={**run.outputs, **event.outputs}))


def _on_attempt_ended(draft: Draft, event: AttemptEnded) -> None:
    run = _current(draft, event.task_run_id, event.number)
    if run is None:
        return
    facts = {
        "exit_code": event.exit_code,
        "error": event.error,
        "log_lines": event.log_lines,
        "metrics": event.metrics,
    }
    was_killing = run.state is State.KILLING or draft.execution.state is State.KILLING
    state = State.KILLED if was_killing and event.state is State.FAILED else event.state
    run = draft.end_attempt(run, state, **facts)
    if state is State.KILLED:
        state = scopes.stopped(draft)
    run = draft.put(replace(run, outputs=event.outputs, error=event.error))
    _lay_over(draft, event)
    if event.exit_state is not None:
        stop.leave(draft, run, event.exit_state)
    elif state is not State.FAILED or was_killing or not retries.grant(draft, run, event):
        stop.end(draft, run, _final_state(draft, run, state))


def _lay_over(draft: Draft, event: AttemptEnded) -> None:
    if event.labels:
        draft.amend(labels={**draft.execution.labels, **event.labels})
    if event.variables or event.unset:
        laid = {**draft.execution.variables, **event.variables}
        gone = {*draft.execution.unset, *event.unset} - event.variables.keys()
        kept = {name: value for name, value in laid.items() if name not in gone}
        draft.amend(variables=kept, unset=tuple(sorted(gone)))


def _final_state(draft: Draft, run: TaskRun, state: State) -> State:
    spec = draft.places[run.id].spec
    retry = spec.retry  # one that a holder has gives no warning
    if state is State.SUCCESS and retry is not None and retry.warning_on_retry and len(run.attempts) > 1:
        state = State.WARNING
    return forgiven(state, allow_failure=spec.allow_failure, allow_warning=spec.allow_warning)


def _on_listeners_chosen(draft: Draft, event: ListenersChosen) -> None:
    if draft.scopes[ROOT].phase is Phase.CHOOSING:
        scopes.run_listeners(draft, event.chosen)


def _on_begun_again(draft: Draft, event: BegunAgain) -> None:
    if draft.scopes[ROOT].phase is Phase.RENEWING:
        scopes.forget(draft)


def _on_attempt_lost(draft: Draft, event: AttemptLost) -> None:
    run = _current(draft, event.task_run_id, event.number)
    if run is None or len(run.attempts) != event.number:
        return
    run = draft.end_attempt(run, State.RESUBMITTED, error=event.reason, log_lines=event.log_lines)
    if run.state is State.KILLING or scopes.is_killing(draft, run.parent_id or ROOT):
        stop.end(draft, run, scopes.stopped(draft))
    else:
        draft.move(run, State.SUBMITTED)
        draft.ask(StartAttempt(task_run_id=run.id, number=event.number + 1))


def _on_outputs_rendered(draft: Draft, event: OutputsRendered) -> None:
    scope = draft.scopes.get(ROOT)
    if scope is None or scope.phase is not Phase.OUTPUTS:
        return
    draft.amend(outputs=event.outputs)
    failed = event.error is not None and scope.state is not State.FAILED
    state = State.FAILED if failed else scope.state
    scopes.conclude(draft, state, event.error if failed else scope.error)


def _on_sla_checked(draft: Draft, event: SlaChecked) -> None:
    root = draft.scopes.get(ROOT)
    if root is None or root.phase in sla.BEHIND or draft.execution.state.is_terminal:
        return
    for number in event.missed:
        if number not in draft.missed and sla.miss(draft, number):
            stop.everything(draft)
    if root.phase is Phase.ASSERTING and event.final:
        root = draft.scopes[ROOT]
        scopes.end_execution(draft, root.final or root.state, root.error)


def _on_kill_requested(draft: Draft, event: KillRequested) -> None:
    if draft.execution.state.is_terminal or draft.execution.state is State.KILLING:
        return
    by = f" by {event.by}" if event.by else ""
    draft.turn(State.KILLING)
    root = draft.scopes[ROOT]
    draft.set_scope(ROOT, replace(root, error=event.reason or f"killed{by}"))
    draft.ask(KillChildren())
    stop.everything(draft)
    if root.phase in {Phase.OUTPUTS, Phase.ASSERTING, Phase.CHOOSING, *BEFORE}:
        scopes.close(draft, ROOT, State.KILLED)


def _on_restarted(draft: Draft, event: Restarted) -> None:
    if draft.execution.state is State.FAILED and draft.finished:
        restart.reopen(draft)


def _on_hold_requested(draft: Draft, event: HoldRequested) -> None:
    if draft.scopes[ROOT].phase not in BEFORE:
        hold.hold(draft)


def _on_hold_ended(draft: Draft, event: HoldEnded) -> None:
    hold.let_go(draft)


def _on_state_changed(draft: Draft, event: StateChanged) -> None:
    run = draft.task_runs.get(event.task_run_id)
    if run is not None and draft.finished and run.state is not event.state:
        rewind.mark(draft, run, event.state)


def _on_run_anew(draft: Draft, event: RunAnew) -> None:
    run = draft.task_runs.get(event.task_run_id)
    if run is not None and draft.finished:
        rewind.run_anew(draft, run)


def _on_labels_changed(draft: Draft, event: LabelsChanged) -> None:
    draft.amend(labels=event.labels)


_HANDLERS: dict[type[AnyEvent], Callable[[Draft, Any], None]] = {
    ExecutionCreated: _on_created,
    BeginDue: _on_begin_due,
    SlotAnswered: _on_slot_answered,
    SlaChecked: _on_sla_checked,
    Evaluated: _on_evaluated,
    ConditionChecked: loops.on_checked,
    Collected: _on_collected,
    AttemptStarted: _on_attempt_started,
    AttemptProgressed: _on_attempt_progressed,
    AttemptEnded: _on_attempt_ended,
    AttemptLost: _on_attempt_lost,
    RetryDue: retries.on_due,
    BegunAgain: _on_begun_again,
    ListenersChosen: _on_listeners_chosen,
    OutputsRendered: _on_outputs_rendered,
    KillRequested: _on_kill_requested,
    Restarted: _on_restarted,
    HoldRequested: _on_hold_requested,
    HoldEnded: _on_hold_ended,
    PauseEnded: pauses.on_ended,
    StateChanged: _on_state_changed,
    RunAnew: _on_run_anew,
    LabelsChanged: _on_labels_changed,
}
