"""How things are named on a command line: NAMESPACE.FLOW, NAMESPACE.FLOW.TRIGGER, key=value."""

from datetime import datetime
from pathlib import Path

import typer


def split_flow(name: str) -> tuple[str, str]:
    """Namespace and id; the id is what follows the last dot."""
    namespace, dot, flow_id = name.rpartition(".")
    if not dot or not namespace or not flow_id:
        raise typer.BadParameter(f"`{name}` is no NAMESPACE.ID, for example company.data.dbt_pipeline")
    return namespace, flow_id


def split_trigger(address: str) -> tuple[str, str, str]:
    flow, dot, trigger_id = address.rpartition(".")
    if not dot:
        raise typer.BadParameter(
            f"`{address}` is no NAMESPACE.FLOW.TRIGGER; `flowdeck trigger list` shows them"
        )
    return *split_flow(flow), trigger_id


def pairs(words: list[str], *, what: str) -> dict[str, str]:
    """`k=v` words as a map."""
    found = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not equals or not key:
            raise typer.BadParameter(f"`{word}` is no {what}: write KEY=VALUE")
        found[key] = value
    return found


def inputs(words: list[str]) -> dict[str, str]:
    return pairs(words, what="input")


def is_file(name: str) -> bool:
    """Whether FLOW is meant as a path."""
    return Path(name).suffix in {".yaml", ".yml"} or Path(name).is_file()


def date(word: str) -> datetime:
    """A date with its time; without an offset it is this machine's."""
    try:
        return datetime.fromisoformat(word).astimezone()
    except ValueError:
        raise typer.BadParameter(f"`{word}` is no date such as 2026-01-31T02:00") from None
