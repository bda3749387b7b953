"""kv: list, get, set, delete the values that flows keep under keys."""

import asyncio
import json
import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from console.cli.output import as_json, moment, result, say, table

if TYPE_CHECKING:
    from runtime.model.views import KeyValue

app = typer.Typer(
    no_args_is_help=True, help="Keys and values that flows keep, by namespace.", rich_markup_mode=None
)

Namespace = Annotated[str, typer.Argument(help="The namespace; flows of those below it find the key too.")]
Key = Annotated[str, typer.Argument(help="As `{{ kv('KEY') }}` asks for it.")]


@app.command(name="list")
def list_(
    context: typer.Context,
    namespace: Annotated[str, typer.Argument(help="Only this namespace and those below it.")] = "",
) -> None:
    """List keys and values."""
    from runtime.client.requests import ListValues
    from runtime.connect import attach_or_borrow
    from runtime.model.views import KeyValue

    async def ask() -> "list[KeyValue]":
        async with attach_or_borrow(context.obj.settings()) as client:
            return await client.many(ListValues(namespace=namespace), KeyValue)

    found = asyncio.run(ask())
    if context.obj.json:
        as_json(found)
        return
    rows = [
        (item.namespace, item.key, item.type, _line(item.value), moment(item.updated), moment(item.expires))
        for item in found
    ]
    table(
        ["NAMESPACE", "KEY", "TYPE", "VALUE", "WRITTEN", "EXPIRES"],
        rows,
        empty="no values; `flowdeck kv set NAMESPACE KEY VALUE` keeps one",
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _line(value: Any) -> str:
    flat = " ".join(_text(value).split())
    return flat if len(flat) <= 60 else f"{flat[:59]}…"


@app.command()
def get(context: typer.Context, namespace: Namespace, key: Key) -> None:
    """Print a value."""
    from runtime.client.requests import GetValue
    from runtime.connect import attach_or_borrow
    from runtime.model.views import KeyValue

    async def ask() -> "KeyValue":
        async with attach_or_borrow(context.obj.settings()) as client:
            return await client.ask(GetValue(namespace=namespace, key=key), KeyValue)

    found = asyncio.run(ask())
    if context.obj.json:
        as_json(found)
    else:
        result(_text(found.value))


@app.command(name="set")
def set_(
    context: typer.Context,
    namespace: Namespace,
    key: Key,
    value: Annotated[str, typer.Argument(help="The value; `-` reads it from stdin.")],
    kind: Annotated[
        str,
        typer.Option(
            "--type",
            "-t",
            help="STRING, NUMBER, BOOLEAN, DATETIME, DATE, DURATION or JSON. Without it a JSON value is what it is, all else a STRING.",
        ),
    ] = "",
    ttl: Annotated[str, typer.Option("--ttl", help="How long it is kept: PT1H, P7D.")] = "",
    description: Annotated[str, typer.Option("--description", "-d", help="For people.")] = "",
    keep: Annotated[
        bool, typer.Option("--no-overwrite", help="Refuse where the key has a value already.")
    ] = False,
) -> None:
    """Keep a value under a key. For what must not be seen there are secrets: flowdeck secret set"""
    import msgspec

    from runtime.client.requests import SetValue
    from runtime.connect import attach_or_borrow
    from runtime.model.views import KeyValue

    given = sys.stdin.read().removesuffix("\n") if value == "-" else value
    wanted = {
        "namespace": namespace,
        "key": key,
        "value": given if kind else _guessed(given),
        "type": kind,
        "ttl": ttl or None,
        "description": description,
        "overwrite": not keep,
    }
    try:
        request = msgspec.convert({"request": "set_value", **wanted}, SetValue)
    except msgspec.ValidationError as error:
        raise typer.BadParameter(f"--ttl {ttl}: {error}") from None

    async def ask() -> None:
        async with attach_or_borrow(context.obj.settings()) as client:
            kept = await client.ask(request, KeyValue)
        until = f" until {moment(kept.expires)}" if kept.expires else ""
        say(f"{kept.namespace} {kept.key} is the {kept.type} {_line(kept.value)}{until}")

    asyncio.run(ask())


def _guessed(text: str) -> Any:
    """Numbers, truth values, maps and lists as JSON writes them; all else is text."""
    try:
        found = json.loads(text, parse_constant=str)
    except ValueError:
        return text
    return found if isinstance(found, bool | int | float | dict | list) else text


@app.command()
def delete(context: typer.Context, namespace: Namespace, key: Key) -> None:
    """Forget a key and its value."""
    from runtime.client.requests import DeleteValue
    from runtime.connect import attach_or_borrow
    from runtime.model.views import Done

    async def ask() -> None:
        async with attach_or_borrow(context.obj.settings()) as client:
            say((await client.ask(DeleteValue(namespace=namespace, key=key), Done)).message)

    asyncio.run(ask())
