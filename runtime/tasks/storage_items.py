"""Stored files of items: those that are told apart by a key, those that a condition lets through."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from runtime.errors import ExpressionFailed, TaskFailed
from runtime.expressions.text import text
from runtime.expressions.truth import is_truthy
from runtime.tasks import items
from runtime.tasks.base import Result, Task, Verbatim
from runtime.tasks.context import TaskContext
from runtime.tasks.thread import in_thread


class DeduplicateItems(Task, frozen=True, kw_only=True):
    """Keep of the items of a file with the same key the last one.

    - id: latest
      type: io.kestra.plugin.core.storage.DeduplicateItems
      from: "{{ outputs.extract.uri }}"
      expr: "{{ customer_id }}"
    """

    from_: str = msgspec.field(name="from")
    """The address of a file with an item a line: JSON, Ion, or CSV with a line of names."""
    expr: Annotated[str, Verbatim]
    """The key of an item: its fields are names here, `item` is all of it."""

    async def run(self, context: TaskContext) -> Result:
        return Result(outputs=await in_thread(self._kept, context))

    def _kept(self, context: TaskContext) -> dict[str, Any]:
        """The file is gone through twice, so that what is kept in memory is the keys, not the items."""
        source = context.files.locate(self.from_)
        last: dict[str, int] = {}
        total = 0
        for total, item in enumerate(items.read(source), 1):
            last[text(context.render(self.expr, **items.names(item)))] = total
        wanted = set(last.values())
        kept = (item for number, item in enumerate(items.read(source), 1) if number in wanted)
        uri = context.files.put(items.written(kept), _name("deduplicated", source))
        return {
            "uri": uri,
            "numKeys": len(last),
            "processedItemsTotal": total,
            "droppedItemsTotal": total - len(last),
        }


class FilterItems(Task, frozen=True, kw_only=True):
    """Keep the items of a file that a condition holds for, or those that it does not.

    - id: paid
      type: io.kestra.plugin.core.storage.FilterItems
      from: "{{ outputs.extract.uri }}"
      filterCondition: "{{ status == 'paid' }}"
    """

    from_: str = msgspec.field(name="from")
    """The address of a file with an item a line: JSON, Ion, or CSV with a line of names."""
    filter_condition: Annotated[str, Verbatim]
    """Asked for each item: its fields are names here, `item` is all of it."""
    filter_type: Literal["INCLUDE", "EXCLUDE"] = "INCLUDE"
    """Whether the items are kept for which the condition holds, or the others."""
    error_or_null_behavior: Literal["FAIL", "INCLUDE", "EXCLUDE"] = "FAIL"
    """What becomes of an item for which the condition has no value, or can't be rendered."""

    async def run(self, context: TaskContext) -> Result:
        return Result(outputs=await in_thread(self._kept, context))

    def _kept(self, context: TaskContext) -> dict[str, Any]:
        source = context.files.locate(self.from_)
        counts = {"processed": 0, "kept": 0}
        lines = items.written(self._passing(context, source, counts))
        uri = context.files.put(lines, _name("filtered", source))
        return {
            "uri": uri,
            "processedItemsTotal": counts["processed"],
            "droppedItemsTotal": counts["processed"] - counts["kept"],
        }

    def _passing(self, context: TaskContext, source: Path, counts: dict[str, int]) -> Iterator[Any]:
        for item in items.read(source):
            counts["processed"] += 1
            if self._passes(context, item, counts["processed"]):
                counts["kept"] += 1
                yield item

    def _passes(self, context: TaskContext, item: Any, number: int) -> bool:
        reason = "the condition is null"
        try:
            found = context.render(self.filter_condition, **items.names(item))
        except ExpressionFailed as failure:
            found, reason = None, str(failure)
        if found is not None:
            return is_truthy(found) is (self.filter_type == "INCLUDE")
        if self.error_or_null_behavior == "FAIL":
            raise TaskFailed(
                f"item {number}: {reason}", hint="errorOrNullBehavior: INCLUDE or EXCLUDE goes on"
            )
        return self.error_or_null_behavior == "INCLUDE"


def _name(what: str, source: Path) -> str:
    """Items are written as JSON, whatever they came as."""
    suffix = source.suffix if source.suffix.lower() in {".ion", ".json", ".jsonl", ".ndjson"} else ".jsonl"
    return f"{what}{suffix}"
