"""Secrets from the environment, as Kestra's open-source edition takes them: SECRET_<NAME>, base64. Read-only."""

import base64
import binascii
from collections.abc import Mapping

from runtime.errors import InvalidRequest

PREFIX = "SECRET_"


class EnvironmentSecrets:
    """The SECRET_ variables of one environment, taken as it was at the start. They belong to every namespace."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._encoded = {
            key[len(PREFIX) :].upper(): value
            for key, value in environ.items()
            if key.upper().startswith(PREFIX)
        }

    @property
    def names(self) -> list[str]:
        return sorted(self._encoded)

    def get(self, name: str) -> str | None:
        """The decoded value, or None where no variable is set; InvalidRequest where it is not base64 of a text."""
        encoded = self._encoded.get(name)
        if encoded is None:
            return None
        try:
            return base64.b64decode("".join(encoded.split()), validate=True).decode()
        except (binascii.Error, UnicodeDecodeError):
            raise InvalidRequest(
                f"The environment variable {PREFIX}{name} is not the base64 of a text.",
                hint=f"export {PREFIX}{name}=$(printf %s 'the value' | base64 -w0)",
            ) from None
