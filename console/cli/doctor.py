"""doctor: what is there, what is missing, and the line that mends it."""

import asyncio

import typer

from console.cli.output import as_json, result, say

MARKS = {"ok": "✔", "warning": "!", "problem": "✖"}


def doctor(context: typer.Context) -> None:
    """Check this machine: container engine, dbt, git, keyring, disk, clock. Exits with 1 where something is broken."""
    from runtime.client.requests import Diagnose
    from runtime.connect import attach_or_borrow
    from runtime.model.views import Check

    async def ask() -> list[Check]:
        async with attach_or_borrow(context.obj.settings()) as client:
            return await client.many(Diagnose(), Check)

    checks = asyncio.run(ask())
    if context.obj.json:
        as_json(checks)
    else:
        for check in checks:
            result(f"{MARKS[check.verdict]} {check.name:<17} {check.message}")
            if check.remedy:
                result(f"{'':19} -> {check.remedy}")
    if any(check.verdict == "problem" for check in checks):
        say("something is broken: see the lines with ✖")
        raise typer.Exit(1)
