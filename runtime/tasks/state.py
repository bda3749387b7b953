"""States: maps that a flow keeps from one execution to the next. Keys and values do the same, and more."""

import hashlib
from typing import Any, ClassVar

import msgspec

from runtime.errors import KeyNotFound
from runtime.expressions.text import text
from runtime.store.key_values import Type
from runtime.tasks.base import Result, Task
from runtime.tasks.context import TaskContext


class StateTask(Task, frozen=True, kw_only=True):
    """What the tasks on states share."""

    works_in_directory: ClassVar[bool] = False

    name: str = "default"
    """Of several states that a flow keeps."""
    namespace: bool = False
    """Whether all flows of the namespace share it."""
    taskrun_value: bool = True
    """Whether each value of a loop has a state of its own."""

    def key(self, context: TaskContext) -> str:
        """Where the state is kept among the namespace's keys and values."""
        owner = () if self.namespace else (context.labels.flow_id,)
        value = context.render("{{ taskrun.value ?? null }}") if self.taskrun_value else None
        own = () if value is None else (hashlib.sha256(text(value).encode()).hexdigest()[:12],)
        return "_".join(("states", *owner, self.name, *own))

    async def current(self, context: TaskContext) -> dict[str, Any] | None:
        try:
            pair = await context.key_values.get(context.labels.namespace, self.key(context))
        except KeyNotFound:
            return None
        return pair.value if isinstance(pair.value, dict) else {"value": pair.value}

    def missing(self, context: TaskContext) -> KeyNotFound:
        return KeyNotFound(f"there is no state `{self.name}` yet (the key {self.key(context)})")


class Set(StateTask, frozen=True, kw_only=True):
    """Lay a map over what a state holds.

    - id: remember
      type: io.kestra.plugin.core.state.Set
      data: {last: "{{ outputs.extract.vars.last }}"}
    """

    deprecated: ClassVar[str] = "use core.kv.Set: any flow and the command line can read its values"

    data: dict[str, Any] = msgspec.field(default_factory=dict)
    """What is to be kept; a key that is not named here stays as it was."""

    async def run(self, context: TaskContext) -> Result:
        merged = _merged(await self.current(context) or {}, self.data)
        key = self.key(context)
        await context.key_values.put(context.labels.namespace, key, merged, type=Type.JSON)
        return Result(outputs={"count": len(merged), "key": key})


def _merged(known: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """Maps inside are merged too."""
    both = {
        name: _merged(known[name], value)
        for name, value in new.items()
        if isinstance(value, dict) and isinstance(known.get(name), dict)
    }
    return {**known, **new, **both}


class Get(StateTask, frozen=True, kw_only=True):
    """Read a state, as the output `data`.

    - id: last
      type: io.kestra.plugin.core.state.Get
    """

    deprecated: ClassVar[str] = "use core.kv.Get, or `kv()` in an expression"

    error_on_missing: bool = False
    """Whether it is a failure that there is no such state; else it is empty."""

    async def run(self, context: TaskContext) -> Result:
        data = await self.current(context)
        if data is None and self.error_on_missing:
            raise self.missing(context)
        return Result(outputs={"count": len(data or {}), "data": data or {}})


class Delete(StateTask, frozen=True, kw_only=True):
    """Forget a state.

    - id: forget
      type: io.kestra.plugin.core.state.Delete
    """

    deprecated: ClassVar[str] = "use core.kv.Delete"

    error_on_missing: bool = False
    """Whether it is a failure that there is no such state."""

    async def run(self, context: TaskContext) -> Result:
        deleted = await context.key_values.delete(context.labels.namespace, self.key(context))
        if not deleted and self.error_on_missing:
            raise self.missing(context)
        return Result(outputs={"deleted": deleted})
