"""demo: the sample dbt project, built before your eyes."""

import asyncio
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.options import Options
from console.cli.output import say

if TYPE_CHECKING:
    from runtime.connect import Settings

FLOW = "harbour.analytics", "daily_build"


def demo(
    context: typer.Context,
    text: Annotated[bool, typer.Option("--text", help="Do not open the console.")] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Begin with empty data.")] = False,
) -> None:
    """Build the sample dbt project, in a container where an engine answers, and watch it in the console.

    Without a terminal it runs as text and ends with the result. It keeps its data apart from yours.
    """
    from runtime.connect import settings

    options: Options = context.obj
    home = options.data or _home()
    if fresh:
        shutil.rmtree(home, ignore_errors=True)
    flows = _lay_out(home / "project")
    os.environ["ENV_SAMPLE_REPOSITORY"] = str(home / "project")
    _choose_runner()
    chosen = settings(data=home / "data", flows=flows, socket=options.socket)
    if text or options.json or not (sys.stdin.isatty() and sys.stdout.isatty()):
        from console.cli.run import run

        context.obj = Options(chosen.data, chosen.flows, chosen.socket, options.json)
        say(f"running {'.'.join(FLOW)} from {flows}")
        run(context, ".".join(FLOW))
    else:
        from console.app import open_console

        open_console(chosen, address=asyncio.run(_start(chosen)))


async def _start(chosen: "Settings") -> str:
    """Begin the build in a runtime that stays when the console is left; returns the execution's id."""
    from runtime.connect import attach_or_start

    async with attach_or_start(chosen) as client:
        return (await client.start(*FLOW)).execution.id


def _home() -> Path:
    from runtime.connect import settings

    default = settings().data
    return default.with_name("flowdeck-demo")


def _lay_out(project: Path) -> Path:
    """A repository of its own with the samples in it, as they are in this version; returns the directory of flows."""
    source = _samples()
    flows = project / "sample_flows"
    shutil.rmtree(flows, ignore_errors=True)
    shutil.copytree(
        source,
        flows,
        ignore=shutil.ignore_patterns("target", "logs", "dbt_packages", "*.duckdb*", "__pycache__"),
    )
    git = ["git", "-C", str(project), "-c", "user.name=flowdeck", "-c", "user.email=demo@flowdeck.invalid"]
    commands = [
        ["init", "--quiet"],
        ["add", "--all"],
        ["commit", "--quiet", "--allow-empty", "--message", "The samples of flowdeck"],
    ]
    for command in commands:
        subprocess.run([*git, *command], check=True, capture_output=True)
    return flows


def _samples() -> Path:
    """In a clone they lie at its top, in an installed flowdeck beside the runtime."""
    import runtime

    package = Path(runtime.__file__).parent
    installed = package / "samples"
    return installed if installed.is_dir() else package.parent / "sample_flows"


def _choose_runner() -> None:
    """Containers, with the image built now if it must be; else processes, and why."""
    from runtime.connect import dbt_image
    from runtime.errors import EngineUnavailable, ImageUnavailable

    try:
        image = asyncio.run(dbt_image(say))
    except (EngineUnavailable, ImageUnavailable) as failure:
        os.environ["FLOWDECK_RUNNER"] = "process"
        say(f"runner: process, since {failure.message}")
        say("  dbt runs in a managed Python environment; it is made once, which takes a minute")
    else:
        say(f"runner: docker, with the image {image}")
