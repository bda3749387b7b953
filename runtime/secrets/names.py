"""What secrets are called, who may see whose, and the list of those that there are.

A keyring can be asked for one secret but not for all of them, so flowdeck keeps the names, which are not secret, in a
file beside its data. Not in the keyring itself: the list is then there while the keyring is locked, and no puzzling
extra entry lies among the passwords. It is only a list: a lookup asks the keyring, and mends the list by what it finds.
"""

import json
import re
from pathlib import Path

from runtime.errors import Faulted, InvalidRequest
from runtime.secrets import private_file

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,149}")
_NAMESPACE = re.compile(r"[a-z0-9][a-z0-9._-]{0,149}")


def canonical(name: str) -> str:
    """The name as it is stored: upper case, since flows may write it in any (as in Kestra)."""
    if _NAME.fullmatch(name) is None:
        raise InvalidRequest(
            f'"{name}" cannot name a secret.', hint="Use letters, digits and _ . - as in SNOWFLAKE_PASSWORD."
        )
    return name.upper()


def lineage(namespace: str) -> tuple[str, ...]:
    """The namespace and its parents, nearest first: a.b.c, a.b, a."""
    if _NAMESPACE.fullmatch(namespace) is None:
        raise InvalidRequest(
            f'"{namespace}" is not a namespace.', hint="Namespaces look like company.data: a-z 0-9 . _ -"
        )
    parts = namespace.split(".")
    return tuple(".".join(parts[:length]) for length in range(len(parts), 0, -1))


class NameList:
    """The names known to be stored, by namespace, in a JSON file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> dict[str, list[str]]:
        try:
            return dict(json.loads(self._path.read_bytes()))
        except FileNotFoundError:
            return {}
        except ValueError as damage:
            raise Faulted(
                f"The list of secret names, {self._path}, is damaged: {damage}.",
                hint="Delete it: no secret is lost, and each name is listed again when it is next set or read.",
            ) from damage

    def note(self, namespace: str, name: str, *, stored: bool) -> None:
        """Record that the keyring has (`stored`) or has not this secret; writes only where the list said otherwise."""
        if (name in self.read().get(namespace, ())) == stored:
            return
        with private_file.locked(self._path):
            known = self.read()
            names = set(known.get(namespace, ())) - {name} | ({name} if stored else set())
            known[namespace] = sorted(names)
            kept = {space: known[space] for space in sorted(known) if known[space]}
            private_file.write(self._path, json.dumps(kept, indent=2).encode())
