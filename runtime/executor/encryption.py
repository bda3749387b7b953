"""`encrypt(key, plaintext)` and `decrypt(key, encrypted)`: AES-GCM in the form that Kestra uses, so that one reads the other's.

The key is 16, 24 or 32 bytes in base64; the result is a nonce of 12 bytes, the ciphertext and the tag, in base64.
"""

import secrets
from base64 import b64decode, b64encode
from binascii import Error as NotBase64
from typing import TYPE_CHECKING

from runtime.errors import ExpressionFailed

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12  # bytes


def encrypt(key: str, plaintext: str) -> str:
    nonce = secrets.token_bytes(NONCE)
    return b64encode(nonce + _cipher(key).encrypt(nonce, str(plaintext).encode(), None)).decode()


def decrypt(key: str, encrypted: str) -> str:
    from cryptography.exceptions import InvalidTag

    cipher = _cipher(key)
    try:
        data = b64decode(encrypted, validate=True)
        return cipher.decrypt(data[:NONCE], data[NONCE:], None).decode()
    except (InvalidTag, NotBase64, ValueError) as error:
        raise ExpressionFailed(
            "`decrypt`: the text was not encrypted with this key, or was changed"
        ) from error


def _cipher(key: str) -> "AESGCM":
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        return AESGCM(b64decode(key, validate=True))
    except (NotBase64, ValueError, TypeError) as error:
        raise ExpressionFailed(
            "the key of `encrypt` and `decrypt` is not 16, 24 or 32 bytes in base64",
            hint="`openssl rand -base64 32` makes one",
        ) from error
