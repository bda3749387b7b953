"""Logs of attempts."""

from datetime import datetime

from runtime.client.requests.base import Request


class ReadLog(Request, frozen=True, kw_only=True, tag="read_log"):
    """LogPage of one attempt."""

    execution_id: str
    task_run_id: str
    attempt: int = 0
    """0 is the latest."""
    first: int = 0
    """The number of the first line; negative counts from the end."""
    limit: int = 1000
    level: str = ""
    """This one and worse; numbers stay those of the whole log."""


class ReadExecutionLog(Request, frozen=True, kw_only=True, tag="read_execution_log"):
    """LogPage of all attempts of an execution, merged by time; `number` counts within each attempt."""

    execution_id: str
    limit: int = 1000
    skip: int = 0
    level: str = ""
    task_id: str = ""


class PurgeLogs(Request, frozen=True, kw_only=True, tag="purge_logs"):
    """Delete lines of attempts that have ended: Done, with their `count`."""

    namespace: str = ""
    """This one and those below it."""
    flow_id: str = ""
    execution_id: str = ""
    levels: tuple[str, ...] = ()
    """Empty is all."""
    since: datetime | None = None
    until: datetime
