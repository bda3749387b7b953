"""secret: set, list, delete, scan. Values come from a prompt or from stdin, never from an argument."""

import asyncio
import sys
from typing import Annotated

import typer

from console.cli.output import as_json, say, table

app = typer.Typer(
    no_args_is_help=True, help="Secrets in the operating system's keyring.", rich_markup_mode=None
)

Namespace = Annotated[str, typer.Argument(help="The namespace; those below it see the secret too.")]
Name = Annotated[str, typer.Argument(help="As `{{ secret('NAME') }}` asks for it.")]


@app.command(name="set")
def set_(context: typer.Context, namespace: Namespace, name: Name) -> None:
    """Store a secret. The value is asked for without echo, or read from stdin: flowdeck secret set company.data TOKEN < token.txt"""
    from runtime.client.requests import SetSecret
    from runtime.connect import attach_or_borrow
    from runtime.errors import InvalidRequest
    from runtime.model.views import Done

    value = typer.prompt(f"{name}", hide_input=True) if sys.stdin.isatty() else sys.stdin.read().rstrip("\n")
    if not value:
        raise InvalidRequest(
            "the value is empty", hint=f"flowdeck secret delete {namespace} {name} removes a secret"
        )

    async def ask() -> None:
        async with attach_or_borrow(context.obj.settings()) as client:
            answer = await client.ask(SetSecret(namespace=namespace, name=name, value=value), Done)
        say(answer.message)

    asyncio.run(ask())


@app.command(name="list")
def list_(
    context: typer.Context,
    namespace: Annotated[str, typer.Argument(help="Only this namespace and those below it.")] = "",
) -> None:
    """List the names of the secrets there are; values are never shown."""
    from runtime.client.requests import ListSecrets
    from runtime.connect import attach_or_borrow
    from runtime.model.views import SecretName

    async def ask() -> list[SecretName]:
        async with attach_or_borrow(context.obj.settings()) as client:
            return await client.many(ListSecrets(namespace=namespace), SecretName)

    found = asyncio.run(ask())
    if context.obj.json:
        as_json(found)
    else:
        hint = "no secrets; `flowdeck secret set NAMESPACE NAME` stores one"
        table(["NAMESPACE", "NAME"], [(item.namespace, item.name) for item in found], empty=hint)


@app.command()
def delete(context: typer.Context, namespace: Namespace, name: Name) -> None:
    """Remove a secret from the keyring."""
    from runtime.client.requests import DeleteSecret
    from runtime.connect import attach_or_borrow
    from runtime.model.views import Done

    async def ask() -> None:
        async with attach_or_borrow(context.obj.settings()) as client:
            answer = await client.ask(DeleteSecret(namespace=namespace, name=name), Done)
        say(answer.message)

    asyncio.run(ask())


@app.command()
def scan(context: typer.Context) -> None:
    """Search all logs, files and the database for the values of the stored secrets. Exits with 1 where one is found."""
    from runtime.client.requests import ScanSecrets
    from runtime.connect import attach_or_borrow
    from runtime.model.views import Check

    async def ask() -> list[Check]:
        async with attach_or_borrow(context.obj.settings()) as client:
            return await client.many(ScanSecrets(), Check)

    found = asyncio.run(ask())
    if context.obj.json:
        as_json(found)
    else:
        table(
            ["FILE", "REMEDY"],
            [(check.name, check.remedy) for check in found],
            empty="no stored secret was found anywhere",
        )
    if found:
        raise typer.Exit(1)
