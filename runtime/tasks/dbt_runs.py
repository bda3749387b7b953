"""Which task runs of one execution were the same dbt task: a restart makes a new task run where its working directory is gone."""

from typing import Final

from runtime.tasks.context import TaskContext
from runtime.tasks.memory import Memory
from runtime.tasks.thread import in_thread

NAME: Final = "runs"
KEPT: Final = 100
"""Executions (and values of an iteration) that are remembered; of an older one a restart builds all."""


async def note(context: TaskContext) -> tuple[str, ...]:
    """Write this one down; returns those of before, and itself where it is not the first attempt."""
    mine = context.labels.task_run_id
    own = (mine,) if context.labels.attempt > 1 else ()
    if context.memory is None:
        return own
    value = await in_thread(context.render, "{{ taskrun.value ?? '' }}")
    before = await in_thread(_swap, context.memory, f"{context.labels.execution_id}/{value}", mine)
    return tuple(dict.fromkeys((*(each for each in before if each != mine), *own)))


def _swap(memory: Memory, key: str, mine: str) -> tuple[str, ...]:
    known = memory.recall(NAME, dict[str, tuple[str, ...]]) or {}
    before = known.pop(key, ())
    if mine not in before:
        known[key] = (*before, mine)
        memory.keep(NAME, dict(list(known.items())[-KEPT:]))
    return before
