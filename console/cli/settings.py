"""settings: how the runtime is set up, and who said so."""

import asyncio

import typer

from console.cli.output import as_json, result


def settings(context: typer.Context) -> None:
    """Print the settings, each with where it comes from: the command line, FLOWDECK_*, flowdeck.toml or a default."""
    from runtime.client.requests import ListSettings
    from runtime.connect import attach_or_borrow
    from runtime.model.views import Setting

    async def ask() -> list[Setting]:
        async with attach_or_borrow(context.obj.settings()) as client:
            return await client.many(ListSettings(), Setting)

    found = asyncio.run(ask())
    if context.obj.json:
        as_json(found)
        return
    widest = max(len(setting.value) for setting in found)
    for setting in found:
        value = setting.value or "-"
        result(f"{setting.name:<16} {value:<{min(widest, 48)}}  {setting.origin}")
