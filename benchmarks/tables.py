"""How a benchmark tells what it found."""

import statistics
from collections.abc import Iterable, Sequence


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]


def median(values: Iterable[float]) -> float:
    return statistics.median(values)


def show(title: str, rows: Iterable[tuple[str, str, str, str]]) -> None:
    """(what, measured, target, beside it) as a table."""
    table = [("what", "measured", "target", "beside it"), *rows]
    widths = [max(len(row[column]) for row in table) for column in range(4)]
    print(f"\n{title}")
    for row in table:
        print("  " + "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())


def ms(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms"
