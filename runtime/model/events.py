"""What happened to an execution: past tense, immutable, one row each in the log. `at` is the engine's only clock.

Whatever the engine may not find out by itself (time, randomness, ids, rendered values) comes inside these.
"""

from datetime import datetime
from typing import Any

import msgspec

from runtime.model.execution import Execution, Metric
from runtime.model.states import State


class Event(msgspec.Struct, frozen=True, kw_only=True, tag_field="event", omit_defaults=True):
    """Something that happened; late and duplicate ones are harmless."""

    at: datetime


class ExecutionCreated(Event, frozen=True, kw_only=True, tag="execution_created"):
    """The first event of each log."""

    execution: Execution
    refused: str | None = None
    """Why it fails before it begins."""
    begins: datetime | None = None
    """When it begins, where that is not at once."""


class BeginDue(Event, frozen=True, kw_only=True, tag="begin_due"):
    """The date has come for which an execution was asked, or somebody does not want to wait for it."""

    by: str = ""


class SlotAnswered(Event, frozen=True, kw_only=True, tag="slot_answered"):
    """Whether one more execution of a flow with a limit may run: the answer to `RequestSlot`. QUEUED is no last word."""

    state: State
    """RUNNING: it may; QUEUED: later; CANCELLED or FAILED: never."""
    reason: str | None = None


class SlaChecked(Event, frozen=True, kw_only=True, tag="sla_checked"):
    """Promises of the flow were looked at: the answer to `WakeSla` and `CheckSla`, sent where one was missed."""

    missed: tuple[int, ...] = ()
    """Places in the flow's list."""
    final: bool = False
    """The last look before the end, which is always answered."""


class Evaluated(Event, frozen=True, kw_only=True, tag="evaluated"):
    """A flowable's expressions were rendered: the answer to `Evaluate`."""

    task_run_id: str
    values: dict[str, Any] = {}
    skipped: bool = False
    """Its `runIf` said no."""
    error: str | None = None


class ConditionChecked(Event, frozen=True, kw_only=True, tag="condition_checked"):
    """A loop's condition was rendered: the answer to `CheckCondition`."""

    task_run_id: str
    iteration: int
    holds: bool = False
    error: str | None = None


class Collected(Event, frozen=True, kw_only=True, tag="collected"):
    """A flowable's last deed is done (a WorkingDirectory's files are stored): the answer to `Collect`."""

    task_run_id: str
    outputs: dict[str, Any] = {}
    breaks: bool = False
    """Of an iteration: whether it is to be the last."""
    error: str | None = None


class AttemptStarted(Event, frozen=True, kw_only=True, tag="attempt_started"):
    """An attempt's first instruction is about to run."""

    task_run_id: str
    number: int
    runner: str | None = None


class AttemptProgressed(Event, frozen=True, kw_only=True, tag="attempt_progressed"):
    """An attempt tells outputs that are known before its end: the execution that it waits for."""

    task_run_id: str
    number: int
    outputs: dict[str, Any]


class AttemptEnded(Event, frozen=True, kw_only=True, tag="attempt_ended"):
    """An attempt came to its end, by itself or by force."""

    task_run_id: str
    number: int
    state: State
    """SUCCESS, WARNING, FAILED, KILLED, SKIPPED or CANCELLED."""
    outputs: dict[str, Any] = {}
    error: str | None = None
    exit_code: int | None = None
    log_lines: int = 0
    metrics: tuple[Metric, ...] = ()
    chance: float = 0.0
    """A random number in [0, 1), for a retry policy of type random."""
    labels: dict[str, str] = {}
    variables: dict[str, Any] = {}
    unset: tuple[str, ...] = ()
    """Variables that are there no longer."""
    exit_state: State | None = None
    """Set by a task that ends the whole execution: the state to end it with."""


class AttemptLost(Event, frozen=True, kw_only=True, tag="attempt_lost"):
    """The runtime died during an attempt, and what it ran is proved gone: the attempt is resubmitted."""

    task_run_id: str
    number: int
    reason: str
    log_lines: int = 0


class RetryDue(Event, frozen=True, kw_only=True, tag="retry_due"):
    """The wait before the next attempt, before the next iteration of a loop, or of a Pause is over."""

    task_run_id: str
    number: int
    """Of the attempt that failed, of the iteration that is over, or of the pause."""


class BegunAgain(Event, frozen=True, kw_only=True, tag="begun_again"):
    """The execution that takes this one's place is written down: the answer to `BeginAgain`."""

    execution_id: str


class ListenersChosen(Event, frozen=True, kw_only=True, tag="listeners_chosen"):
    """The conditions of the flow's listeners were judged: the answer to `ChooseListeners`."""

    chosen: tuple[int, ...] = ()
    """Places in the flow's list."""


class OutputsRendered(Event, frozen=True, kw_only=True, tag="outputs_rendered"):
    """The flow's outputs were rendered: the answer to `RenderOutputs`."""

    outputs: dict[str, Any] = {}
    error: str | None = None


class KillRequested(Event, frozen=True, kw_only=True, tag="kill_requested"):
    """Somebody wants the execution to stop."""

    by: str = ""
    reason: str = ""


class Restarted(Event, frozen=True, kw_only=True, tag="restarted"):
    """Somebody wants a failed execution to go on from where it failed."""

    by: str = ""


class HoldRequested(Event, frozen=True, kw_only=True, tag="hold_requested"):
    """Somebody wants nothing new to begin in the execution."""

    by: str = ""


class HoldEnded(Event, frozen=True, kw_only=True, tag="hold_ended"):
    """Somebody lets a held execution go on."""

    by: str = ""


class PauseEnded(Event, frozen=True, kw_only=True, tag="pause_ended"):
    """Somebody lets a Pause task go on."""

    task_run_id: str
    inputs: dict[str, Any] = {}
    """What the task asks for, found right."""
    by: str = ""


class StateChanged(Event, frozen=True, kw_only=True, tag="state_changed"):
    """Somebody says that a task run of an ended execution ended otherwise; the execution goes on from there."""

    task_run_id: str
    state: State
    by: str = ""


class RunAnew(Event, frozen=True, kw_only=True, tag="run_anew"):
    """Somebody wants a task, and what came after it, to run as if they had not: the last event that a replay begins with."""

    task_run_id: str
    by: str = ""


class LabelsChanged(Event, frozen=True, kw_only=True, tag="labels_changed"):
    """Somebody has put labels on the execution."""

    labels: dict[str, str]
    """All that it has from now on."""
    by: str = ""


AnyEvent = (
    ExecutionCreated
    | BeginDue
    | SlotAnswered
    | SlaChecked
    | Evaluated
    | ConditionChecked
    | Collected
    | AttemptStarted
    | AttemptProgressed
    | AttemptEnded
    | AttemptLost
    | RetryDue
    | BegunAgain
    | ListenersChosen
    | OutputsRendered
    | KillRequested
    | Restarted
    | HoldRequested
    | HoldEnded
    | PauseEnded
    | StateChanged
    | RunAnew
    | LabelsChanged
)
