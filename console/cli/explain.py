"""`flowdeck explain`: the reference at hand."""

import asyncio
import sys
from typing import Annotated

import typer

from console.cli.output import result


def explain(
    context: typer.Context,
    name: Annotated[
        str,
        typer.Argument(
            metavar="[NAME]",
            help="A type (dbt, ForEach), a key (retry, sla), a filter, function, test or operator; without it the types are listed.",
        ),
    ] = "",
) -> None:
    """Say what a type, a key or a word of an expression is."""
    from runtime.client.requests import Explain
    from runtime.connect import attach_or_borrow
    from runtime.model.views import Done

    async def ask() -> str:
        async with attach_or_borrow(context.obj.settings()) as client:
            return (await client.ask(Explain(name=name), Done)).message

    _show(asyncio.run(ask()))


def _show(markdown: str) -> None:
    """Laid out for a person, as it is for a pipe."""
    if not sys.stdout.isatty():
        result(markdown)
        return
    from rich.console import Console
    from rich.markdown import Markdown

    Console().print(Markdown(markdown))
