"""The functions of templates that need the world: chance and new ids. What is pure stands in `runtime.expressions`."""

import random
import secrets
import socket
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from runtime.clock import Clock
from runtime.expressions import dates

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32: no letter that is taken for a digit."""

NANO_ALPHABET = "_-0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def execution_id(clock: Clock) -> str:
    """Twenty characters that sort by time: ten of milliseconds, ten of chance."""
    milliseconds = int(clock.now().timestamp() * 1000)
    number = milliseconds << 50 | secrets.randbits(50)
    return "".join(ALPHABET[number >> shift & 31] for shift in range(95, -1, -5))


def time_uuid(clock: Clock) -> str:
    """A UUID of version 7 (RFC 9562): it sorts by time."""
    milliseconds = int(clock.now().timestamp() * 1000)
    number = milliseconds << 80 | secrets.randbits(80)
    number = number & ~(0xF << 76) | 7 << 76
    return str(uuid.UUID(int=number & ~(3 << 62) | 2 << 62))


def nano_id(length: int = 21, alphabet: str = NANO_ALPHABET) -> str:
    return "".join(secrets.choice(alphabet) for _ in range(length))


def random_port() -> int:
    """A TCP port that is free at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def functions(clock: Clock) -> Mapping[str, Callable[..., Any]]:
    """By the names that templates use."""
    return {
        "now": dates.now_function(clock.now),
        "uuid": lambda: time_uuid(clock),
        "id": lambda: execution_id(clock),
        "ksuid": lambda: execution_id(clock),
        "nanoId": nano_id,
        "randomInt": lambda lower, upper: random.randrange(int(lower), int(upper)),  # noqa: S311 - no secret depends on it
        "randomPort": random_port,
    }
