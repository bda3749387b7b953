"""A WorkingDirectory's own deeds: its directory with its input files at the start, its output files at the end."""

import asyncio
import json
from pathlib import Path
from typing import Any

from runtime.engine.snapshot import Snapshot
from runtime.errors import Failure
from runtime.executor import variables
from runtime.executor.attempt import Resources
from runtime.executor.storage import AttemptFiles
from runtime.model.execution import TaskRun
from runtime.model.flow import Rule
from runtime.runners.base import Labels
from runtime.tasks.script_files import collect, lay_inputs


def prepare(resources: Resources, snapshot: Snapshot, run: TaskRun, values: dict[str, Any]) -> str | None:
    """Make the directory and write `inputFiles`; what went wrong, in words, or None. The files' contents do not become part of the log of events."""
    if snapshot.spec(run.id).rule is not Rule.WORKING_DIRECTORY:
        return None
    files = values.pop("inputFiles", None) or {}
    try:
        directory = resources.directories.make(run)
        lay_inputs(directory, files, _files(resources, snapshot, run))
    except Failure as failure:
        return str(failure)
    except OSError as failure:
        return f"the working directory could not be prepared: {failure}"
    return None


async def finish(resources: Resources, snapshot: Snapshot, run: TaskRun) -> tuple[dict[str, Any], str | None]:
    """Keep `outputFiles` and remove the directory: the task run's outputs, and what went wrong."""
    directory = resources.directories.make(run)
    try:
        return await _collect(resources, snapshot, run, directory), None
    except Failure as failure:
        return {}, str(failure)
    except OSError as failure:
        return {}, f"the output files could not be kept: {failure}"
    finally:
        resources.directories.remove(directory)


async def _collect(resources: Resources, snapshot: Snapshot, run: TaskRun, directory: Path) -> dict[str, Any]:
    patterns = snapshot.spec(run.id).properties.get("outputFiles")
    if not patterns:
        return {}
    seen = variables.of_task(snapshot, run)
    rendered = await resources.renderer.render(patterns, seen, namespace=snapshot.flow.namespace)
    wanted = json.loads(rendered) if isinstance(rendered, str) else rendered
    files = await asyncio.to_thread(collect, directory, wanted, _files(resources, snapshot, run))
    return {"outputFiles": files}


def _files(resources: Resources, snapshot: Snapshot, run: TaskRun) -> AttemptFiles:
    flow = snapshot.flow
    labels = Labels(
        namespace=flow.namespace,
        flow_id=flow.id,
        execution_id=run.execution_id,
        task_id=run.task_id,
        task_run_id=run.id,
        attempt=1,
    )
    return AttemptFiles(resources.files, labels)
