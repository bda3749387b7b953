"""`retry:` of a task or a flow (flow-language.md section 5)."""

import math
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Literal

import msgspec

from runtime.language.document import Path
from runtime.language.report import Report
from runtime.language.values import check_fields, duration, flag, named, whole
from runtime.model.retry import Retry

Behavior = Literal["RETRY_FAILED_TASK", "CREATE_NEW_EXECUTION"]
DURATIONS = ("interval", "maxInterval", "minInterval", "maxDuration")
NEEDED = {
    "constant": ("interval",),
    "exponential": ("interval",),
    "random": ("minInterval", "maxInterval"),
}
ORDERED = {
    "constant": (("interval", "maxDuration"),),
    "exponential": (("interval", "maxInterval"), ("interval", "maxDuration")),
    "random": (("minInterval", "maxInterval"), ("maxInterval", "maxDuration")),
}
"""The first of a pair must be shorter than the second."""


class RetryKeys(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How often, and after which wait, a task that has failed is tried again."""

    type: Literal["constant", "exponential", "random"]
    """How the wait grows."""
    interval: timedelta | None = None
    """constant, exponential: the (first) wait."""
    max_interval: timedelta | None = None
    """exponential, random: the longest wait."""
    min_interval: timedelta | None = None
    """random: the shortest wait."""
    delay_factor: float | None = None
    """exponential: each wait is so many times the one before; 2 where nothing is said."""
    max_attempts: int | None = None
    """With the first: 3 means two retries."""
    max_attempt: int | None = None
    """Deprecated: `maxAttempts`."""
    max_duration: timedelta | None = None
    """No attempt starts later than this after the first one's start."""
    warning_on_retry: bool | None = None
    """Whether a success that took more than one attempt is a warning."""
    behavior: Behavior | None = None
    """Whether the task is tried again, or the whole flow in a new execution."""


def read_retry(report: Report, value: Any, path: Path) -> Retry | None:
    """The policy; None where there is none, or where it is wrong, which is reported."""
    if value is None:
        return None
    if not isinstance(value, Mapping):
        report.error(path, f"`retry` must be a map, and is {named(value)}")
        return None
    before = report.errors
    check_fields(report, path, value, RetryKeys, owner="`retry`", rendered=False)
    if report.errors > before:
        return None
    waits = {name: duration(value[name]) for name in DURATIONS if value.get(name) is not None}
    attempts = whole(value.get("maxAttempts", value.get("maxAttempt")))
    _check_rules(report, path, value, waits, attempts)
    if report.errors > before:
        return None
    return _retry(value, waits, attempts)


def _retry(value: Mapping[str, Any], waits: Mapping[str, timedelta | None], attempts: int | None) -> Retry:
    return Retry(
        type=value["type"],
        interval=waits.get("interval"),
        max_interval=waits.get("maxInterval"),
        min_interval=waits.get("minInterval"),
        delay_factor=float(value.get("delayFactor") or 2.0),
        max_attempts=attempts,
        max_duration=waits.get("maxDuration"),
        warning_on_retry=flag(value.get("warningOnRetry")),
        behavior=value.get("behavior") or "RETRY_FAILED_TASK",
    )


def _check_rules(
    report: Report,
    path: Path,
    value: Mapping[str, Any],
    waits: Mapping[str, timedelta | None],
    attempts: int | None,
) -> None:
    for name in NEEDED[value["type"]]:
        if waits.get(name) is None:
            report.error(path, f"a retry of type {value['type']} needs `{name}`")
    for shorter, longer in ORDERED[value["type"]]:
        low, high = waits.get(shorter), waits.get(longer)
        if low is not None and high is not None and low >= high:
            report.error((*path, shorter), f"`{shorter}` must be shorter than `{longer}`")
    factor = value.get("delayFactor")
    if factor is not None and not 0 < float(factor) < math.inf:
        report.error((*path, "delayFactor"), "`delayFactor` must be above 0")
    if attempts is not None and attempts < 1:
        report.error(
            (*path, "maxAttempts"), "`maxAttempts` must be at least 1: it counts the first attempt too"
        )
