"""A WorkingDirectory's own deeds: its directory with its input files at the start, its output files at the end."""

import asyncio
import json
import logging
from pathlib import Path
from typing import Any

from runtime.engine.snapshot import Snapshot
from runtime.errors import Failure
from runtime.executor import variables
from runtime.executor.resources import Resources
from runtime.executor.storage import AttemptFiles
from runtime.executor.turns import Deed
from runtime.model.execution import TaskRun
from runtime.model.flow import Rule
from runtime.tasks.convert import convert_properties
from runtime.tasks.namespace_files import NamespaceFiles
from runtime.tasks.script_files import collect, lay_inputs

logger = logging.getLogger(__name__)


async def prepare(
    resources: Resources, snapshot: Snapshot, run: TaskRun, values: dict[str, Any]
) -> str | None:
    """Make the directory, lay `namespaceFiles` and write `inputFiles`; what went wrong, in words, or None. The files' contents do
    not become part of the log of events."""
    if snapshot.spec(run.id).rule is not Rule.WORKING_DIRECTORY:
        return None
    inputs, shared = values.pop("inputFiles", None) or {}, values.pop("namespaceFiles", None)
    try:
        directory = resources.directories.make(run)
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
        return Deed(await _collect(resources, snapshot, run, directory))
    except Failure as failure:
        return Deed(error=str(failure))
    except OSError as failure:
        return Deed(error=f"the output files could not be kept: {failure}")
    finally:
        resources.directories.remove(directory)


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
