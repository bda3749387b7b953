"""namespace: the files that the flows of a namespace share."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from console.cli.output import as_json, moment, say, table

app = typer.Typer(
    no_args_is_help=True, help="Namespaces, and the files that their flows share.", rich_markup_mode=None
)
files = typer.Typer(
    no_args_is_help=True,
    help="Files of a namespace: `namespaceFiles` lays them beside a script, `read('NAME')` reads one.",
    rich_markup_mode=None,
)
app.add_typer(files, name="files")

Namespace = Annotated[str, typer.Argument(help="Whose files.")]
Name = Annotated[str, typer.Argument(help="Relative to the namespace's others: models/orders.sql")]


@files.command(name="list")
def list_(context: typer.Context, namespace: Namespace) -> None:
    """List the files of a namespace."""
    from runtime.client.requests import ListNamespaceFiles
    from runtime.connect import attach_or_borrow
    from runtime.model.views import StoredFile

    async def ask() -> list[StoredFile]:
        async with attach_or_borrow(context.obj.settings()) as client:
            return await client.many(ListNamespaceFiles(namespace=namespace), StoredFile)

    found = asyncio.run(ask())
    if context.obj.json:
        as_json(found)
    else:
        rows = [(item.name, f"{item.size:,}", moment(item.modified)) for item in found]
        table(["FILE", "BYTES", "WRITTEN"], rows, empty=f"{namespace} has no files")


@files.command()
def get(
    context: typer.Context,
    namespace: Namespace,
    name: Name,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="PATH", help="Where to; else to stdout.")
    ] = None,
) -> None:
    """Fetch a file of a namespace."""
    from urllib.parse import quote

    from console.cli.files import fetch
    from runtime.connect import attach_or_borrow

    async def ask() -> None:
        async with attach_or_borrow(context.obj.settings()) as client:
            await fetch(client, f"nsfile://{namespace}/{quote(name.lstrip('/'))}", output)

    asyncio.run(ask())


@files.command()
def put(
    context: typer.Context,
    namespace: Namespace,
    path: Annotated[Path, typer.Argument(exists=True, help="A file, or a directory with all that is in it.")],
    name: Annotated[
        str,
        typer.Argument(help="What it is to be called; a file's own name, and nothing before a directory's."),
    ] = "",
) -> None:
    """Put a file, or all files of a directory, among those of a namespace. What has the same name is replaced."""
    from console.upload import send
    from runtime.client.requests import PutNamespaceFile
    from runtime.connect import attach_or_borrow
    from runtime.model.views import StoredFile

    async def ask() -> None:
        async with attach_or_borrow(context.obj.settings()) as client:
            for source, target in _targets(path, name):
                request = PutNamespaceFile(namespace=namespace, name=target, uri=await send(client, source))
                kept = await client.ask(request, StoredFile)
                say(f"{namespace} {kept.name}: {kept.size:,} bytes")

    asyncio.run(ask())


def _targets(path: Path, name: str) -> list[tuple[Path, str]]:
    """The files to send, each with its name; a repository's history stays at home."""
    if path.is_file():
        return [(path, name or path.name)]
    below = [file for file in sorted(path.rglob("*")) if file.is_file() and ".git" not in file.parts]
    return [(file, f"{name.rstrip('/')}/{file.relative_to(path).as_posix()}".lstrip("/")) for file in below]


@files.command()
def delete(context: typer.Context, namespace: Namespace, name: Name) -> None:
    """Delete a file of a namespace."""
    from runtime.client.requests import DeleteNamespaceFile
    from runtime.connect import attach_or_borrow
    from runtime.model.views import Done

    async def ask() -> None:
        async with attach_or_borrow(context.obj.settings()) as client:
            say((await client.ask(DeleteNamespaceFile(namespace=namespace, name=name), Done)).message)

    asyncio.run(ask())
