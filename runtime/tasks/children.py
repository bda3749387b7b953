"""Executions that a task begins as children of its own: what Subflow and ForEachItem may ask of the runtime."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

import msgspec

from runtime.model.execution import Execution


class Child(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be begun."""

    namespace: str
    flow_id: str
    revision: int | None = None
    """None for the latest."""
    inputs: dict[str, Any] = {}
    labels: dict[str, str] = {}
    inherit_labels: bool = False
    schedule_date: datetime | None = None
    iteration: int | None = None
    """Of several children of one attempt, which."""
    again: bool = False
    """Whether the child of the same place is taken that an earlier attempt has begun, and restarted where it has failed."""


class Children(Protocol):
    """The children of one attempt. All of it may be asked again after a crash, and does nothing twice."""

    async def begin(self, child: Child) -> str:
        """Begin it, unless that was done already; its id. Raises the Failure that says why it cannot run."""
        ...

    async def ended(self, execution_id: str) -> Execution:
        """Wait for its end: the end of its last try, where its flow begins new executions after a failure."""
        ...

    async def stop(self, execution_ids: Sequence[str]) -> None:
        """Have them stopped, and wait until they are."""
        ...

    async def look_into(self, execution_id: str, templates: Mapping[str, Any]) -> dict[str, Any]:
        """Templates as an ended child's own tasks would see them."""
        ...
