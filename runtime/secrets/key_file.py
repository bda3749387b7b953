"""The key of the encrypted file: from a file that a setting names, or from a systemd credential."""

import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from runtime.errors import KeyringUnavailable

KEY_FILE = "FLOWDECK_KEYRING_KEY_FILE"
CREDENTIALS = "CREDENTIALS_DIRECTORY"
CREDENTIAL = "flowdeck-keyring-key"

SHORTEST_KEY = 16  # bytes

MAKE_KEY = "(umask 077; head -c 32 /dev/urandom | base64 > {path})"


@dataclass(frozen=True)
class KeyFile:
    """Where the key is, and who said so."""

    path: Path
    origin: str

    def read(self) -> bytes:
        """The key, without a line's end; KeyringUnavailable where it cannot be read or others could read it too."""
        try:
            mode = self.path.stat().st_mode
            key = self.path.read_bytes().rstrip(b"\r\n")
        except OSError as trouble:
            raise KeyringUnavailable(
                f"The key of the encrypted secrets cannot be read from {self.path}: {trouble.strerror}.",
                hint=f"{self.origin} names it. A new one: {MAKE_KEY.format(path=self.path)}",
            ) from trouble
        # The group may read: systemd gives credentials 0440 and root:flowdeck 0640 is a fair arrangement.
        if mode & (stat.S_IRWXO | stat.S_IWGRP):
            raise KeyringUnavailable(
                f"The key file {self.path} is open to other users.", hint=f"chmod 600 {self.path}"
            )
        if len(key) < SHORTEST_KEY:
            raise KeyringUnavailable(
                f"The key in {self.path} is shorter than {SHORTEST_KEY} bytes.",
                hint=f"Make a proper one: {MAKE_KEY.format(path=self.path)}",
            )
        return key


def find(environ: Mapping[str, str]) -> KeyFile | None:
    """The key file that the environment names, whether or not it is there; a credential only where it is."""
    if named := environ.get(KEY_FILE):
        return KeyFile(Path(named).expanduser(), KEY_FILE)
    if directory := environ.get(CREDENTIALS):
        credential = Path(directory, CREDENTIAL)
        return KeyFile(credential, f"the systemd credential {CREDENTIAL}") if credential.exists() else None
    return None
