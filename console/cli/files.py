"""files: list and get what executions have stored."""

import asyncio
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from console.cli.output import as_json, moment, say, table

if TYPE_CHECKING:
    from runtime.client.client import Client

app = typer.Typer(
    no_args_is_help=True, help="Files that executions have stored (kestra:///...).", rich_markup_mode=None
)


@app.command(name="list")
def list_(
    context: typer.Context,
    execution: Annotated[str, typer.Argument(metavar="ID", help="An execution, or a unique part of its id.")],
) -> None:
    """List the files that an execution has stored, its inputs among them."""
    from runtime.client.requests import ListFiles
    from runtime.connect import attach_or_borrow
    from runtime.model.views import StoredFile

    async def ask() -> list[StoredFile]:
        async with attach_or_borrow(context.obj.settings()) as client:
            return await client.many(ListFiles(execution_id=execution), StoredFile)

    found = asyncio.run(ask())
    if context.obj.json:
        as_json(found)
    else:
        rows = [(item.uri, f"{item.size:,}", moment(item.modified)) for item in found]
        table(["FILE", "BYTES", "WRITTEN"], rows, empty="the execution has stored no file")


@app.command()
def get(
    context: typer.Context,
    uri: Annotated[str, typer.Argument(metavar="URI", help="kestra:///... or nsfile://NAMESPACE/NAME")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="PATH", help="Where to; else to stdout.")
    ] = None,
) -> None:
    """Fetch a stored file."""
    from runtime.connect import attach_or_borrow

    async def ask() -> None:
        async with attach_or_borrow(context.obj.settings()) as client:
            await fetch(client, uri, output)

    asyncio.run(ask())


async def fetch(client: "Client", uri: str, output: Path | None) -> None:
    """Write a stored file to a path, or to stdout."""
    from runtime.client.requests import ReadFile
    from runtime.model.views import FilePart

    part = await client.ask(ReadFile(uri=uri), FilePart)
    with _opened(output) as file:
        file.write(part.content)
        while part.content and part.offset + len(part.content) < part.size:
            part = await client.ask(ReadFile(uri=uri, offset=part.offset + len(part.content)), FilePart)
            file.write(part.content)
    if output is not None:
        say(f"{output}: {part.size:,} bytes")


@contextmanager
def _opened(output: Path | None) -> "Iterator[BinaryIO]":
    if output is None:
        sys.stdout.flush()
        with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as file:
            yield file
    else:
        with output.open("wb") as file:
            yield file
