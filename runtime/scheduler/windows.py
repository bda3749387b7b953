"""Within which time several executions must come for a Flow trigger to fire: its beginning and its end, both included."""

import re
from datetime import datetime, time, timedelta
from typing import Any

import msgspec

from runtime.errors import InvalidRequest
from runtime.tasks.flow_trigger import TimeWindow

DAY = timedelta(days=1)
MOMENT = timedelta(milliseconds=1)
_SIGNED = re.compile(r"(-?)P(T?)(-?)(.*)", re.IGNORECASE)


def bounds(window: TimeWindow, now: datetime) -> tuple[datetime, datetime]:
    """Of the window that `now` would open; `now` is in the zone whose midnight counts. Raises InvalidRequest."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    match window.type:
        case "SLIDING_WINDOW":
            return now, now + (window.window or DAY)
        case "DAILY_TIME_DEADLINE":
            return midnight, _on(now, window.deadline, "deadline")
        case "DAILY_TIME_WINDOW":
            return _on(now, window.start_time, "startTime"), _on(now, window.end_time, "endTime")
    length = window.window or DAY
    start = _aligned(now, midnight, length) + duration(window.window_advance)
    return start, start + length - MOMENT


def _aligned(now: datetime, midnight: datetime, length: timedelta) -> datetime:
    """Windows of a day and longer begin at midnight, of an hour and longer with the hour, shorter ones every so many minutes."""
    if length >= DAY:
        return midnight
    hour = now.replace(minute=0, second=0, microsecond=0)
    if length >= timedelta(hours=1):
        return hour
    minutes = int(length.total_seconds() // 60)
    return hour + timedelta(minutes=now.minute // minutes * minutes) if minutes else now


def duration(text: Any) -> timedelta:
    """An ISO duration that may be negative: `-PT4H` and `PT-4H` are the same."""
    if text is None or text == "":
        return timedelta()
    found = _SIGNED.fullmatch(str(text).strip())
    try:
        if found is None:
            return timedelta(seconds=float(text))
        length = msgspec.convert(f"P{found[2]}{found[4]}", timedelta)
    except (ValueError, msgspec.ValidationError):
        raise InvalidRequest(f"`{text}` is no duration such as PT4H or -PT4H") from None
    return -length if found[1] or found[3] else length


def _on(now: datetime, text: str | None, name: str) -> datetime:
    """A time of the day of `now`, in its own zone where it names one."""
    try:
        found = time.fromisoformat(str(text).strip())
    except ValueError:
        raise InvalidRequest(
            f"the time window's `{name}` must be a time of the day such as 09:00:00, and is `{text}`"
        ) from None
    return datetime.combine(now.date(), found, found.tzinfo or now.tzinfo)
