"""run: one execution of one flow, seen to its end."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from console.cli.names import date, inputs, is_file, pairs, split_flow
from console.cli.options import Options
from console.cli.output import as_json, say
from console.cli.record import execution_record

if TYPE_CHECKING:
    from runtime.client.client import Client
    from runtime.client.requests import CreateExecution
    from runtime.model.views import ExecutionView


def run(
    context: typer.Context,
    flow: Annotated[
        str, typer.Argument(metavar="FLOW", help="NAMESPACE.ID of a flow, or the path of a flow file.")
    ],
    values: Annotated[
        list[str] | None,
        typer.Option(
            "--input", "-i", metavar="KEY=VALUE", help="An input; repeat for more. Of a file, its path."
        ),
    ] = None,
    labels: Annotated[
        list[str] | None, typer.Option("--label", "-l", metavar="KEY=VALUE", help="A label; repeat for more.")
    ] = None,
    detach: Annotated[
        bool, typer.Option("--detach", help="Do not wait for the end; needs a running runtime.")
    ] = False,
    at: Annotated[
        str,
        typer.Option(
            "--schedule-at",
            metavar="DATE",
            help="Begin then: 2026-01-31T02:00, or with an offset; without one, this machine's time.",
        ),
    ] = "",
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 for WARNING too.")] = False,
) -> None:
    """Run a flow and wait for its end, with its log on stderr.

    Where a runtime listens, it runs there and survives this terminal; else it runs in this process, and Ctrl-C stops it properly.
    """
    request = _request(flow, inputs(values or []), pairs(labels or [], what="label"))
    if at:
        request = msgspec.structs.replace(request, schedule_date=date(at))
    view = asyncio.run(_run(context.obj, request, detach=detach))
    if context.obj.json:
        as_json(execution_record(view))
    else:
        _summary(view)
    state = view.execution.state
    if not detach and (state.is_bad or (strict and state == "WARNING")):
        raise typer.Exit(1)


def _request(flow: str, given: dict[str, str], labels: dict[str, str]) -> "CreateExecution":
    from runtime.client.requests import CreateExecution

    if not is_file(flow):
        namespace, flow_id = split_flow(flow)
        return CreateExecution(namespace=namespace, id=flow_id, inputs=dict(given), labels=labels)
    path = Path(flow)
    if not path.is_file():
        raise typer.BadParameter(f"there is no file {flow}")
    source = path.read_text(encoding="utf-8", errors="replace")
    return CreateExecution(source=source, inputs=dict(given), labels=labels)


async def _run(options: Options, request: "CreateExecution", *, detach: bool) -> "ExecutionView":
    from console.upload import with_files
    from runtime.model.views import ExecutionView

    async with _client(options, detach=detach) as client:
        created = await client.ask(await with_files(client, request), ExecutionView)
        for note in created.notes:
            say(note)
        if not detach:
            await _see_through(client, created.execution.id)
        return await client.execution(created.execution.id)


@contextlib.asynccontextmanager
async def _client(options: Options, *, detach: bool) -> "AsyncIterator[Client]":
    from runtime.connect import attach, attach_or_borrow

    settings = options.settings()
    opened = attach(settings) if detach else attach_or_borrow(settings)
    async with opened as client:
        yield client


async def _see_through(client: "Client", execution_id: str) -> None:
    """Tell the story to its end; the first Ctrl-C stops the execution, the second leaves it."""
    from console.cli.follow import Narrator

    story = asyncio.ensure_future(Narrator(client, execution_id).tell())
    loop = asyncio.get_running_loop()
    interrupted: list[asyncio.Task[None]] = []

    def interrupt() -> None:
        if interrupted:
            story.cancel()
        else:
            say("stopping the execution; press Ctrl-C again to leave at once")
            interrupted.append(loop.create_task(_kill(client, execution_id)))

    loop.add_signal_handler(signal.SIGINT, interrupt)
    try:
        await story
    except asyncio.CancelledError:
        raise KeyboardInterrupt from None
    finally:
        loop.remove_signal_handler(signal.SIGINT)
    if interrupted:
        await interrupted[0]
        raise KeyboardInterrupt


async def _kill(client: "Client", execution_id: str) -> None:
    from runtime.client.requests import KillExecution
    from runtime.errors import NotAllowed
    from runtime.model.views import Done

    with contextlib.suppress(NotAllowed):  # it ended by itself in the meantime
        await client.ask(KillExecution(id=execution_id, reason="interrupted"), Done)


def _summary(view: "ExecutionView") -> None:
    from console.render.durations import duration
    from console.render.states import look

    execution = view.execution
    seen = look(execution.state.value)
    took = duration((execution.ended - execution.created).total_seconds()) if execution.ended else ""
    say(f"{seen.glyph} {execution.namespace}.{execution.flow_id} {execution.id} {seen.word} {took}".rstrip())
    if execution.error:
        say(f"  {execution.error}")
