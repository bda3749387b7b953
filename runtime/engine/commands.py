"""What the engine wants done: imperative, and harmless to do twice, since each has an id that stays the same."""

from datetime import datetime

import msgspec

from runtime.model.states import State


class Command(msgspec.Struct, frozen=True, kw_only=True, tag_field="command"):
    """Something to do in the world; its answer, where it has one, is an event."""


class BeginAt(Command, frozen=True, kw_only=True, tag="begin_at"):
    """Say BeginDue when the date has come."""

    at: datetime


class RequestSlot(Command, frozen=True, kw_only=True, tag="request_slot"):
    """Ask whether one more execution of the flow may run: answered by SlotAnswered."""


class StartAttempt(Command, frozen=True, kw_only=True, tag="start_attempt"):
    """Run the task: answered by AttemptStarted, then AttemptEnded. Where the attempt is known already, attach to it."""

    task_run_id: str
    number: int

    @property
    def id(self) -> str:
        return f"{self.task_run_id}/{self.number}"


class KillAttempt(Command, frozen=True, kw_only=True, tag="kill_attempt"):
    """Stop the attempt: it answers with its AttemptEnded."""

    task_run_id: str
    number: int


class KillChildren(Command, frozen=True, kw_only=True, tag="kill_children"):
    """Stop all executions that this one's tasks have begun, waited for or not."""


class Evaluate(Command, frozen=True, kw_only=True, tag="evaluate"):
    """Render a flowable's expressions: answered by Evaluated."""

    task_run_id: str


class CheckCondition(Command, frozen=True, kw_only=True, tag="check_condition"):
    """Render a loop's condition: answered by ConditionChecked."""

    task_run_id: str
    iteration: int


class Collect(Command, frozen=True, kw_only=True, tag="collect"):
    """Do a flowable's last deed: answered by Collected."""

    task_run_id: str


class WakeAt(Command, frozen=True, kw_only=True, tag="wake_at"):
    """Say RetryDue when the time has come."""

    task_run_id: str
    number: int
    """Of the attempt that failed, of the loop's iteration that is over, or of the pause."""
    at: datetime


class WakeSla(Command, frozen=True, kw_only=True, tag="wake_sla"):
    """Say SlaChecked when the time of a promise is over."""

    number: int
    at: datetime


class CheckSla(Command, frozen=True, kw_only=True, tag="check_sla"):
    """Render the flow's assertions: answered by SlaChecked where one does not hold, and in any case where it is final."""

    final: bool = False


class BeginAgain(Command, frozen=True, kw_only=True, tag="begin_again"):
    """Begin the execution that tries the same anew, once: answered by BegunAgain."""


class ChooseListeners(Command, frozen=True, kw_only=True, tag="choose_listeners"):
    """Judge the conditions of the flow's listeners: answered by ListenersChosen."""

    state: State
    """The one in which the execution ends."""


class RenderOutputs(Command, frozen=True, kw_only=True, tag="render_outputs"):
    """Render the flow's outputs: answered by OutputsRendered."""


class Announce(Command, frozen=True, kw_only=True, tag="announce"):
    """The execution reached its final state: triggers and watchers may act on it. Comes once."""

    state: State


class Forget(Command, frozen=True, kw_only=True, tag="forget"):
    """Nothing more will happen to this execution: it may leave memory."""


AnyCommand = (
    BeginAt
    | RequestSlot
    | StartAttempt
    | KillAttempt
    | KillChildren
    | Evaluate
    | CheckCondition
    | Collect
    | WakeAt
    | WakeSla
    | CheckSla
    | BeginAgain
    | ChooseListeners
    | RenderOutputs
    | Announce
    | Forget
)
