"""execution resume: let go on what waits for a person, with the answers that it asks for."""

import asyncio
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from console.cli.names import inputs
from console.cli.output import as_json, say

if TYPE_CHECKING:
    from runtime.client.client import Client
    from runtime.model.views import ExecutionView, InputView, WaitingTask


def resume(
    context: typer.Context,
    execution: Annotated[
        str, typer.Argument(metavar="ID", help="Whole, or a part of it that only one execution has.")
    ],
    values: Annotated[
        list[str] | None,
        typer.Option(
            "--input",
            "-i",
            metavar="KEY=VALUE",
            help="What the task asks; repeat for more. Of a file, its path.",
        ),
    ] = None,
    task: Annotated[
        str,
        typer.Option("--task", "-t", metavar="TASK", help="Where several wait: a task's or task run's id."),
    ] = "",
) -> None:
    """Let a PAUSED execution go on: after `execution pause`, or where a Pause task waits for a person.

    On a terminal it asks for what the task wants and was not given. Needs a running runtime.

    \b
    flowdeck execution show ID                     which task waits, and what it asks
    flowdeck execution resume ID -i reason=checked
    """
    from console.cli.record import execution_record

    message, view = asyncio.run(_resumed(context, execution, task, dict(inputs(values or []))))
    if context.obj.json:
        as_json(execution_record(view))
    say(f"{message}: flowdeck execution logs -f {view.execution.id}")


async def _resumed(
    context: typer.Context, execution: str, task: str, given: dict[str, Any]
) -> "tuple[str, ExecutionView]":
    from console.upload import sent
    from runtime.client.requests import ResumeExecution
    from runtime.connect import attach
    from runtime.model.views import Done

    async with attach(context.obj.settings()) as client:
        waits = await _meant(client, execution, task)
        given = _completed(waits.inputs, given) if waits else given
        files = {field.id for field in waits.inputs if field.type == "FILE"} if waits else set()
        request = ResumeExecution(id=execution, task=task, inputs=await sent(client, given, files))
        done = await client.ask(request, Done)
        return done.message, await client.execution(execution)


async def _meant(client: "Client", execution: str, task: str) -> "WaitingTask | None":
    """The task that waits, where there is no doubt; else the runtime says what is wrong."""
    view = await client.execution(execution)
    if view.is_held and not task:
        return None
    found = [each for each in view.waiting if not task or task in {each.task_id, each.task_run_id}]
    return found[0] if len(found) == 1 else None


def _completed(fields: "tuple[InputView, ...]", given: dict[str, Any]) -> dict[str, Any]:
    """With what a person types for the required ones that are missing."""
    if not sys.stdin.isatty():
        return given
    missing = [field for field in fields if field.required and field.id not in given]
    typed = {field.id: typer.prompt(_prompt(field), hide_input=field.type == "SECRET") for field in missing}
    return {**given, **typed}


def _prompt(field: "InputView") -> str:
    choices = f" ({', '.join(field.choices)})" if field.choices else ""
    return f"{field.label}{choices}"
