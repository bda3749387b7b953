"""image: build the container image that dbt runs in."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from console.cli.output import result, say

app = typer.Typer(no_args_is_help=True, help="Container images for dbt.", rich_markup_mode=None)


@app.command()
def build(
    name: Annotated[
        str,
        typer.Argument(
            help="The adapter's package, with a version if you like: dbt-duckdb, 'dbt-postgres==1.9.*'."
        ),
    ],
    base: Annotated[str, typer.Option(help="The image to build on.")] = "",
    wheels: Annotated[
        Path | None, typer.Option(help="A directory of wheels, for a machine without internet.")
    ] = None,
    tag: Annotated[str, typer.Option(help="The image's name. Default: flowdeck/ADAPTER:VERSION.")] = "",
) -> None:
    """Build a pinned image of dbt-core and one adapter from flowdeck's own Dockerfile, with progress."""
    from runtime.connect import build_image

    result(asyncio.run(build_image(name, base=base, wheels=wheels, tag=tag, progress=say)))
