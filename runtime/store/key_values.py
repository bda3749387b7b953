"""Keys and values: what flows keep from one execution to the next, by namespace. A value has a type, and may have an end."""

import re
import sqlite3
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any

import msgspec

from runtime.clock import Clock
from runtime.errors import InvalidRequest, KeyNotFound, NotAllowed
from runtime.expressions.text import text, to_json
from runtime.store.database import SQL, Database, moment, stamp

KEY = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9._-]{0,255}")


class Type(StrEnum):
    """What a value is."""

    STRING = "STRING"  #: text
    NUMBER = "NUMBER"  #: a whole number or a fraction
    BOOLEAN = "BOOLEAN"  #: true or false
    DATETIME = "DATETIME"  #: a moment, 2026-01-31T08:00:00Z
    DATE = "DATE"  #: a day, 2026-01-31
    DURATION = "DURATION"  #: PT30M
    JSON = "JSON"  #: a map or a list


PYTHON: dict[Type, Any] = {
    Type.STRING: str,
    Type.NUMBER: int | float,
    Type.BOOLEAN: bool,
    Type.DATETIME: datetime,
    Type.DATE: date,
    Type.DURATION: timedelta,
    Type.JSON: Any,
}


class Pair(msgspec.Struct, frozen=True, kw_only=True):
    """One key with its value."""

    namespace: str
    key: str
    type: Type
    value: Any
    """A Python value: dates are dates."""
    description: str = ""
    created: datetime
    updated: datetime
    expires: datetime | None = None
    version: int = 1
    """How often it was written."""


class KeyValues:
    """The pairs of all namespaces; one that has expired is not there."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def get(self, namespace: str, key: str) -> Pair:
        """Raises KeyNotFound."""
        row = await self._database.row("get_key_value", namespace, key, stamp(self._clock.now()))
        if row is None:
            raise _not_found(namespace, key)
        return _pair(namespace, key, *row)

    async def find(self, namespace: str, key: str) -> Pair:
        """From the nearest namespace up the tree that has it. Raises KeyNotFound."""
        place = namespace
        while place:
            try:
                return await self.get(place, key)
            except KeyNotFound:
                place = place.rpartition(".")[0]
        raise _not_found(namespace, key)

    async def put(
        self,
        namespace: str,
        key: str,
        value: Any,
        *,
        type: Type | None = None,
        ttl: timedelta | None = None,
        description: str = "",
        overwrite: bool = True,
    ) -> Type:
        """Keep a value; without a type it is what it looks like. Raises NotAllowed where there is one that must stay."""
        if not KEY.fullmatch(key) or not namespace:
            raise InvalidRequest(
                f"`{key[:60]}` is no key: letters, digits, `.`, `_` and `-`, the first a letter or digit"
            )
        kind = type or type_of(value)
        now = self._clock.now()
        written = msgspec.json.encode(typed(value, kind)).decode()
        expires = stamp(now + ttl) if ttl is not None else None
        row = (namespace, key, kind.value, written, description, stamp(now), stamp(now), expires)

        def write(sqlite: sqlite3.Connection) -> bool:
            known = sqlite.execute(SQL["get_key_value"], (namespace, key, stamp(now))).fetchone()
            if known is None:  # what has expired is gone, and its number with it
                sqlite.execute(SQL["delete_key_value"], (namespace, key))
            if known is None or overwrite:
                sqlite.execute(SQL["put_key_value"], row)
            return known is None or overwrite

        if not await self._database.write(write):
            raise NotAllowed(f"the key `{key}` of {namespace} has a value, and `overwrite` is false")
        return kind

    async def delete(self, namespace: str, key: str) -> bool:
        """Whether there was one."""
        there = await self._database.row("get_key_value", namespace, key, stamp(self._clock.now()))
        await self._database.run("delete_key_value", namespace, key)
        return there is not None

    async def list(self, namespace: str = "", *, expired: bool = False) -> list[Pair]:
        """Those of a namespace and of those below it, by name; all of them for the empty one. `expired`: those too that are about to go."""
        now = self._clock.now()
        span = namespace, namespace, f"{namespace}.", f"{namespace}/"  # a slash follows the dot in ASCII
        pairs = [_pair(*row) for row in await self._database.rows("list_key_values", *span)]
        return [pair for pair in pairs if expired or pair.expires is None or pair.expires > now]

    async def drop_expired(self) -> None:
        await self._database.run("delete_expired_key_values", stamp(self._clock.now()))

    def is_expired(self, pair: Pair) -> bool:
        return pair.expires is not None and pair.expires <= self._clock.now()


def type_of(value: Any) -> Type:
    """What a value looks like; a text is a text, whatever it says."""
    for kind, python in ((Type.BOOLEAN, bool), (Type.DATETIME, datetime), (Type.DATE, date)):
        if isinstance(value, python):
            return kind
    if isinstance(value, timedelta):
        return Type.DURATION
    if isinstance(value, int | float):
        return Type.NUMBER
    return Type.STRING if isinstance(value, str) else Type.JSON


def typed(value: Any, type: Type) -> Any:
    """The value as its type has it. Raises InvalidRequest."""
    if type is Type.STRING:
        return to_json(value) if isinstance(value, dict | list) else text(value)
    try:
        if type is Type.JSON and isinstance(value, str):
            return msgspec.json.decode(value)
        if type is Type.BOOLEAN and isinstance(value, str):
            return msgspec.convert(value.strip().lower(), bool, strict=False)
        found = msgspec.convert(
            value.strip() if isinstance(value, str) else value, PYTHON[type], strict=False
        )
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise InvalidRequest(f"the value is no {type}: {error}") from None
    return found.replace(tzinfo=UTC) if isinstance(found, datetime) and found.tzinfo is None else found


def _not_found(namespace: str, key: str) -> KeyNotFound:
    return KeyNotFound(
        f"there is no key `{key}` in the namespace {namespace}",
        hint=f"flowdeck kv set {namespace} {key} VALUE",
    )


def _pair(namespace: str, key: str, type: str, value: str, *facts: Any) -> Pair:
    description, created, updated, expires, version = facts
    kind = Type(type)
    return Pair(
        namespace=namespace,
        key=key,
        type=kind,
        value=msgspec.json.decode(value, type=PYTHON[kind] | None if kind is not Type.JSON else Any),
        description=description,
        created=_since(created),
        updated=_since(updated),
        expires=moment(expires),
        version=version,
    )


def _since(microseconds: int) -> datetime:
    at = moment(microseconds)
    assert at is not None
    return at
