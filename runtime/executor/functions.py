"""The functions of templates that need the world: chance and new ids. What is pure stands in `runtime.expressions`."""

import hashlib
import random
import secrets
import socket
import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from runtime.clock import Clock
from runtime.errors import ExpressionFailed, InvalidRequest
from runtime.executor.encryption import decrypt, encrypt
from runtime.expressions import dates, plain
from runtime.expressions.limits import step
from runtime.language.document import block_style, load_plain

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32: no letter that is taken for a digit."""

BASE_62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
KSUID_EPOCH = 1_400_000_000  # seconds: 13 May 2014
STEPS_A_YAML_VALUE = 10  # YAML is written slowly
CHARACTERS_A_STEP = 10  # and not read much faster
LONGEST_NANO_ID = 10_000  # letters
NANO_ALPHABET = "_-0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def execution_id(clock: Clock) -> str:
    """Twenty characters that sort by time: ten of milliseconds, ten of chance."""
    milliseconds = int(clock.now().timestamp() * 1000)
    return _written(milliseconds << 50 | secrets.randbits(50))


def _written(number: int) -> str:
    return "".join(ALPHABET[number >> shift & 31] for shift in range(95, -1, -5))


def successor_id(execution_id: str, at: datetime) -> str:
    """The id of the execution that follows another: no chance is in it, so that a crash makes no second one."""
    milliseconds = int(at.timestamp() * 1000)
    digest = int.from_bytes(hashlib.sha256(execution_id.encode()).digest()[:7])
    return _written(milliseconds << 50 | digest & (1 << 50) - 1)


def time_uuid(clock: Clock) -> str:
    """A UUID of version 7 (RFC 9562): it sorts by time."""
    milliseconds = int(clock.now().timestamp() * 1000)
    number = milliseconds << 80 | secrets.randbits(80)
    number = number & ~(0xF << 76) | 7 << 76
    return str(uuid.UUID(int=number & ~(3 << 62) | 2 << 62))


def ksuid(clock: Clock) -> str:
    """A K-sortable id: 27 letters and digits, of which the first six or so are the second."""
    number = (int(clock.now().timestamp()) - KSUID_EPOCH) << 128 | secrets.randbits(128)
    digits = ""
    for _ in range(27):
        number, digit = divmod(number, 62)
        digits = BASE_62[digit] + digits
    return digits


def nano_id(length: int = 21, alphabet: str = NANO_ALPHABET) -> str:
    if not 1 <= length <= LONGEST_NANO_ID:
        raise ExpressionFailed(f"`nanoId` takes a length of 1 to {LONGEST_NANO_ID:,}")
    return "".join(secrets.choice(alphabet) for _ in range(length))


def random_port() -> int:
    """A TCP port that is free at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def random_int(lower: int, upper: int) -> int:
    """From `lower` on, and below `upper`."""
    if int(lower) >= int(upper):
        raise ExpressionFailed(f"`randomInt` goes from {lower} to below {upper}: there is no such number")
    return random.randrange(int(lower), int(upper))  # noqa: S311 - no secret depends on it


def to_yaml(value: Any) -> str:
    """The filter `yaml`; `null` for null, as Kestra writes it."""
    return "null" if value is None else block_style(plain(value, cost=STEPS_A_YAML_VALUE))


def from_yaml(yaml: Any) -> Any:
    """The function `yaml(text)`."""
    if yaml is None:
        return None
    step(len(str(yaml)) // CHARACTERS_A_STEP)
    try:
        return load_plain(str(yaml))
    except InvalidRequest as error:
        raise ExpressionFailed(
            f"`yaml` was given what is no YAML: {error.message}", hint=error.hint
        ) from error


def functions(clock: Clock) -> Mapping[str, Callable[..., Any]]:
    """By the names that templates use."""
    return {
        "now": dates.now_function(clock.now),
        "uuid": lambda: time_uuid(clock),
        "id": lambda: execution_id(clock),
        "ksuid": lambda: ksuid(clock),
        "nanoId": nano_id,
        "randomInt": random_int,
        "randomPort": random_port,
        "yaml": from_yaml,
        "encrypt": encrypt,
        "decrypt": decrypt,
    }
