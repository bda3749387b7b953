"""Times and words for people; durations are in `render.durations`. `now` is always handed in: a picture drawn twice from the same facts is the same picture."""

from datetime import datetime, timedelta

MINUTE, HOUR, DAY = 60, 3600, 86400


def age(seconds: float) -> str:
    """As a clock counts: `00:12`, `1:02:03`."""
    whole = max(0, int(seconds))
    hours, rest = divmod(whole, HOUR)
    clock = f"{rest // MINUTE:02}:{rest % MINUTE:02}"
    return f"{hours}:{clock}" if hours else clock


def rough(seconds: float) -> str:
    """One unit, for what is far: `12s`, `4m`, `3h`, `2d`."""
    whole = int(abs(seconds))
    for size, unit in ((DAY, "d"), (HOUR, "h"), (MINUTE, "m")):
        if whole >= size:
            return f"{whole // size}{unit}"
    return f"{whole}s"


def distance(moment: datetime, now: datetime) -> str:
    """`in 4m`, `3h ago`, `now`."""
    seconds = (moment - now).total_seconds()
    if abs(seconds) < 1:
        return "now"
    return f"in {rough(seconds)}" if seconds > 0 else f"{rough(seconds)} ago"


def when(at: datetime, now: datetime) -> str:
    """As short as it is clear, in this terminal's zone: `14:05`, `Tue 14:05`, `12 Nov 14:05`, `2024-11-12`."""
    there, here = at.astimezone(), now.astimezone()
    if there.date() == here.date():
        return f"{there:%H:%M}"
    if abs(there - here) < timedelta(days=6):
        return f"{there:%a %H:%M}"
    if there.year == here.year:
        return f"{there.day} {there:%b %H:%M}"
    return f"{there:%Y-%m-%d}"


def first_line(text: str) -> str:
    return text.strip().partition("\n")[0].strip()


def plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
