"""flow: list, show, topology, revisions, diff, rollback, schema, new."""

import asyncio
import difflib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.names import is_file, split_flow
from console.cli.output import as_json, coloured, moment, problem_line, result, say, table

if TYPE_CHECKING:
    from runtime.model.views import FlowDetail, FlowView, Revision, Topology

app = typer.Typer(no_args_is_help=True, help="Flows: what there is to run.", rich_markup_mode=None)

Name = Annotated[str, typer.Argument(metavar="NAMESPACE.ID")]


@app.command(name="list")
def list_(
    context: typer.Context,
    namespace: Annotated[str, typer.Argument(help="Only this namespace and those below it.")] = "",
) -> None:
    """List the flows of the flows directory, with their next run and last state."""
    from runtime.connect import attach_or_borrow

    async def ask() -> "list[FlowView]":
        async with attach_or_borrow(context.obj.settings()) as client:
            return await client.flows(namespace)

    found = asyncio.run(ask())
    if context.obj.json:
        return as_json(found)
    rows = [
        (
            f"{flow.namespace}.{flow.id}" if flow.id else flow.file,
            str(flow.revision or ""),
            coloured(flow.last.state) if flow.last else "",
            moment(flow.next_fire),
            f"{sum(problem.is_error for problem in flow.problems)} errors" if flow.problems else "",
            flow.description.strip().partition("\n")[0],
        )
        for flow in found
    ]
    hint = "no flows; `flowdeck flow new NAMESPACE.ID` writes a first one"
    return table(["FLOW", "REVISION", "LAST", "NEXT", "PROBLEMS", "DESCRIPTION"], rows, empty=hint)


def _detail(context: typer.Context, name: str, revision: int | None = None) -> "FlowDetail":
    from runtime.client.requests import GetFlow
    from runtime.connect import attach_or_borrow
    from runtime.model.views import FlowDetail

    namespace, flow_id = split_flow(name)

    async def ask() -> FlowDetail:
        async with attach_or_borrow(context.obj.settings()) as client:
            return await client.ask(GetFlow(namespace=namespace, id=flow_id, revision=revision), FlowDetail)

    return asyncio.run(ask())


@app.command()
def show(
    context: typer.Context,
    name: Name,
    revision: Annotated[int | None, typer.Option("--revision", "-r", min=1)] = None,
) -> None:
    """Print a flow's text, as it runs or as it was."""
    detail = _detail(context, name, revision)
    if context.obj.json:
        as_json(detail)
    else:
        result(detail.source.rstrip("\n"))


@app.command()
def topology(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="FLOW", help="NAMESPACE.ID, or the path of a flow file.")],
    ascii_only: Annotated[bool, typer.Option("--ascii", help="Draw without box characters.")] = False,
) -> None:
    """Draw a flow: what follows what, and what stands in what."""
    from console.draw import drawing

    graph = _graph(context, name)
    if context.obj.json:
        as_json(graph)
    else:
        result(drawing(graph, ascii_only=ascii_only))


def _graph(context: typer.Context, name: str) -> "Topology":
    from runtime.connect import validator
    from runtime.model.topology import topology as of_flow

    if not is_file(name):
        return _detail(context, name).topology
    loaded = validator()(Path(name).read_bytes())
    for problem in loaded.problems:
        say(problem_line(name, problem))
    if loaded.flow is None:
        raise typer.Exit(2)
    return of_flow(loaded.flow)


def _revisions(context: typer.Context, name: str) -> "list[Revision]":
    from runtime.client.requests import ListRevisions
    from runtime.connect import attach_or_borrow
    from runtime.model.views import Revision

    namespace, flow_id = split_flow(name)

    async def ask() -> list[Revision]:
        async with attach_or_borrow(context.obj.settings()) as client:
            return await client.many(ListRevisions(namespace=namespace, id=flow_id), Revision)

    return asyncio.run(ask())


@app.command()
def revisions(context: typer.Context, name: Name) -> None:
    """List the saved revisions of a flow, the newest first."""
    found = _revisions(context, name)
    if context.obj.json:
        as_json(found)
    else:
        table(
            ["REVISION", "CREATED"],
            [(str(item.number), moment(item.created)) for item in found],
            empty="never saved",
        )


@app.command()
def diff(
    context: typer.Context,
    name: Name,
    old: Annotated[int, typer.Argument(help="A revision.")],
    new: Annotated[int | None, typer.Argument(help="Another; the latest where it is left out.")] = None,
) -> None:
    """Show what changed between two revisions."""
    before, after = _detail(context, name, old), _detail(context, name, new)
    labels = f"{name} revision {old}", f"{name} revision {after.flow.revision}"
    lines = difflib.unified_diff(before.source.splitlines(), after.source.splitlines(), *labels, lineterm="")
    text = "\n".join(lines)
    result(text) if text else say("no difference")


@app.command()
def rollback(context: typer.Context, name: Name, revision: Annotated[int, typer.Argument(min=1)]) -> None:
    """Write the text of an older revision back to the flow's file; it becomes the newest revision."""
    from runtime.client.requests import SaveSource
    from runtime.connect import attach
    from runtime.model.views import Validation

    source = _detail(context, name, revision).source

    async def ask() -> None:
        async with attach(context.obj.settings()) as client:
            await client.ask(SaveSource(source=source), Validation)
        say(f"{name} is what it was in revision {revision}")

    asyncio.run(ask())


@app.command()
def schema(context: typer.Context) -> None:
    """Print the JSON Schema of the flow language, for an editor's YAML language server."""
    from runtime.client.requests import GetSchema
    from runtime.connect import attach_or_borrow
    from runtime.model.views import Done

    async def ask() -> str:
        async with attach_or_borrow(context.obj.settings()) as client:
            return (await client.ask(GetSchema(), Done)).message

    result(asyncio.run(ask()))


TEMPLATE = """\
id: {id}
namespace: {namespace}
description: What this flow does, for whoever is woken by it.

tasks:
  - id: hello
    type: log
    message: Hello from {{{{ flow.namespace }}}}.{{{{ flow.id }}}}

# triggers:
#   - id: nightly
#     type: schedule
#     cron: "0 2 * * *"
"""


@app.command()
def new(context: typer.Context, name: Name) -> None:
    """Write a small flow to start from into the flows directory."""
    namespace, flow_id = split_flow(name)
    flows = context.obj.settings().flows
    path = flows / f"{namespace}.{flow_id}.yaml"
    if path.exists():
        raise typer.BadParameter(f"{path} is there already")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(TEMPLATE.format(id=flow_id, namespace=namespace), encoding="utf-8")
    result(str(path))
