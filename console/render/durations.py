"""Durations and amounts, short enough for a column: at most six cells. Distances from now are in `console.format`."""

from typing import Final

MINUTE: Final = 60  # seconds
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR


def duration(seconds: float) -> str:
    """`42ms`, `4.2s`, `41s`, `1m02`, `2h14`, `3d`. What is shorter than nothing counts as nothing: clocks are set back."""
    seconds = max(0.0, seconds)
    if seconds < 0.0995:
        return f"{seconds * 1000:.0f}ms"
    if seconds < 9.95:
        return f"{seconds:.1f}s"
    whole = int(seconds + 0.5)
    if whole < MINUTE:
        return f"{whole}s"
    if whole < HOUR:
        return f"{whole // MINUTE}m{whole % MINUTE:02}"
    if whole < 2 * DAY:
        return f"{whole // HOUR}h{whole % HOUR // MINUTE:02}"
    return f"{whole // DAY}d"


def count(number: int) -> str:
    """Lines, rows, runs: `0`, `9,999`, `12.3k`, `456k`, `1.2M`."""
    return f"{number:,}" if number < 10_000 else _scaled(number, "kMGT")


def size(octets: int) -> str:
    """Bytes: `512B`, `4.2kB`, `117MB`."""
    return f"{octets}B" if octets < 1000 else _scaled(octets, "kMGT") + "B"


def _scaled(number: float, units: str) -> str:
    """The largest unit that leaves at least one before the point: one decimal below a hundred, none from there on."""
    power = 0
    while power < len(units) and (number >= 999.5 or power == 0):
        number, power = number / 1000, power + 1
    return f"{number:.1f}{units[power - 1]}" if number < 99.95 else f"{number:.0f}{units[power - 1]}"
