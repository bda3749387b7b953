"""Holding an execution: what runs goes on to its end, nothing new begins until it is let go on.

What would begin something is kept aside as it is asked for, and asked for when the hold ends: so nothing is begun twice, and a
runtime that crashes meanwhile knows from the log what was held.
"""

from typing import Final

from runtime.engine import pauses
from runtime.engine.draft import Draft
from runtime.model.states import State

HOLDABLE: Final = frozenset({State.CREATED, State.RUNNING, State.RETRYING, State.RESTARTED})
"""The states of an execution that can be held."""


def hold(draft: Draft) -> None:
    if draft.held is None and draft.execution.state in HOLDABLE:
        draft.held = ()
        draft.turn(State.PAUSED)


def let_go(draft: Draft) -> None:
    if draft.held is None:
        return
    held, draft.held = draft.held, None
    if not pauses.is_any_paused(draft):
        draft.turn(State.RUNNING)
    for command in held:
        draft.ask(command)


def drop(draft: Draft, task_run_id: str) -> bool:
    """Whether the task run was about to begin and was held; it is held no longer."""
    if not draft.held:
        return False
    kept = tuple(command for command in draft.held if command.task_run_id != task_run_id)
    found = len(kept) < len(draft.held)
    draft.held = kept
    return found
