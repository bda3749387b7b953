"""A WorkingDirectory's own deeds: its directory with its input files at the start, its output files at the end."""

import asyncio
import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from runtime.engine.snapshot import Snapshot
from runtime.errors import Failure
from runtime.executor import variables
from runtime.executor.file_cache import FileCache
from runtime.executor.resources import Resources
from runtime.executor.storage import AttemptFiles
from runtime.executor.turns import Deed
from runtime.model.execution import TaskRun
from runtime.model.flow import Rule
from runtime.model.states import State
from runtime.tasks.convert import convert_properties
from runtime.tasks.flow import Cache
from runtime.tasks.namespace_files import NamespaceFiles
from runtime.tasks.script_files import collect, lay_inputs

logger = logging.getLogger(__name__)

WELL = frozenset({State.SUCCESS, State.WARNING})
"""How a WorkingDirectory ends whose files are worth keeping."""


async def prepare(
    resources: Resources, snapshot: Snapshot, run: TaskRun, values: dict[str, Any]
) -> str | None:
    """Make the directory, lay `namespaceFiles` and write `inputFiles`; what went wrong, in words, or None. The files' contents do
    not become part of the log of events."""
    if snapshot.spec(run.id).rule is not Rule.WORKING_DIRECTORY:
        return None
    inputs, shared = values.pop("inputFiles", None) or {}, values.pop("namespaceFiles", None)
    cache = _cache(resources, snapshot, run, values)
    try:
        directory = resources.directories.make(run)
        if cache is not None:
            await asyncio.to_thread(cache.lay, directory, resources.clock.now())
        await asyncio.to_thread(
            _lay, directory, inputs, shared, AttemptFiles.of(resources.files, snapshot, run)
        )
    except Failure as failure:
        return str(failure)
    except OSError as failure:
        return f"the working directory could not be prepared: {failure}"
    return None


def _lay(directory: Path, inputs: Any, shared: Any, files: AttemptFiles) -> None:
    if shared is not None:
        wanted = convert_properties(NamespaceFiles, shared)
        wanted.lay(files.store.namespaces, files.namespace, directory, logger.warning)
    lay_inputs(directory, inputs, files)


async def finish(resources: Resources, snapshot: Snapshot, run: TaskRun) -> Deed:
    """Keep `outputFiles` and remove the directory: the task run's outputs, and what went wrong."""
    directory = resources.directories.make(run)
    try:
        kept = await _collect(resources, snapshot, run, directory)
        cache = _cache(resources, snapshot, run, snapshot.values.get(run.id, {}))
        if cache is not None and snapshot.scopes[run.id].state in WELL:
            await asyncio.to_thread(cache.keep, directory, resources.clock.now())
        return Deed(kept)
    except Failure as failure:
        return Deed(error=str(failure))
    except OSError as failure:
        return Deed(error=f"the output files could not be kept: {failure}")
    finally:
        resources.directories.remove(directory)


def _cache(
    resources: Resources, snapshot: Snapshot, run: TaskRun, values: Mapping[str, Any]
) -> FileCache | None:
    if values.get("cache") is None:
        return None
    found = convert_properties(Cache, values["cache"])
    own = resources.memory / snapshot.flow.namespace / snapshot.flow.id / run.task_id
    return FileCache.of(own, run.value, found.patterns, found.ttl)


async def _collect(resources: Resources, snapshot: Snapshot, run: TaskRun, directory: Path) -> dict[str, Any]:
    patterns = snapshot.spec(run.id).properties.get("outputFiles")
    if not patterns:
        return {}
    seen = variables.of_task(snapshot, run)
    rendered = await resources.renderer.render(patterns, seen, namespace=snapshot.flow.namespace)
    wanted = json.loads(rendered) if isinstance(rendered, str) else rendered
    files = await asyncio.to_thread(
        collect, directory, wanted, AttemptFiles.of(resources.files, snapshot, run)
    )
    return {"outputFiles": files}
