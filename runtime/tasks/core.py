"""The small tasks: a line in the log, a value, a failure, a wait."""

import asyncio
from datetime import timedelta
from typing import Any, ClassVar, Literal

import msgspec

from runtime.errors import TaskFailed
from runtime.expressions.text import text
from runtime.expressions.truth import is_truthy
from runtime.tasks.base import Result, Task
from runtime.tasks.context import TaskContext

Level = Literal["TRACE", "DEBUG", "INFO", "WARN", "ERROR"]


class Log(Task, frozen=True, kw_only=True):
    """Write one or several messages to the log.

    - id: hello
      type: log
      message: "Run {{ execution.id }} has begun"
    """

    works_in_directory: ClassVar[bool] = False

    message: Any
    """A text, or a list of texts: one log entry each."""
    level: Level = "INFO"
    """TRACE, DEBUG, INFO, WARN or ERROR."""

    async def run(self, context: TaskContext) -> Result:
        messages = self.message if isinstance(self.message, list | tuple) else [self.message]
        for message in messages:
            context.log.write(self.level, text(message))
        return Result()


class Return(Task, frozen=True, kw_only=True):
    """Give a rendered text back as the output `value`, to look at it or to use it further down."""

    works_in_directory: ClassVar[bool] = False
    repeatable: ClassVar[bool] = True

    format: str | None = None
    """The text, usually with expressions."""

    async def run(self, context: TaskContext) -> Result:
        if self.format is None:
            return Result()
        context.log.debug(self.format)
        return Result(outputs={"value": self.format})


class Echo(Task, frozen=True, kw_only=True):
    """Write a text to the log."""

    works_in_directory: ClassVar[bool] = False

    deprecated: ClassVar[str] = "use core.log.Log: `format` is called `message` there"

    format: str | None = None
    """The text."""
    level: Level = "INFO"
    """TRACE, DEBUG, INFO, WARN or ERROR."""

    async def run(self, context: TaskContext) -> Result:
        context.log.write(self.level, self.format or "")
        return Result()


class OutputValues(Task, frozen=True, kw_only=True):
    """Give several values back under names, as the output `values`; numbers, lists and maps keep their types."""

    works_in_directory: ClassVar[bool] = False
    repeatable: ClassVar[bool] = True

    values: dict[str, Any] = msgspec.field(default_factory=dict)
    """Name and value, as many as wanted."""

    async def run(self, context: TaskContext) -> Result:
        return Result(outputs={"values": self.values})


class Fail(Task, frozen=True, kw_only=True):
    """Fail on purpose: always, or where a condition holds."""

    works_in_directory: ClassVar[bool] = False
    repeatable: ClassVar[bool] = True

    condition: Any = msgspec.UNSET
    """Fails only where this is true; `false`, `0`, an empty text and null are not."""
    error_message: str = "Task failure"
    """What the log and the execution say about it."""

    async def run(self, context: TaskContext) -> Result:
        if self.condition is msgspec.UNSET or is_truthy(self.condition):
            raise TaskFailed(self.error_message)
        return Result()


class Sleep(Task, frozen=True, kw_only=True):
    """Wait for a while; the wait holds no process and no container."""

    works_in_directory: ClassVar[bool] = False

    duration: timedelta
    """How long, as ISO 8601 says it: `PT30S`, `PT5M`."""

    async def run(self, context: TaskContext) -> Result:
        await asyncio.sleep(max(0.0, self.duration.total_seconds()))
        return Result()
