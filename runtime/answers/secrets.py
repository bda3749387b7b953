"""Secrets: set, list by name, delete. A value goes in and never comes out; `scan` looks whether that is true."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

from runtime.answers.flows import is_below
from runtime.answers.parts import Parts
from runtime.client import requests
from runtime.model.views import Check, Done, Many, SecretName
from runtime.secrets.redact import Redactor

WINDOW = 4 * 1024 * 1024  # characters that are searched at once
OVERLAP = 8 * 1024
"""Characters that windows share, so that a value on their border is found."""


async def set_secret(parts: Parts, request: requests.SetSecret, user: str) -> Done:
    masked = parts.resources.redactor.add(request.value)
    await parts.vault.set(request.namespace, request.name, request.value)
    target = f"secret {request.name} of {request.namespace}"
    await parts.store.audit.add(parts.clock.now(), user, "set", target, {})
    standing = await parts.vault.describe()
    warning = "" if masked else "; it is too short to be masked in logs"
    return Done(message=f"{target} is stored{warning}. {standing.text}")


async def list_secrets(parts: Parts, request: requests.ListSecrets, user: str) -> Many:
    found = [secret for secret in parts.vault.stored() if is_below(secret.namespace, request.namespace)]
    return Many(items=tuple(SecretName(namespace=secret.namespace, name=secret.name) for secret in found))


async def delete_secret(parts: Parts, request: requests.DeleteSecret, user: str) -> Done:
    await parts.vault.delete(request.namespace, request.name)
    target = f"secret {request.name} of {request.namespace}"
    await parts.store.audit.add(parts.clock.now(), user, "delete", target, {})
    return Done(message=f"{target} is deleted")


async def scan(parts: Parts, request: requests.ScanSecrets, user: str) -> Many:
    """Every kept file that holds a stored secret's value, plain or encoded. Nothing found is the good answer."""
    redactor = Redactor()
    for secret in parts.vault.stored():
        redactor.add(await parts.vault.get(secret.namespace, secret.name))
    settings = parts.settings
    kept = [
        settings.logs,
        settings.storage,
        settings.work,
        settings.memory,
        settings.database,
        settings.data / "runtime.log",
    ]
    found = await asyncio.to_thread(lambda: [path for path in _files(kept) if _holds(path, redactor)])
    message = "it holds the value of a stored secret"
    remedy = "change the secret, then delete the execution: flowdeck execution delete ID"
    return Many(
        items=tuple(
            Check(name=str(path), verdict="problem", message=message, remedy=remedy) for path in found
        )
    )


def _files(places: list[Path]) -> Iterator[Path]:
    for place in places:
        if place.is_file():
            yield place
        yield from (path for path in sorted(place.rglob("*")) if path.is_file())


def _holds(path: Path, redactor: Redactor) -> bool:
    with path.open(encoding="utf-8", errors="replace") as file:
        tail = ""
        while text := file.read(WINDOW):
            if redactor.redact(tail + text) != tail + text:
                return True
            tail = text[-OVERLAP:]
    return False
