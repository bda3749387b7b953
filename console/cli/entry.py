"""The entry point: parse, run, and turn failures into a message and an exit code."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from typer.exceptions import TyperException

from console.cli import (
    demo,
    doctor,
    execution,
    explain,
    files,
    flow,
    image,
    kv,
    namespace,
    secret,
    serve,
    settings,
    show,
    trigger,
    validate,
)
from console.cli import (
    run as run_command,
)
from console.cli.options import Options, hoist
from console.cli.output import complain, say

DONE, ENDED_BADLY, WRONG_USAGE, UNREACHABLE, INTERRUPTED = 0, 1, 2, 3, 130

app = typer.Typer(
    name="flowdeck",
    no_args_is_help=False,
    add_completion=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

app.command(name="console")(show.console)
app.command()(serve.serve)
app.command()(serve.stop)
app.command()(serve.status)
app.command(name="run")(run_command.run)
app.command()(validate.validate)
app.command()(explain.explain)
app.add_typer(flow.app, name="flow")
app.add_typer(execution.app, name="execution")
app.add_typer(namespace.app, name="namespace")
app.add_typer(kv.app, name="kv")
app.add_typer(files.app, name="files")
app.add_typer(trigger.app, name="trigger")
app.add_typer(secret.app, name="secret")
app.add_typer(image.app, name="image")
app.command()(doctor.doctor)
app.command()(settings.settings)
app.command()(demo.demo)


def _version(wanted: bool) -> None:
    if wanted:
        from runtime import __version__

        typer.echo(f"flowdeck {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def main(
    context: typer.Context,
    data: Annotated[
        Path | None,
        typer.Option(
            envvar="FLOWDECK_DATA",
            help="Where everything is kept. Default: /var/lib/flowdeck for root, else XDG's data home.",
        ),
    ] = None,
    flows: Annotated[
        Path | None,
        typer.Option(envvar="FLOWDECK_FLOWS", help="The directory of flow files that is watched."),
    ] = None,
    socket: Annotated[
        Path | None,
        typer.Option(envvar="FLOWDECK_SOCKET", help="The runtime's socket. Default: beside the data."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print records as JSON.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Run dbt Core in production on one server, from a terminal.

    Without a command it opens the console, and starts a runtime where none runs.

    \b
    A first look:        flowdeck demo
    Run a flow file:     flowdeck run sample_flows/hello.yaml
    Check flow files:    flowdeck validate flows/
    How to write one:    flowdeck explain dbt
    The daemon:          flowdeck serve
    What is missing:     flowdeck doctor

    Exit codes: 0 done, 1 the execution ended FAILED, KILLED or CANCELLED, 2 wrong usage or an invalid flow,
    3 the runtime or the container engine can't be reached, 130 interrupted.
    """
    context.obj = Options(data, flows, socket, json)
    if context.invoked_subcommand is None:
        show.console(context)


def run(arguments: list[str] | None = None) -> None:
    """Run one command line; leaves by SystemExit."""
    words = hoist(sys.argv[1:] if arguments is None else arguments)
    from runtime.errors import EngineUnavailable, Failure, ImageUnavailable, Rejected, RuntimeUnreachable

    try:
        code = app(words, standalone_mode=False, prog_name="flowdeck")
        sys.exit(code if isinstance(code, int) else DONE)
    except typer.Exit as leave:
        sys.exit(leave.exit_code)
    except TyperException as wrong:
        say(f"flowdeck: {wrong.format_message()}")
        say("  flowdeck --help says what there is; flowdeck COMMAND --help what a command takes")
        sys.exit(WRONG_USAGE)
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(INTERRUPTED)
    except (RuntimeUnreachable, EngineUnavailable, ImageUnavailable) as failure:
        complain(failure)
        sys.exit(UNREACHABLE)
    except Rejected as failure:
        complain(failure)
        sys.exit(WRONG_USAGE)
    except Failure as failure:
        complain(failure)
        sys.exit(ENDED_BADLY)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(DONE)
