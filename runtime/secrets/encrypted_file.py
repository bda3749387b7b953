"""A keyring in a file, for servers without a desktop: AES-256-GCM over everything, the key from scrypt.

Why not keyrings.alt's EncryptedKeyring: it derives its key with 1,000 rounds of PBKDF2, encrypts without
authentication (an entry can be altered, or swapped with another, unseen), leaves names in the clear, rewrites its file
in place, and asks for its password at a terminal. `cryptography` is here anyway: SecretStorage brings it.

The file is JSON: format, salt, nonce, data. `data` is the encrypted {service: {user: password}}; format and salt are
authenticated with it. Every write draws a new nonce. Import this module late: keyring and cryptography are slow to load.
"""

import base64
import hashlib
import json
import os
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from keyring.backend import KeyringBackend
from keyring.errors import InitError, KeyringLocked, PasswordDeleteError

from runtime.secrets import private_file

FORMAT = "flowdeck-secrets/1"  # another format means another cipher or cost
SCRYPT = {"n": 2**15, "r": 8, "p": 1, "dklen": 32, "maxmem": 2**26}  # 32 MiB and 0.1 s, once a process
SALT_BYTES, NONCE_BYTES = 16, 12

Passwords = dict[str, dict[str, str]]


class EncryptedFile(KeyringBackend):
    """A keyring backend over one encrypted file. KeyringLocked where the key does not fit, InitError where it is damaged."""

    priority = 0  # never chosen by keyring's own search: it needs a path and a key

    def __init__(self, path: Path, key: bytes) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._path = path
        self._key = key
        self._derived: dict[bytes, AESGCM] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self._read().get(service, {}).get(username)

    def set_password(self, service: str, username: str, password: str) -> None:
        with private_file.locked(self._path):
            passwords = self._read()
            passwords.setdefault(service, {})[username] = password
            self._write(passwords)

    def delete_password(self, service: str, username: str) -> None:
        with private_file.locked(self._path):
            passwords = self._read()
            if passwords.get(service, {}).pop(username, None) is None:
                raise PasswordDeleteError(username)
            self._write({service: entries for service, entries in passwords.items() if entries})

    def _read(self) -> Passwords:
        try:
            content = json.loads(self._path.read_bytes())
            salt, nonce, data = (base64.b64decode(content[part]) for part in ("salt", "nonce", "data"))
        except FileNotFoundError:
            return {}
        except (ValueError, KeyError, TypeError) as damage:
            raise InitError(f"{self._path} is damaged: {damage}") from damage
        if content.get("format") != FORMAT:
            raise InitError(f"{self._path} is of the format {content.get('format')}, not {FORMAT}")
        return self._decrypt(salt, nonce, data)

    def _decrypt(self, salt: bytes, nonce: bytes, data: bytes) -> Passwords:
        try:
            plain = self._cipher(salt).decrypt(nonce, data, FORMAT.encode() + salt)
        except InvalidTag:
            raise KeyringLocked(f"the key does not open {self._path}, or the file was altered") from None
        passwords: Passwords = json.loads(plain)
        return passwords

    def _write(self, passwords: Passwords) -> None:
        salt = next(iter(self._derived), None) or os.urandom(SALT_BYTES)
        nonce = os.urandom(NONCE_BYTES)
        data = self._cipher(salt).encrypt(nonce, json.dumps(passwords).encode(), FORMAT.encode() + salt)
        content: dict[str, Any] = {"format": FORMAT}
        content |= {
            part: base64.b64encode(value).decode()
            for part, value in (("salt", salt), ("nonce", nonce), ("data", data))
        }
        private_file.write(self._path, json.dumps(content, indent=1).encode())

    def _cipher(self, salt: bytes) -> AESGCM:
        if salt not in self._derived:
            self._derived = {salt: AESGCM(hashlib.scrypt(self._key, salt=salt, **SCRYPT))}
        return self._derived[salt]
