"""Secrets: set, list by name, delete. A value goes in and never comes out."""

from runtime.answers.flows import is_below
from runtime.answers.parts import Parts
from runtime.client import requests
from runtime.model.views import Done, Many, SecretName


async def set_secret(parts: Parts, request: requests.SetSecret, user: str) -> Done:
    masked = parts.resources.redactor.add(request.value)
    await parts.vault.set(request.namespace, request.name, request.value)
    target = f"secret {request.name} of {request.namespace}"
    await parts.store.audit.add(parts.clock.now(), user, "set", target, {})
    standing = await parts.vault.describe()
    warning = "" if masked else "; it is too short to be masked in logs"
    return Done(message=f"{target} is stored in {standing.text}{warning}")


async def list_secrets(parts: Parts, request: requests.ListSecrets, user: str) -> Many:
    found = [secret for secret in parts.vault.stored() if is_below(secret.namespace, request.namespace)]
    return Many(items=tuple(SecretName(namespace=secret.namespace, name=secret.name) for secret in found))


async def delete_secret(parts: Parts, request: requests.DeleteSecret, user: str) -> Done:
    await parts.vault.delete(request.namespace, request.name)
    target = f"secret {request.name} of {request.namespace}"
    await parts.store.audit.add(parts.clock.now(), user, "delete", target, {})
    return Done(message=f"{target} is deleted")
