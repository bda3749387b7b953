"""Which keyring is used: the one that a setting names, else the encrypted file where it has a key, else the system's.

Everything here blocks, and the keyring library takes a tenth of a second to load: call it in a thread (blocking.py).
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from runtime.errors import KeyringUnavailable
from runtime.secrets import key_file

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

Place = Literal["auto", "file", "keyring"]

FILE_NAME = "vault"

HEADLESS = (
    "Without a desktop, keep secrets in an encrypted file: "
    f"{key_file.MAKE_KEY.format(path='~/.flowdeck-key')}; export {key_file.KEY_FILE}=~/.flowdeck-key"
)
ABSENT_HINT = (
    "On a desktop, start its keyring (GNOME Keyring, KWallet, KeePassXC with Secret Service). "
    f"{HEADLESS}\nOr set SECRET_<NAME> in the environment, base64, as for Kestra. More: docs/secrets.md"
)
LOCKED_HINT = (
    "Unlock it: log in at the desktop, or run `gnome-keyring-daemon --unlock`, type its password and press Ctrl-D. "
    f"{HEADLESS}\nMore: docs/secrets.md"
)


@dataclass(frozen=True)
class Opened:
    """A keyring that can be asked, and its name in words."""

    keyring: "KeyringBackend"
    words: str
    locked_hint: str = LOCKED_HINT


def open_keyring(place: Place, directory: Path, environ: Mapping[str, str]) -> Opened:
    """The keyring to use; KeyringUnavailable where there is none. It may still prove locked when it is asked."""
    key = None if place == "keyring" else key_file.find(environ)
    if key is not None:
        return _encrypted_file(directory / FILE_NAME, key)
    if place == "file":
        raise KeyringUnavailable(
            "The encrypted file for secrets is chosen, but no key for it is given.", hint=HEADLESS
        )
    return _system_keyring()


def _encrypted_file(path: Path, key: key_file.KeyFile) -> Opened:
    from runtime.secrets.encrypted_file import EncryptedFile

    return Opened(
        EncryptedFile(path, key.read()),
        f"the encrypted file {path}, its key from {key.origin}",
        f"Give the key that it was made with ({key.path} is what {key.origin} names), or a copy from a backup. "
        f"Where both are lost, move {path} away and set the secrets again.",
    )


def _system_keyring() -> Opened:
    from keyring import core
    from keyring.backend import get_all_keyring

    # Only what keyring itself recommends: with keyrings.alt installed it would else fall back on a plain-text file.
    core.init_backend(limit=core.recommended)
    found = core.get_keyring()
    kind = type(found).__module__.rpartition(".")[2]
    if kind == "fail":
        with suppress(KeyError):
            get_all_keyring.reset()  # it remembers, but a keyring may be started later
        raise KeyringUnavailable("No keyring answers here.", hint=ABSENT_HINT)
    if kind == "null":
        raise KeyringUnavailable(
            "The keyring is switched off by keyring's own configuration.", hint=ABSENT_HINT
        )
    return Opened(found, f"the operating system's keyring ({kind})")
