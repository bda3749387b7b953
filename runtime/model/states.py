"""The states of an execution, a task run and an attempt, and which may follow which: everything that is a law of states lives here.

The names and their meaning are Kestra's (flow-language.md section 6).
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Final


class State(StrEnum):
    """Where an execution, a task run or an attempt stands."""

    CREATED = "CREATED"  #: known, nothing started
    QUEUED = "QUEUED"  #: waits for a free place under the flow's concurrency limit
    SUBMITTED = "SUBMITTED"  #: handed to the executor, not begun
    RUNNING = "RUNNING"  #: at least one attempt is alive
    PAUSED = "PAUSED"  #: waits for a person or a date
    RETRYING = "RETRYING"  #: failed, and waits for its next attempt
    RESTARTED = "RESTARTED"  #: to be run again after a restart of its execution
    KILLING = "KILLING"  #: being stopped
    BREAKPOINT = "BREAKPOINT"  #: suspended at a breakpoint
    SUCCESS = "SUCCESS"  #: done
    WARNING = "WARNING"  #: done, with something to look at
    SKIPPED = "SKIPPED"  #: its `runIf` said no
    FAILED = "FAILED"  #: done, and not well
    KILLED = "KILLED"  #: stopped by a person or by its parent's end
    CANCELLED = "CANCELLED"  #: ended by a rule before it could finish
    RETRIED = "RETRIED"  #: failed, and a new execution took its place
    RESUBMITTED = "RESUBMITTED"  #: an attempt that was lost with its runtime, and was started anew

    @property
    def is_terminal(self) -> bool:
        return self in TERMINAL

    @property
    def is_created(self) -> bool:
        return self in {State.CREATED, State.RESTARTED}

    @property
    def is_bad(self) -> bool:
        """Whether a command that waited for it should exit with 1."""
        return self in {State.FAILED, State.KILLED, State.CANCELLED}


TERMINAL: Final = frozenset(
    {
        State.SUCCESS,
        State.WARNING,
        State.SKIPPED,
        State.FAILED,
        State.KILLED,
        State.CANCELLED,
        State.RETRIED,
        State.RESUBMITTED,
    }
)

_ENDINGS: Final = TERMINAL - {State.RESUBMITTED}
_WAITING: Final = frozenset({State.PAUSED, State.RETRYING, State.KILLING})

#: What may follow: a task run's states. An execution has the same, and QUEUED before RUNNING.
TRANSITIONS: Final[dict[State, frozenset[State]]] = {
    State.CREATED: frozenset({State.QUEUED, State.SUBMITTED, State.RUNNING}) | _WAITING | _ENDINGS,
    State.QUEUED: frozenset({State.RUNNING}) | _ENDINGS,
    State.SUBMITTED: frozenset({State.RUNNING}) | _WAITING | _ENDINGS,
    State.RUNNING: frozenset({State.SUBMITTED}) | _WAITING | _ENDINGS,
    State.PAUSED: frozenset({State.RUNNING, State.KILLING, State.RESTARTED}) | _ENDINGS,
    State.RETRYING: frozenset({State.RUNNING, State.CREATED, State.KILLING}) | _ENDINGS,
    State.RESTARTED: frozenset({State.SUBMITTED, State.RUNNING, State.QUEUED}) | _WAITING | _ENDINGS,
    State.KILLING: _ENDINGS,
    State.FAILED: frozenset({State.RESTARTED, State.RUNNING}),
}

#: From the worst to the best: what a parent becomes from its children (Kestra's guessFinalState).
SEVERITY: Final = (State.KILLED, State.FAILED, State.WARNING, State.PAUSED)


def worst(states: Iterable[State]) -> State:
    """The state that children give to their parent; SUCCESS where none has anything to complain of."""
    present = set(states)
    return next((state for state in SEVERITY if state in present), State.SUCCESS)


def forgiven(state: State, *, allow_failure: bool, allow_warning: bool) -> State:
    """What a task's `allowFailure` and `allowWarning` make of the state in which it ended."""
    if state is State.FAILED and allow_failure:
        state = State.WARNING
    if state is State.WARNING and allow_warning:
        state = State.SUCCESS
    return state
