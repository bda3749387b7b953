"""Keys and values that flows keep."""

from datetime import timedelta
from typing import Any

from runtime.client.requests.base import Request


class ListValues(Request, frozen=True, kw_only=True, tag="list_values"):
    """Many of KeyValue, by namespace and key; long values are cut."""

    namespace: str = ""
    """This one and those below it."""


class GetValue(Request, frozen=True, kw_only=True, tag="get_value"):
    """KeyValue."""

    namespace: str
    key: str


class SetValue(Request, frozen=True, kw_only=True, tag="set_value"):
    """KeyValue, as it is kept."""

    namespace: str
    key: str
    value: Any
    type: str = ""
    """STRING, NUMBER, BOOLEAN, DATETIME, DATE, DURATION or JSON; empty is what the value looks like."""
    ttl: timedelta | None = None
    description: str = ""
    overwrite: bool = True


class DeleteValue(Request, frozen=True, kw_only=True, tag="delete_value"):
    """Done."""

    namespace: str
    key: str
