"""What a script says on its streams: lines for the log, and `::{...}::` lines that set outputs.

A whole line `::{"outputs": {"rows": 3}}::` on either stream sets `vars.rows`; `metrics` and `logs` ride along.
"""

import re
from collections.abc import Callable
from typing import Any

import msgspec

from runtime.errors import TaskFailed
from runtime.expressions.text import text
from runtime.runners.base import Line
from runtime.tasks.context import TaskLog
from runtime.tasks.metrics import Metrics, read

COMMAND = re.compile(r"::(\{.*\})::")
LEVELS = {
    "TRACE": "TRACE",
    "DEBUG": "DEBUG",
    "INFO": "INFO",
    "WARN": "WARN",
    "WARNING": "WARN",
    "ERROR": "ERROR",
}


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """The body of a `::{...}::` line; keys that are not known here are let through."""

    outputs: dict[str, Any] = {}
    metrics: list[dict[str, Any]] = []
    logs: list[dict[str, Any]] = []


def parse(line: str) -> Message | None:
    """The message of a line; None for a line that is none, or is malformed."""
    found = COMMAND.fullmatch(line.strip()) if line.lstrip().startswith("::{") else None
    if found is None:
        return None
    try:
        return msgspec.json.decode(found.group(1), type=Message)
    except msgspec.DecodeError:
        return None


class Transcript:
    """Takes a job's lines as they come: counts them, keeps the outputs they set, passes the rest to the log."""

    def __init__(
        self, log: TaskLog, metrics: Metrics, *, reader: Callable[[Line], bool] | None = None
    ) -> None:
        """`reader` is asked first, and says whether it dealt with the line: a program may speak a language of its own."""
        self._metrics = metrics
        self.variables: dict[str, Any] = {}
        self.counts = {"stdout": 0, "stderr": 0}
        self._log = log
        self._reader = reader

    def take(self, line: Line) -> None:
        self.counts[line.stream] += 1
        message = parse(line.text)
        if message is not None:
            self._obey(message, line)
        elif self._reader is None or not self._reader(line):
            self._log.write("INFO" if line.stream == "stdout" else "ERROR", line.text, at=line.at)

    def _obey(self, message: Message, line: Line) -> None:
        self.variables |= message.outputs
        for metric in message.metrics:
            try:
                self._metrics.add(read(metric))
            except TaskFailed as wrong:  # a program's slip of the tongue does not end it
                self._log.write("WARN", wrong.message, at=line.at)
        for entry in message.logs:
            level = LEVELS.get(text(entry.get("level", "INFO")).upper(), "INFO")
            self._log.write(level, text(entry.get("message", "")), at=line.at)
