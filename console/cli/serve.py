"""serve, stop, status: the daemon and its life."""

import asyncio
from typing import Annotated

import typer

from console.cli.options import Options
from console.cli.output import as_json, result, say
from console.render.durations import duration


def serve(
    context: typer.Context,
    listen: Annotated[
        str, typer.Option(metavar="HOST:PORT", help="Also answer /metrics and /health over TCP.")
    ] = "",
    embedded: Annotated[bool, typer.Option("--embedded", hidden=True)] = False,
) -> None:
    """Run the runtime in the foreground: schedules fire, flow files are watched, consoles may attach.

    SIGTERM ends it. What runs in containers goes on meanwhile, and is found again at the next start.
    """
    import logging
    import sys

    from runtime.daemon import serve as run_daemon

    options: Options = context.obj
    settings = options.settings(listen=listen or None)
    logging.basicConfig(
        level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    asyncio.run(run_daemon(settings, mode="embedded" if embedded else "daemon"))


def stop(context: typer.Context) -> None:
    """End the runtime that listens on the socket."""
    from runtime.client.requests import Shutdown
    from runtime.connect import attach
    from runtime.model.views import Done

    async def ask() -> None:
        async with attach(context.obj.settings()) as client:
            answer = await client.ask(Shutdown(), Done)
        say(answer.message)

    asyncio.run(ask())


def status(context: typer.Context) -> None:
    """Say which runtime listens, since when, and what it does."""
    from datetime import UTC, datetime

    from runtime.connect import attach

    async def ask() -> None:
        async with attach(context.obj.settings()) as client:
            found = await client.status()
        if context.obj.json:
            return as_json(found)
        age = duration((datetime.now(UTC) - found.since).total_seconds())
        result(
            f"flowdeck {found.version} ({found.mode}) of {found.user}@{found.host}, pid {found.pid}, up {age}"
        )
        result(f"data      {found.data_directory}")
        result(
            f"flows     {found.flows_directory}: {found.flows} flows, {found.problems} with problems, {found.schedules} schedules"
        )
        result(f"runner    {found.runner}: {found.runner_reason}")
        result(f"running   {found.running} executions; {found.memory / 1024**2:.0f} MiB of memory")
        return None

    asyncio.run(ask())
