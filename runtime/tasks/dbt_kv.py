"""A manifest in the key-value store: one flow keeps it, another compares with it (`state:modified+`), as Kestra has it."""

from pathlib import Path
from typing import Any

import msgspec

from runtime.errors import KeyNotFound
from runtime.store.key_values import Type
from runtime.tasks.context import TaskContext
from runtime.tasks.dbt_artifacts import read
from runtime.tasks.thread import in_thread

NAME = "manifest.json"


class KvManifest(msgspec.Struct, frozen=True, kw_only=True, rename="camel", forbid_unknown_fields=True):
    """A manifest in the key-value store."""

    key: str
    """Under which it is kept."""
    namespace: str
    """Whose key it is."""


async def load(place: KvManifest, context: TaskContext, target: Path, state: Path) -> None:
    """Lay the manifest where dbt keeps its own, as Kestra does, and where dbt does not write over it before it compares. The
    first time there is none, and that is said."""
    try:
        found = await context.key_values.get(place.namespace, place.key)
    except KeyNotFound:
        context.log.warn(
            f"loadManifest: {place.namespace} has no key {place.key} yet; there is nothing to compare with"
        )
        return
    content = msgspec.json.encode(found.value)
    for directory in (target, state):
        await in_thread(_write, directory / NAME, content)
    when = f"{found.updated:%Y-%m-%d %H:%M}"
    context.log.info(f"loadManifest: `state:` and `--defer` compare with the manifest of {when}")


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


async def store(place: KvManifest, context: TaskContext, target: Path) -> None:
    """Keep the manifest that dbt has written."""
    manifest = await in_thread(read, target / NAME, dict[str, Any])
    if manifest is None:
        context.log.warn(f"storeManifest: dbt has left no {NAME} in {target.name}")
        return
    await context.key_values.put(place.namespace, place.key, manifest, type=Type.JSON)
    context.log.info(f"storeManifest: kept as {place.key} of {place.namespace}")
