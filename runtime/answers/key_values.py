"""Keys and values: list, get, set, delete."""

from typing import Any

import msgspec

from runtime.answers.parts import Parts
from runtime.client import requests
from runtime.errors import InvalidRequest, KeyNotFound
from runtime.model.views import Done, KeyValue, Many
from runtime.store.key_values import Pair, Type

LONGEST = 1_000  # characters of a value in a list


async def list_values(parts: Parts, request: requests.ListValues, user: str) -> Many:
    found = await parts.resources.key_values.list(request.namespace)
    return Many(items=tuple(_view(pair, cut=True) for pair in found))


async def get(parts: Parts, request: requests.GetValue, user: str) -> KeyValue:
    return _view(await parts.resources.key_values.get(request.namespace, request.key))


async def set_value(parts: Parts, request: requests.SetValue, user: str) -> KeyValue:
    pairs = parts.resources.key_values
    await pairs.put(
        request.namespace,
        request.key,
        request.value,
        type=_type(request.type),
        ttl=request.ttl,
        description=request.description,
        overwrite=request.overwrite,
    )
    await _note(parts, user, "set", request)
    return _view(await pairs.get(request.namespace, request.key))


def _type(name: str) -> Type | None:
    try:
        return Type(name.upper()) if name else None
    except ValueError:
        raise InvalidRequest(f"`{name}` is no type of a value", hint=f"one of {', '.join(Type)}") from None


async def delete(parts: Parts, request: requests.DeleteValue, user: str) -> Done:
    if not await parts.resources.key_values.delete(request.namespace, request.key):
        raise KeyNotFound(f"there is no key `{request.key}` in the namespace {request.namespace}")
    await _note(parts, user, "delete", request)
    return Done(message=f"the key {request.key} of {request.namespace} is deleted")


async def _note(
    parts: Parts, user: str, action: str, request: requests.SetValue | requests.DeleteValue
) -> None:
    target = f"key {request.key} of {request.namespace}"
    await parts.store.audit.add(parts.clock.now(), user, action, target, {})


def _view(pair: Pair, *, cut: bool = False) -> KeyValue:
    return KeyValue(
        namespace=pair.namespace,
        key=pair.key,
        type=pair.type.value,
        value=_cut(pair.value) if cut else msgspec.to_builtins(pair.value),
        description=pair.description,
        created=pair.created,
        updated=pair.updated,
        expires=pair.expires,
        version=pair.version,
    )


def _cut(value: Any) -> Any:
    """The value, or the beginning of its text where it is long."""
    plain = msgspec.to_builtins(value)
    text = plain if isinstance(plain, str) else msgspec.json.encode(plain).decode()
    return plain if len(text) <= LONGEST else f"{text[:LONGEST]} ..."
