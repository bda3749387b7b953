"""Templates meet the world here: secrets from the keyring, the clock, random numbers."""

import asyncio
import json
import re
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from typing import Any, Protocol, TypeVar

from runtime.errors import ExpressionFailed, KeyNotFound, SecretNotFound
from runtime.executor import http_function
from runtime.executor.file_functions import FileFunctions
from runtime.expressions import Expressions, text
from runtime.store.files import FileStore
from runtime.store.key_values import Pair

_WAITS = re.compile(
    r"\b(?:secret|subflow|kv|http|errorLogs|read|file(?:URI|Size|Exists)|isFileEmpty|render(?:Once)?)\s*\(|\|\s*jq\b"
)
"""What a template may call that waits for something, itself or in what it renders: such a template is rendered off the loop."""

SECRET_PATIENCE = 30.0
"""Seconds that a keyring may take to answer one question of a template."""

STORE_PATIENCE = 30.0
"""The same for the database."""

T = TypeVar("T")


class Secrets(Protocol):
    """Where `secret('NAME')` looks."""

    async def get(self, namespace: str, name: str) -> str: ...


class Values(Protocol):
    """Where `kv('KEY')` looks: in one namespace, or up the tree from one. Both raise KeyNotFound."""

    async def get(self, namespace: str, key: str) -> Pair: ...

    async def find(self, namespace: str, key: str) -> Pair: ...


class Renderer:
    """Renders values for one runtime; whatever a secret gives is masked from then on."""

    def __init__(
        self,
        expressions: Expressions,
        secrets: Secrets,
        mask: Callable[[str], object],
        files: FileStore,
        key_values: Values,
    ) -> None:
        self.expressions = expressions
        self._secrets = secrets
        self._mask = mask
        self._files = files
        self._key_values = key_values

    async def render(self, value: Any, variables: Mapping[str, Any], *, namespace: str) -> Any:
        """Every string inside `value`, typed where one expression is all there is. Off the loop where it may have to wait."""
        if not _waits(value):
            return self.expressions.render_value(value, variables)
        full = {**variables, **self.waiting(namespace)}
        return await asyncio.to_thread(self.expressions.render_value, value, full)

    def waiting(self, namespace: str) -> dict[str, Callable[..., Any]]:
        """The functions that wait for a disk, or for an answer of this loop's: to be called in another thread only."""
        loop, space = asyncio.get_running_loop(), namespace

        def secret(key: str, namespace: str = namespace, subkey: str | None = None, **_: Any) -> str:
            try:
                found = answer(loop, self._secrets.get(namespace, key), SECRET_PATIENCE)
            except SecretNotFound as missing:
                raise SecretNotFound(missing.message, hint=missing.hint) from None
            self._mask(found)
            if subkey is None:
                return found
            part = _part(key, found, subkey)
            self._mask(part)
            return part

        def http(*args: Any, **kwargs: Any) -> Any:
            return answer(loop, http_function.http(*args, **kwargs), http_function.PATIENCE)

        def kv(
            key: str,
            namespace: str | None = None,
            errorOnMissing: bool = True,  # noqa: N803  (Kestra's name)
        ) -> Any:
            return answer(loop, self._value(space, namespace, key, needed=errorOnMissing), STORE_PATIENCE)

        return {"secret": secret, "kv": kv, "http": http, **FileFunctions(self._files, namespace).by_name()}

    async def _value(self, own: str, namespace: str | None, key: str, *, needed: bool) -> Any:
        """The value of a key: of one namespace that is named, else of the flow's or the nearest above it."""
        try:
            if namespace:
                return (await self._key_values.get(namespace, key)).value
            return (await self._key_values.find(own, key)).value
        except KeyNotFound:
            if needed:
                raise
            return None


def _part(key: str, secret: str, subkey: str) -> str:
    """One value of a secret that is a JSON object. What the secret is stays out of every message."""
    with suppress(ValueError):
        fields = json.loads(secret)
        if isinstance(fields, dict) and subkey in fields:
            return text(fields[subkey])
    raise ExpressionFailed(f"the secret `{key}` is not a JSON object with the key `{subkey}`")


def answer(loop: asyncio.AbstractEventLoop, question: Coroutine[Any, Any, T], patience: float) -> T:
    asked = asyncio.run_coroutine_threadsafe(question, loop)
    try:
        return asked.result(patience)
    except TimeoutError:
        asked.cancel()
        raise ExpressionFailed(
            f"a function of the expression had no answer within {patience:g} seconds"
        ) from None


def _waits(value: Any) -> bool:
    if isinstance(value, str):
        return bool(_WAITS.search(value))
    if isinstance(value, Mapping):
        return any(_waits(item) for item in value.values())
    if isinstance(value, list | tuple):
        return any(_waits(item) for item in value)
    return False
