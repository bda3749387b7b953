"""trigger: list, pause, resume, look ahead, make up for the past."""

import asyncio
from datetime import datetime
from typing import Annotated

import typer

from console.cli.names import inputs, split_trigger
from console.cli.output import as_json, moment, say, table

app = typer.Typer(no_args_is_help=True, help="Schedules and other triggers.", rich_markup_mode=None)

Address = Annotated[str, typer.Argument(metavar="NAMESPACE.FLOW.TRIGGER")]


@app.command(name="list")
def list_(context: typer.Context, namespace: Annotated[str, typer.Argument()] = "") -> None:
    """List triggers with their schedule and when they fire next."""
    from runtime.connect import attach

    async def ask() -> None:
        async with attach(context.obj.settings()) as client:
            found = await client.triggers(namespace)
        if context.obj.json:
            return as_json(found)
        rows = [
            (
                f"{view.namespace}.{view.flow_id}.{view.trigger_id}",
                view.type.rpartition(".")[2],
                view.schedule,
                "disabled" if view.disabled else "paused" if view.paused else moment(view.next_fire),
                moment(view.last_fired),
            )
            for view in found
        ]
        table(["TRIGGER", "TYPE", "SCHEDULE", "NEXT", "LAST"], rows, empty="no flow has a trigger")
        return None

    asyncio.run(ask())


def _pause(context: typer.Context, address: str, *, paused: bool) -> None:
    from runtime.client.requests import PauseTrigger
    from runtime.connect import attach
    from runtime.model.views import Done

    namespace, flow_id, trigger_id = split_trigger(address)

    async def ask() -> None:
        async with attach(context.obj.settings()) as client:
            request = PauseTrigger(namespace=namespace, flow_id=flow_id, trigger_id=trigger_id, paused=paused)
            say((await client.ask(request, Done)).message)

    asyncio.run(ask())


@app.command()
def pause(context: typer.Context, address: Address) -> None:
    """Let a trigger rest until it is resumed; what it misses meanwhile is not made up for."""
    _pause(context, address, paused=True)


@app.command()
def resume(context: typer.Context, address: Address) -> None:
    """Let a paused trigger fire again."""
    _pause(context, address, paused=False)


@app.command(name="next")
def next_(
    context: typer.Context,
    address: Address,
    count: Annotated[int, typer.Option("--count", "-n", min=1, max=1000)] = 5,
) -> None:
    """Say when a schedule fires next, with its offset, and where a change of the clocks touches it."""
    from runtime.client.requests import ListFires
    from runtime.connect import attach
    from runtime.model.views import Fire

    namespace, flow_id, trigger_id = split_trigger(address)

    async def ask() -> None:
        async with attach(context.obj.settings()) as client:
            request = ListFires(namespace=namespace, flow_id=flow_id, trigger_id=trigger_id, count=count)
            found = await client.many(request, Fire)
        if context.obj.json:
            return as_json(found)
        table(
            ["FIRES", "NOTE"],
            [(fire.at.isoformat(), fire.note) for fire in found],
            empty="it never fires again",
        )
        return None

    asyncio.run(ask())


@app.command()
def backfill(
    context: typer.Context,
    address: Address,
    start: Annotated[datetime, typer.Option(help="The first date, included.")],
    end: Annotated[datetime, typer.Option(help="The last date, excluded.")],
    values: Annotated[list[str] | None, typer.Option("--input", "-i", metavar="KEY=VALUE")] = None,
) -> None:
    """Create an execution for each past date of a schedule between two dates."""
    from runtime.client.requests import Backfill
    from runtime.connect import attach
    from runtime.model.views import Done

    namespace, flow_id, trigger_id = split_trigger(address)

    async def ask() -> None:
        request = Backfill(
            namespace=namespace,
            flow_id=flow_id,
            trigger_id=trigger_id,
            start=start.astimezone(),
            end=end.astimezone(),
            inputs=inputs(values or []),
        )
        async with attach(context.obj.settings()) as client:
            say((await client.ask(request, Done)).message)

    asyncio.run(ask())
