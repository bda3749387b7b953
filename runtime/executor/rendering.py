"""Templates meet the world here: secrets from the keyring, the clock, random numbers."""

import asyncio
import re
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from runtime.errors import SecretNotFound
from runtime.expressions import Expressions

_SECRET = re.compile(r"\bsecret\s*\(")

SECRET_PATIENCE = 30.0
"""Seconds that a keyring may take to answer one question of a template."""


class Secrets(Protocol):
    """Where `secret('NAME')` looks."""

    async def get(self, namespace: str, name: str) -> str: ...


class Renderer:
    """Renders values for one runtime; whatever a secret gives is masked from then on."""

    def __init__(self, expressions: Expressions, secrets: Secrets, mask: Callable[[str], object]) -> None:
        self.expressions = expressions
        self._secrets = secrets
        self._mask = mask

    async def render(self, value: Any, variables: Mapping[str, Any], *, namespace: str) -> Any:
        """Every string inside `value`, typed where one expression is all there is. Off the loop where a secret is asked for."""
        if not _mentions_secret(value) and not _mentions_secret(variables.get("vars")):
            return self.expressions.render_value(value, variables)
        full = {**variables, "secret": self._secret_function(namespace)}
        return await asyncio.to_thread(self.expressions.render_value, value, full)

    def _secret_function(self, namespace: str) -> Callable[..., str]:
        loop = asyncio.get_running_loop()

        def secret(key: str, namespace: str = namespace, **_: Any) -> str:
            asked = asyncio.run_coroutine_threadsafe(self._secrets.get(namespace, key), loop)
            try:
                found = asked.result(SECRET_PATIENCE)
            except SecretNotFound as missing:
                raise SecretNotFound(missing.message, hint=missing.hint) from None
            self._mask(found)
            return found

        return secret


def _mentions_secret(value: Any) -> bool:
    if isinstance(value, str):
        return bool(_SECRET.search(value))
    if isinstance(value, Mapping):
        return any(_mentions_secret(item) for item in value.values())
    if isinstance(value, list | tuple):
        return any(_mentions_secret(item) for item in value)
    return False
