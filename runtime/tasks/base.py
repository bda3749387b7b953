"""What a task plugin is: a typed class whose fields are its properties, whose docstring is its help, and whose `run` does the work.

    class Shout(Task):
        \"\"\"Write a message to the log, loudly.\"\"\"

        message: str

        async def run(self, context: TaskContext) -> Result:
            context.log.info(self.message.upper())
            return Result(outputs={"length": len(self.message)})

`run` sees rendered, converted values only. It fails by raising `TaskFailed`; being cancelled means that the attempt was killed
or timed out, and whatever it started must be gone when it returns.
"""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

import msgspec

from runtime.model.flow import Rule, TaskSpec
from runtime.model.states import State
from runtime.tasks.context import TaskContext

Verbatim = msgspec.Meta(extra={"verbatim": True})
"""Marks a property that is not rendered: `limit: Annotated[int, Verbatim]`."""

Tasks = Annotated[tuple[TaskSpec, ...], msgspec.Meta(extra={"tasks": True})]
"""The type of a property that is a list of tasks."""


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """How a task ended when it did not fail."""

    outputs: Mapping[str, Any] = {}
    """`outputs.TASK_ID.*`; builtins, dates and durations only."""
    state: State = State.SUCCESS
    """SUCCESS or WARNING; KILLED where what it waited for was."""
    exit_code: int | None = None
    labels: Mapping[str, str] = {}
    """Added to the execution's."""
    variables: Mapping[str, Any] = {}
    """Laid over the flow's variables from here on."""
    unset: tuple[str, ...] = ()
    """Variables that are there no longer."""
    exit_state: State | None = None
    """Ends the whole execution with this state."""


class Plugin(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """Anything that a `type:` names; its fields are the properties, in camelCase in the file."""

    deprecated: ClassVar[str] = ""
    """What to write instead, for one that is kept for older flows only."""


class Task(Plugin, frozen=True):
    """A task that runs by itself."""

    works_in_directory: ClassVar[bool] = True
    """Whether it may read or write files in `context.directory`: only then one is made for it."""

    repeatable: ClassVar[bool] = False
    """Whether running it once more changes nothing in the world: then its start need not be written down before it begins."""

    survives: ClassVar[bool] = False
    """Whether an attempt goes on after a crash of the runtime, since what it waits for lives elsewhere: `run` is called again."""

    async def run(self, context: TaskContext) -> Result:
        """Do the work; raise TaskFailed where it can't be done."""
        raise NotImplementedError


class Flowable(Plugin, frozen=True):
    """A task that only holds others: the engine runs it by its rule."""

    rule: ClassVar[Rule] = Rule.NONE

    @classmethod
    def inside(cls, identifier: str, written: Mapping[str, Any]) -> tuple[TaskSpec, ...]:
        """The tasks that it consists of beside those that the file gives it."""
        return ()
