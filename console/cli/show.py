"""The console itself: attach to the runtime that listens, or start one, and show it."""

from typing import Annotated

import typer

from console.cli.options import Options


def console(
    context: typer.Context,
    address: Annotated[
        str,
        typer.Argument(
            metavar="[ADDRESS]",
            help="What to open: NAMESPACE.FLOW, an execution's id, `flows`, `executions`, `problems` ...",
        ),
    ] = "",
    ascii_only: Annotated[
        bool, typer.Option("--ascii", help="Draw without box characters and symbols.")
    ] = False,
    theme: Annotated[
        str, typer.Option("--theme", envvar="FLOWDECK_THEME", help="dark, light, ansi or mono.")
    ] = "",
) -> None:
    """Open the console; `?` shows the keys. Leaving it stops nothing."""
    import sys

    from runtime.errors import InvalidRequest

    options: Options = context.obj
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise InvalidRequest(
            "the console needs a terminal",
            hint="`flowdeck status`, `flowdeck execution list` and `flowdeck run` work without one",
        )
    from console.app import open_console

    open_console(options.settings(), address=address, ascii_only=ascii_only, theme=theme)
