"""A cron expression as text: which wall-clock times it matches, and what is wrong with one that cannot be read.

The columns are read here, into plain lists of numbers, because croniter misreads some (`0-0` becomes every hour) and
takes others that no schedule should have (`R`, a random time). croniter then does the calendar, on naive local times
only: what becomes of a time that a zone's clock skips or shows twice is decided in cron.py.
"""

import difflib
import re
from dataclasses import dataclass
from datetime import datetime

from croniter import croniter
from croniter.croniter import CroniterBadDateError

from runtime.errors import InvalidRequest

NICKNAMES = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")

DAY, WEEKDAY = "day of the month", "day of the week"

_ANY_DAY = datetime(2000, 1, 1)  # noqa: DTZ001 - wall-clock arithmetic is naive
_OPEN = {"*", "?", "*/1"}
_PART = re.compile(r"(?P<first>\*|\?|\w+)(?:-(?P<last>\w+))?(?:/(?P<step>[0-9]+))?", re.ASCII)


@dataclass(frozen=True)
class Field:
    """One column of a cron expression."""

    name: str
    low: int
    high: int
    words: tuple[str, ...] = ()
    """What may stand for the numbers from `low` on, in any case."""

    @property
    def allowed(self) -> str:
        words = f" or {self.words[0]}-{self.words[-1]}" if self.words else ""
        sunday = " (0 and 7 are Sunday)" if self.name == WEEKDAY else ""
        last = ", L for the last" if self.name == DAY else ""
        return f"{self.low}-{self.high}{words}{sunday}{last}, with * , - and /"

    def number(self, text: str) -> int:
        """The value of a number or a word; ValueError where it is neither, or out of range."""
        if text.upper() in self.words:
            return self.low + self.words.index(text.upper())
        value = int(text) if text.isdecimal() else -1
        if not self.low <= value <= self.high:
            raise ValueError(text)
        return value

    def values(self, part: str) -> list[int]:
        """The values of one part of a list: a number, a range (that may wrap round), `*`, each with or without a step."""
        match = _PART.fullmatch(part)
        if match is None or (match["first"] in "*?" and match["last"]):
            raise ValueError(part)
        step = int(match["step"] or 1)
        if not 1 <= step <= self.high:
            raise ValueError(part)
        return self._span(match)[::step]

    def _span(self, match: re.Match[str]) -> list[int]:
        top = 6 if self.name == WEEKDAY else self.high
        if match["first"] in "*?":
            return list(range(self.low, top + 1))
        first = self.number(match["first"])
        last = self.number(match["last"]) if match["last"] else top if match["step"] else first
        if first <= last:
            return list(range(first, last + 1))
        return [*range(first, top + 1), *range(self.low, last + 1)]


FIELDS = (
    Field("minute", 0, 59),
    Field("hour", 0, 23),
    Field(DAY, 1, 31),
    Field("month", 1, 12, MONTHS),
    Field(WEEKDAY, 0, 7, DAYS),
)
SECOND = Field("second", 0, 59)


class Expression:
    """The wall-clock times that a cron expression matches. Build one with `parse`."""

    def __init__(self, columns: dict[str, str]) -> None:
        """`columns` maps a field's name to its numbers, comma between, or to `*`; the second may be left out."""
        text = " ".join(
            columns[name] for name in (*(field.name for field in FIELDS), SECOND.name) if name in columns
        )
        self._calendar = croniter(text, _ANY_DAY)
        self.covers_every_hour = columns["hour"] == "*"
        """Whether the hours are left open: such a schedule is an interval, any other a list of fixed times."""

    def following(self, wall: datetime) -> datetime | None:
        """The first match strictly after `wall` (whole seconds); None where there is none within 50 years."""
        try:
            return self._calendar.get_next(datetime, start_time=wall)
        except (CroniterBadDateError, OverflowError, ValueError):
            return None

    def preceding(self, wall: datetime) -> datetime | None:
        """The last match strictly before `wall` (whole seconds); None where there is none within 50 years."""
        try:
            return self._calendar.get_prev(datetime, start_time=wall)
        except (CroniterBadDateError, OverflowError, ValueError):
            return None


def parse(text: str, *, with_seconds: bool = False) -> Expression:
    """Read 5 columns, or 6 with the second first; an InvalidRequest says which column is wrong and what fits there."""
    fields = (SECOND, *FIELDS) if with_seconds else FIELDS
    written = dict(
        zip((field.name for field in fields), _columns(text.strip(), with_seconds=with_seconds), strict=True)
    )
    columns = {field.name: _numbers(text, field, written[field.name]) for field in fields}
    # Two days given mean either. croniter takes a written-out 1-31 for a `*`, which would mean the other one alone.
    if any(columns[name] == "*" and written[name] not in _OPEN for name in (DAY, WEEKDAY)):
        columns |= {DAY: "*", WEEKDAY: "*"}
    return Expression(columns)


def _columns(text: str, *, with_seconds: bool) -> list[str]:
    if text.startswith("@"):
        return (["0"] if with_seconds else []) + _nickname(text).split()
    columns = text.split()
    if len(columns) != len(FIELDS) + with_seconds:
        raise InvalidRequest(
            f'The cron expression "{text}" has {len(columns)} fields.',
            hint=_count_hint(columns, with_seconds),
        )
    return columns


def _nickname(text: str) -> str:
    if (meaning := NICKNAMES.get(text.lower())) is not None:
        return meaning
    near = difflib.get_close_matches(text.lower(), NICKNAMES, n=1)
    hint = f"Did you mean {near[0]}?" if near else f"The nicknames are {', '.join(NICKNAMES)}."
    raise InvalidRequest(f'There is no cron nickname "{text}".', hint=hint)


def _count_hint(columns: list[str], with_seconds: bool) -> str:
    if with_seconds:
        example = f'"0 {" ".join(columns)}"' if len(columns) == len(FIELDS) else '"0 30 6 * * *"'
        return f"With seconds there are 6: second minute hour day month weekday, as in {example}."
    if len(columns) == len(FIELDS) + 1:
        return "There are 5: minute hour day month weekday. A sixth, the second, stands first and needs `withSeconds: true`."
    return 'There are 5: minute hour day month weekday, as in "30 6 * * *" for 06:30 every day.'


def _numbers(text: str, field: Field, column: str) -> str:
    """The column as croniter reads it without fail: a list of numbers (and L), or `*` where it leaves nothing out."""
    found: set[int] = set()
    last_day = False
    for part in column.split(","):
        try:
            if part.upper() == "L" and field.name == DAY:
                last_day = True
            else:
                found |= {value % 7 if field.name == WEEKDAY else value for value in field.values(part)}
        except ValueError:
            raise _wrong(text, field, part) from None
    if len(found) == (7 if field.name == WEEKDAY else field.high - field.low + 1):
        return "*"
    return ",".join([*map(str, sorted(found)), *("L" * last_day)])


def _wrong(text: str, field: Field, part: str) -> InvalidRequest:
    message = f'In the cron expression "{text}" the {field.name} cannot be "{part}".'
    return InvalidRequest(message, hint=f"It can be {field.allowed}.")
