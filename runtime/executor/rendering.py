"""Templates meet the world here: secrets from the keyring, the clock, random numbers."""

import asyncio
import re
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, Protocol, TypeVar

from runtime.errors import ExpressionFailed, SecretNotFound
from runtime.executor import http_function
from runtime.executor.file_functions import FileFunctions
from runtime.expressions import Expressions
from runtime.store.files import FileStore

_WAITS = re.compile(r"\b(?:secret|http|errorLogs|read|file(?:URI|Size|Exists)|isFileEmpty)\s*\(|\|\s*jq\b")
"""What a template may call that waits for something: such a template is rendered off the loop."""

SECRET_PATIENCE = 30.0
"""Seconds that a keyring may take to answer one question of a template."""

T = TypeVar("T")


class Secrets(Protocol):
    """Where `secret('NAME')` looks."""

    async def get(self, namespace: str, name: str) -> str: ...


class Renderer:
    """Renders values for one runtime; whatever a secret gives is masked from then on."""

    def __init__(
        self, expressions: Expressions, secrets: Secrets, mask: Callable[[str], object], files: FileStore
    ) -> None:
        self.expressions = expressions
        self._secrets = secrets
        self._mask = mask
        self._files = files

    async def render(self, value: Any, variables: Mapping[str, Any], *, namespace: str) -> Any:
        """Every string inside `value`, typed where one expression is all there is. Off the loop where it may have to wait."""
        if not _waits(value) and not _waits(variables.get("vars")):
            return self.expressions.render_value(value, variables)
        full = {**variables, **self.waiting(namespace)}
        return await asyncio.to_thread(self.expressions.render_value, value, full)

    def waiting(self, namespace: str) -> dict[str, Callable[..., Any]]:
        """The functions that wait for a disk, or for an answer of this loop's: to be called in another thread only."""
        loop = asyncio.get_running_loop()

        def secret(key: str, namespace: str = namespace, **_: Any) -> str:
            try:
                found = _answer(loop, self._secrets.get(namespace, key), SECRET_PATIENCE)
            except SecretNotFound as missing:
                raise SecretNotFound(missing.message, hint=missing.hint) from None
            self._mask(found)
            return found

        def http(*args: Any, **kwargs: Any) -> Any:
            return _answer(loop, http_function.http(*args, **kwargs), http_function.PATIENCE)

        return {"secret": secret, "http": http, **FileFunctions(self._files, namespace).by_name()}


def _answer(loop: asyncio.AbstractEventLoop, question: Coroutine[Any, Any, T], patience: float) -> T:
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
