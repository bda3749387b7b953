"""Keys and values: set, get, list, delete."""

from datetime import timedelta
from typing import Any, ClassVar, Literal

import msgspec

from runtime.errors import KeyNotFound, TaskFailed
from runtime.store.key_values import Pair, Type
from runtime.tasks.base import Result, Task
from runtime.tasks.context import TaskContext
from runtime.tasks.script_files import glob

KvType = Literal["STRING", "NUMBER", "BOOLEAN", "DATETIME", "DATE", "DURATION", "JSON"]


class KvTask(Task, frozen=True, kw_only=True):
    """What the tasks on keys and values share."""

    works_in_directory: ClassVar[bool] = False

    namespace: str | None = None
    """The flow's own where nothing is said."""

    def space(self, context: TaskContext) -> str:
        return self.namespace or context.labels.namespace


class Set(KvTask, frozen=True, kw_only=True):
    """Keep a value under a key, for later executions of any flow: `{{ kv('KEY') }}` reads it.

    - id: remember
      type: io.kestra.plugin.core.kv.Set
      key: last_order
      value: "{{ outputs.extract.vars.last_id }}"
      kvType: NUMBER
    """

    key: str
    """Letters, digits, `.`, `_` and `-`."""
    value: Any
    """The value; of a single expression with the type that it has."""
    kv_type: KvType | None = None
    """What the value is to be; what it looks like where nothing is said: a text is a STRING."""
    kv_description: str | None = None
    """For people."""
    overwrite: bool = True
    """Whether it is a failure that the key has a value already."""
    ttl: timedelta | None = None
    """How long the value is kept; for ever where nothing is said."""

    async def run(self, context: TaskContext) -> Result:
        kind = await context.key_values.put(
            self.space(context),
            self.key,
            self.value,
            type=Type(self.kv_type) if self.kv_type else None,
            ttl=self.ttl,
            description=self.kv_description or "",
            overwrite=self.overwrite,
        )
        context.log.debug(f"{self.key} of {self.space(context)} is a {kind} now")
        return Result()


class Put(KvTask, frozen=True, kw_only=True):
    """Change the value of a key that has one; it keeps its type, its description and its end.

    - id: change
      type: io.kestra.plugin.core.kv.Put
      key: batch_size
      value: 500
    """

    key: str
    """The key."""
    value: Any
    """The new value."""
    error_on_missing: bool = False
    """Whether it is a failure that the key has no value; else nothing is written then."""

    async def run(self, context: TaskContext) -> Result:
        namespace = self.space(context)
        try:
            known = await context.key_values.get(namespace, self.key)
        except KeyNotFound:
            if self.error_on_missing:
                raise
            context.log.info(f"{self.key} of {namespace} has no value, and gets none")
            return Result()
        ttl = known.expires - known.updated if known.expires else None
        await context.key_values.put(
            namespace, self.key, self.value, type=known.type, ttl=ttl, description=known.description
        )
        return Result()


class Get(KvTask, frozen=True, kw_only=True):
    """Read the value of a key, as the output `value`: of the flow's namespace, or the nearest above it that has the key.

    - id: last
      type: io.kestra.plugin.core.kv.Get
      key: last_order
    """

    key: str
    """The key."""
    error_on_missing: bool = False
    """Whether it is a failure that there is no such key; else the output is null."""

    async def run(self, context: TaskContext) -> Result:
        pairs = context.key_values
        try:
            if self.namespace:
                pair = await pairs.get(self.namespace, self.key)
            else:
                pair = await pairs.find(context.labels.namespace, self.key)
        except KeyNotFound:
            if self.error_on_missing:
                raise
            return Result(outputs={"value": None})
        return Result(outputs={"value": pair.value})


class GetKeys(KvTask, frozen=True, kw_only=True):
    """List the keys of a namespace, as the output `keys`.

    - id: orders
      type: io.kestra.plugin.core.kv.GetKeys
      prefix: order_
    """

    prefix: str | None = None
    """Only keys that begin so."""

    async def run(self, context: TaskContext) -> Result:
        namespace = self.space(context)
        pairs = [pair for pair in await context.key_values.list(namespace) if pair.namespace == namespace]
        return Result(
            outputs={"keys": [pair.key for pair in pairs if pair.key.startswith(self.prefix or "")]}
        )


class Delete(KvTask, frozen=True, kw_only=True):
    """Forget a key and its value.

    - id: forget
      type: io.kestra.plugin.core.kv.Delete
      key: last_order
    """

    key: str
    """The key."""
    error_on_missing: bool = False
    """Whether it is a failure that there is no such key."""

    async def run(self, context: TaskContext) -> Result:
        deleted = await context.key_values.delete(self.space(context), self.key)
        if not deleted and self.error_on_missing:
            raise KeyNotFound(f"there is no key `{self.key}` in the namespace {self.space(context)}")
        return Result(outputs={"deleted": deleted})


class Behavior(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """What PurgeKV looks at."""

    type: Literal["key", "version"] = "key"
    """`key` deletes pairs; `version` deletes older versions, of which none are kept here."""
    expired_only: bool = True
    """`key`: only those that have expired."""
    before: str | None = None
    """`version`: no effect."""
    keep_amount: int | None = None
    """`version`: no effect."""


class PurgeKV(Task, frozen=True, kw_only=True):
    """Delete keys and values: those that have expired, or all that fit.

    - id: tidy
      type: io.kestra.plugin.core.kv.PurgeKV
      keyPattern: tmp_*
      behavior: {type: key, expiredOnly: false}
    """

    works_in_directory: ClassVar[bool] = False

    key_pattern: str | None = None
    """Only keys like this: `*` is any text."""
    namespaces: list[str] = msgspec.field(default_factory=list)
    """Only of these; of all where neither this nor `namespacePattern` is said."""
    namespace_pattern: str | None = None
    """Only of namespaces like this: `company.*`."""
    behavior: Behavior = Behavior()
    """Which of them go."""
    include_child_namespaces: bool = True
    """Whether the namespaces below those of `namespaces` count too."""
    expired_only: bool | None = None
    """Deprecated: `behavior.expiredOnly`."""

    async def run(self, context: TaskContext) -> Result:
        if self.namespaces and self.namespace_pattern:
            raise TaskFailed("`namespaces` and `namespacePattern` exclude each other")
        pairs = context.key_values
        if self.behavior.type == "version":
            context.log.info("only the latest version of a value is kept: there are none to delete")
            return Result(outputs={"size": 0})
        only = self.behavior.expired_only if self.expired_only is None else self.expired_only
        found = [pair for pair in await pairs.list(expired=True) if self._fits(pair)]
        gone = [pair for pair in found if not only or pairs.is_expired(pair)]
        for pair in gone:
            await pairs.delete(pair.namespace, pair.key)
        context.log.info(f"{len(gone)} pairs are deleted")
        return Result(outputs={"size": len(gone)})

    def _fits(self, pair: Pair) -> bool:
        if self.key_pattern and not glob(self.key_pattern).fullmatch(pair.key):
            return False
        if self.namespace_pattern:
            return glob(self.namespace_pattern).fullmatch(pair.namespace) is not None
        return not self.namespaces or any(self._holds(name, pair.namespace) for name in self.namespaces)

    def _holds(self, name: str, namespace: str) -> bool:
        return namespace == name or (self.include_child_namespaces and namespace.startswith(f"{name}."))
