"""dbt's own events, one JSON object a line, as typed facts (dbt's core/dbt/events/types.py; shared by dbt 1.x and 2).

Three shapes occur: an event that concerns a node, any other event, and a line that is no event at all. Nothing is dropped here:
a line that does not decode is for the caller to show as it is.
"""

import re
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
LEVELS: Final = {"debug": "DEBUG", "info": "INFO", "warn": "WARN", "warning": "WARN", "error": "ERROR"}

#: The events that tell how a node stands, or what a whole command came to; the data of others stays undecoded.
TELLING: Final = frozenset(
    {
        "NodeStart",
        "NodeCompiling",
        "NodeExecuting",
        "NodeFinished",
        "LogStartLine",
        "LogModelResult",
        "LogSeedResult",
        "LogSnapshotResult",
        "LogFunctionResult",
        "LogNodeResult",
        "LogNodeNoOpResult",
        "LogTestResult",
        "LogFreshnessResult",
        "LogHookStartLine",
        "LogHookEndLine",
        "LogStartBatch",
        "LogBatchResult",
        "SkippingDetails",
        "LogSkipBecauseError",
        "MarkSkippedChildren",
        "CatchableExceptionOnRun",
        "GenericExceptionOnRun",
        "RunResultError",
        "RunResultWarningMessage",
        "ConcurrencyLine",
        "MainEncounteredError",
        "ArtifactWritten",
    }
)


class Relation(msgspec.Struct, frozen=True):
    """Where a node's result lies in the database."""

    relation_name: str | None = None


class NodeInfo(msgspec.Struct, frozen=True):
    """The node that an event is about. Times are UTC without saying so; empty where they are not known yet."""

    unique_id: str = ""
    node_name: str = ""
    resource_type: str = ""
    node_status: str = ""
    """The text `None` outside a node's life."""
    node_started_at: str = ""
    node_finished_at: str = ""
    node_relation: Relation | None = None


class RunResult(msgspec.Struct, frozen=True):
    """How a node ended."""

    status: str = ""
    message: str | None = None
    execution_time: float | None = None
    num_failures: int | None = None
    adapter_response: dict[str, Any] = {}
    thread: str = ""


class Data(msgspec.Struct, frozen=True):
    """What an event carries; each kind fills a few of these."""

    node_info: NodeInfo | None = None
    run_result: RunResult | None = None
    unique_id: str = ""
    status: str = ""
    description: str = ""
    execution_time: float | None = None
    num_failures: int | None = None
    attached_node: str | None = None
    node_count: int | None = None
    batch_index: int | None = None
    total_batches: int | None = None
    exc: str = ""
    msg: str = ""
    artifact_type: str = ""
    artifact_path: str = ""


class _Info(msgspec.Struct):
    name: str
    level: str
    msg: str = ""
    invocation_id: str = ""
    ts: str = ""
    thread: str = ""


class _Envelope(msgspec.Struct):
    info: _Info
    data: msgspec.Raw = msgspec.Raw(b"{}")


class _Flat(msgspec.Struct):
    """What dbt wrote before 1.4."""

    level: str
    msg: str
    invocation_id: str = ""
    ts: str = ""


_envelope = msgspec.json.Decoder(_Envelope, strict=False)
_flat = msgspec.json.Decoder(_Flat, strict=False)
_data = msgspec.json.Decoder(Data, strict=False)  # 64-bit numbers come as texts


class Event(msgspec.Struct, frozen=True):
    """One event of one dbt command."""

    name: str
    level: str
    """DEBUG, INFO, WARN or ERROR."""
    message: str
    """Without colours; may have several lines."""
    invocation_id: str
    time: str
    """RFC 3339."""
    thread: str = ""
    data: Data | None = None
    """Only for those that are TELLING."""

    @property
    def at(self) -> datetime | None:
        return moment(self.time)


def parse(line: str) -> Event | None:
    """The event of a line; None where the line is none."""
    if not line.startswith("{"):
        return None
    try:
        envelope = _envelope.decode(line)
    except msgspec.DecodeError:
        return _parse_flat(line)
    info = envelope.info
    return Event(
        name=info.name,
        level=LEVELS.get(info.level, "INFO"),
        message=_plain(info.msg),
        invocation_id=info.invocation_id,
        time=info.ts,
        thread=info.thread,
        data=_details(envelope.data) if info.name in TELLING else None,
    )


def _parse_flat(line: str) -> Event | None:
    try:
        flat = _flat.decode(line)
    except msgspec.DecodeError:
        return None
    level = LEVELS.get(flat.level, "INFO")
    return Event(
        name="", level=level, message=_plain(flat.msg), invocation_id=flat.invocation_id, time=flat.ts
    )


def _details(raw: msgspec.Raw) -> Data | None:
    try:
        return _data.decode(raw)
    except msgspec.DecodeError:  # a kind of event that a later dbt changed: its message is shown all the same
        return None


def _plain(message: str) -> str:
    return ANSI.sub("", message) if "\x1b" in message else message


def moment(written: str | None) -> datetime | None:
    """A time as dbt writes it: RFC 3339, or UTC without saying so; None for an empty or malformed one."""
    if not written:
        return None
    try:
        parsed = datetime.fromisoformat(written)
    except ValueError:
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
