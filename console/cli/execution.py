"""execution: list, show, logs, kill, restart, delete."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.output import as_json, coloured, moment, result, say, table
from console.cli.record import execution_record

if TYPE_CHECKING:
    from runtime.client.requests import AnyRequest
    from runtime.model.execution import Execution
    from runtime.model.views import ExecutionView

app = typer.Typer(
    no_args_is_help=True, help="Executions: what ran, runs, and went wrong.", rich_markup_mode=None
)

Id = Annotated[str, typer.Argument(metavar="ID", help="Whole, or a part of it that only one execution has.")]


def _took(execution: "Execution") -> str:
    from console.render.durations import duration

    start = execution.started or execution.created
    return duration((execution.ended - start).total_seconds()) if execution.ended else ""


@app.command(name="list")
def list_(
    context: typer.Context,
    namespace: Annotated[str, typer.Option("--namespace", "-n", help="This one and those below it.")] = "",
    flow: Annotated[str, typer.Option("--flow", "-f", metavar="ID")] = "",
    state: Annotated[
        list[str] | None, typer.Option("--state", "-s", help="FAILED, RUNNING ...; repeat for more.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000)] = 20,
) -> None:
    """List executions, the newest first."""
    from runtime.connect import attach_or_borrow

    async def ask() -> None:
        states = tuple(name.upper() for name in state or ())
        async with attach_or_borrow(context.obj.settings()) as client:
            page = await client.executions(namespace=namespace, flow_id=flow, states=states, limit=limit)
        if context.obj.json:
            return as_json(page.items)
        rows = [
            (
                item.id,
                f"{item.namespace}.{item.flow_id}",
                coloured(item.state),
                moment(item.created),
                _took(item),
                item.error or "",
            )
            for item in page.items
        ]
        table(["ID", "FLOW", "STATE", "CREATED", "TOOK", "ERROR"], rows, empty="no executions match")
        return None

    asyncio.run(ask())


@app.command()
def show(context: typer.Context, execution: Id) -> None:
    """Show one execution with its task runs and dbt nodes."""
    from runtime.connect import attach_or_borrow

    async def ask() -> "ExecutionView":
        async with attach_or_borrow(context.obj.settings()) as client:
            return await client.execution(execution)

    view = asyncio.run(ask())
    if context.obj.json:
        as_json(execution_record(view))
    else:
        _show(view)


def _show(view: "ExecutionView") -> None:
    execution = view.execution
    result(
        f"{execution.id}  {execution.namespace}.{execution.flow_id} revision {execution.revision}  {execution.state}  {_took(execution)}"
    )
    if execution.error:
        result(f"error: {execution.error}")
    depth = {run.id: 0 for run in view.task_runs}
    for run in view.task_runs:
        depth[run.id] = depth.get(run.parent_id or "", -1) + 1
    rows = [
        (
            "  " * depth[run.id] + run.task_id + (f" [{run.value}]" if run.value else ""),
            coloured(run.state),
            str(len(run.attempts) or ""),
            moment(run.started),
            run.error or "",
        )
        for run in view.task_runs
    ]
    table(["TASK", "STATE", "ATTEMPTS", "STARTED", "ERROR"], rows)
    bad = [node for node in view.nodes if node.status in {"error", "fail", "warn", "skipped"}]
    if view.nodes:
        result(f"{len(view.nodes)} dbt nodes, {len(bad)} to look at")
    table(["NODE", "STATUS", "MESSAGE"], [(node.unique_id, node.status, node.message) for node in bad])


@app.command()
def logs(
    context: typer.Context,
    execution: Id,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on until the execution ends.")] = False,
    task: Annotated[str, typer.Option("--task", "-t", metavar="TASK_ID")] = "",
    level: Annotated[
        str, typer.Option("--level", help="This one and worse: TRACE, DEBUG, INFO, WARN, ERROR.")
    ] = "",
) -> None:
    """Print the logs of all attempts, merged by time."""
    from runtime.client.requests import FollowExecutionLog, ReadExecutionLog
    from runtime.connect import attach, attach_or_borrow
    from runtime.model.views import LogPage

    def print_page(page: LogPage, tasks: dict[str, str]) -> None:
        for line in page.lines:
            name = tasks.get(line.task_run_id, line.task_run_id)
            result(f"{line.at.isoformat(timespec='milliseconds')} {line.level:<5} {name} | {line.text}")

    async def ask() -> None:
        settings = context.obj.settings()
        async with attach(settings) if follow else attach_or_borrow(settings) as client:
            view = await client.execution(execution)
            tasks = {run.id: run.task_id for run in view.task_runs}
            identifier, wanted = view.execution.id, level.upper()
            if follow:
                async for page in client.follow(
                    FollowExecutionLog(execution_id=identifier, level=wanted, task_id=task)
                ):
                    if isinstance(page, LogPage):
                        print_page(page, tasks)
            else:
                print_page(
                    await client.ask(
                        ReadExecutionLog(
                            execution_id=identifier, level=wanted, task_id=task, limit=1_000_000
                        ),
                        LogPage,
                    ),
                    tasks,
                )

    asyncio.run(ask())


def _order(context: typer.Context, request: "AnyRequest") -> None:
    from runtime.connect import attach_or_borrow
    from runtime.model.views import Done

    async def ask() -> None:
        async with attach_or_borrow(context.obj.settings()) as client:
            say((await client.ask(request, Done)).message)

    asyncio.run(ask())


@app.command()
def kill(
    context: typer.Context, execution: Id, reason: Annotated[str, typer.Option("--reason")] = ""
) -> None:
    """Stop an execution: SIGINT first, then SIGTERM, then SIGKILL, each with its grace."""
    from runtime.client.requests import KillExecution

    _order(context, KillExecution(id=execution, reason=reason))


@app.command()
def restart(context: typer.Context, execution: Id) -> None:
    """Go on with a FAILED execution from where it failed; what succeeded does not run again. Needs a running runtime."""
    from runtime.client.requests import RestartExecution
    from runtime.connect import attach
    from runtime.model.views import ExecutionView

    async def ask() -> None:
        async with attach(context.obj.settings()) as client:
            view = await client.ask(RestartExecution(id=execution), ExecutionView)
        say(f"execution {view.execution.id} goes on: flowdeck execution logs -f {view.execution.id}")

    asyncio.run(ask())


@app.command()
def delete(context: typer.Context, execution: Id) -> None:
    """Remove an ended execution with its logs and files."""
    from runtime.client.requests import DeleteExecution

    _order(context, DeleteExecution(id=execution))
