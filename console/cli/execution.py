"""execution: list, show, logs, kill, restart, replay, pause, resume, set-state, labels, force-run, delete."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from console.cli.output import as_json, coloured, moment, result, say, table
from console.cli.record import execution_record
from console.cli.resume import resume

if TYPE_CHECKING:
    from runtime.client.requests import AnyRequest
    from runtime.model.execution import Execution
    from runtime.model.views import ExecutionView, WaitingTask

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
    parent: Annotated[
        str, typer.Option("--parent", metavar="ID", help="Those that this execution's tasks have begun.")
    ] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, max=10_000)] = 20,
) -> None:
    """List executions, the newest first."""
    from runtime.connect import attach_or_borrow

    async def ask() -> None:
        states = tuple(name.upper() for name in state or ())
        async with attach_or_borrow(context.obj.settings()) as client:
            page = await client.executions(
                namespace=namespace, flow_id=flow, parent_id=parent, states=states, limit=limit
            )
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
    for waits in view.waiting:
        result(_asks(waits, is_only=len(view.waiting) == 1))
    bad = [node for node in view.nodes if node.status in {"error", "fail", "warn", "skipped"}]
    if view.nodes:
        result(f"{len(view.nodes)} dbt nodes, {len(bad)} to look at")
    table(["NODE", "STATUS", "MESSAGE"], [(node.unique_id, node.status, node.message) for node in bad])


def _asks(waits: "WaitingTask", *, is_only: bool) -> str:
    """What lets a task go on that waits for a person."""
    until = f" until {moment(waits.until)}" if waits.until else ""
    run = waits.task_run_id
    which = "" if is_only else f" -t {run}"
    answers = [f"-i {field.id}={field.type}" for field in waits.inputs]
    wanted = [
        answer if field.required else f"[{answer}]"
        for field, answer in zip(waits.inputs, answers, strict=True)
    ]
    command = " ".join([f"flowdeck execution resume {run.rpartition('-')[0]}{which}", *wanted])
    return f"`{waits.task_id}` waits{until}: {command}"


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


@app.command()
def metrics(context: typer.Context, execution: Id) -> None:
    """Print what the tasks of an execution have measured."""
    from console.models.execution_metrics import value
    from runtime.connect import attach_or_borrow

    async def ask() -> "ExecutionView":
        async with attach_or_borrow(context.obj.settings()) as client:
            return await client.execution(execution)

    view = asyncio.run(ask())
    found = [
        (run, attempt, metric)
        for run in view.task_runs
        for attempt in run.attempts
        for metric in attempt.metrics
    ]
    if context.obj.json:
        as_json(
            [
                {
                    "task_id": run.task_id,
                    "task_run_id": run.id,
                    "attempt": attempt.number,
                    **msgspec.to_builtins(metric),
                }
                for run, attempt, metric in found
            ]
        )
        return
    rows = [
        (
            run.task_id,
            str(attempt.number),
            metric.name,
            metric.type,
            value(metric),
            ", ".join(f"{name}={tag}" for name, tag in metric.tags.items()),
        )
        for run, attempt, metric in found
    ]
    table(["TASK", "ATTEMPT", "METRIC", "TYPE", "VALUE", "TAGS"], rows, empty="no task has measured anything")


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

    _begin(context, RestartExecution(id=execution), "goes on")


def _begin(context: typer.Context, request: "AnyRequest", verb: str) -> None:
    """Ask for something that runs on afterwards."""
    from runtime.connect import attach
    from runtime.model.views import ExecutionView

    async def ask() -> ExecutionView:
        async with attach(context.obj.settings()) as client:
            return await client.ask(request, ExecutionView)

    view = asyncio.run(ask())
    if context.obj.json:
        as_json(execution_record(view))
    say(f"execution {view.execution.id} {verb}: flowdeck execution logs -f {view.execution.id}")


Task = Annotated[
    str, typer.Option("--from", metavar="TASK", help="A task's id (its last run), or a task run's id.")
]


@app.command()
def replay(
    context: typer.Context,
    execution: Id,
    task: Task = "",
    revision: Annotated[
        int | None, typer.Option("--revision", min=0, help="Another revision of the flow; 0 is the latest.")
    ] = None,
) -> None:
    """Run an ended execution once more, as a new one with the same inputs.

    With --from TASK the results of all that came before it are taken over. Needs a running runtime.
    """
    from runtime.client.requests import ReplayExecution

    _begin(context, ReplayExecution(id=execution, task=task, revision=revision), "begins")


@app.command()
def pause(context: typer.Context, execution: Id) -> None:
    """Let what runs come to its end, and nothing new begin, until it is resumed."""
    from runtime.client.requests import PauseExecution

    _order(context, PauseExecution(id=execution))


app.command()(resume)


@app.command(name="force-run")
def force_run(context: typer.Context, execution: Id) -> None:
    """Begin a QUEUED execution now, whatever the limit of its flow."""
    from runtime.client.requests import ForceRun

    _order(context, ForceRun(id=execution))


@app.command(name="set-state")
def set_state(
    context: typer.Context,
    execution: Id,
    task: Annotated[
        str, typer.Argument(metavar="TASK", help="A task's id (its last run), or a task run's id.")
    ],
    state: Annotated[str, typer.Argument(metavar="STATE", help="SUCCESS, WARNING, SKIPPED or FAILED.")],
) -> None:
    """Say that a task run of an ended execution ended otherwise, and go on from there.

    A failure that was mended by hand: `set-state ID load SUCCESS` runs what comes after `load`. Needs a running runtime.
    """
    from runtime.client.requests import ChangeState

    _begin(context, ChangeState(id=execution, task=task, state=state), "goes on")


@app.command()
def labels(
    context: typer.Context,
    execution: Id,
    given: Annotated[
        list[str] | None, typer.Option("--label", "-l", metavar="KEY=VALUE", help="Repeat for more.")
    ] = None,
    remove: Annotated[list[str] | None, typer.Option("--remove", metavar="KEY")] = None,
) -> None:
    """Put labels on an execution, running or ended; without any, print those that it has."""
    from console.cli.names import pairs
    from runtime.client.requests import GetExecution, SetLabels
    from runtime.connect import attach_or_borrow
    from runtime.model.views import ExecutionView

    is_question = not given and not remove

    async def ask() -> ExecutionView:
        request = SetLabels(id=execution, labels=pairs(given or [], what="label"), remove=tuple(remove or ()))
        async with attach_or_borrow(context.obj.settings()) as client:
            return await client.ask(GetExecution(id=execution) if is_question else request, ExecutionView)

    found = asyncio.run(ask()).execution.labels
    if context.obj.json:
        as_json(found)
    else:
        for key, value in found.items():
            result(f"{key}={value}")


@app.command()
def delete(context: typer.Context, execution: Id) -> None:
    """Remove an ended execution with its logs and files."""
    from runtime.client.requests import DeleteExecution

    _order(context, DeleteExecution(id=execution))
