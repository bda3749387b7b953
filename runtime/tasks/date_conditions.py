"""What must hold about a date. A Schedule takes only those of its dates for which its conditions hold."""

from datetime import datetime, time, timedelta, timezone, tzinfo
from typing import Any, Literal

from runtime.errors import TaskFailed
from runtime.expressions import dates
from runtime.tasks.conditions import Condition, Occasion

Day = Literal["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"]
DAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
PLACES = {"FIRST": 0, "SECOND": 1, "THIRD": 2, "FOURTH": 3}
WEEK = 7  # days


class DateCondition(Condition, frozen=True, kw_only=True):
    """A condition about one date."""

    date: Any = "{{ trigger.date }}"
    """The date that is looked at."""

    @property
    def moment(self) -> datetime:
        return dates.to_datetime(self.date)


class DayWeek(DateCondition, frozen=True, kw_only=True):
    """It is a certain day of the week."""

    day_of_week: Day
    """MONDAY ... SUNDAY."""

    def holds(self, occasion: Occasion) -> bool:
        return DAYS[self.moment.weekday()] == self.day_of_week


class Weekend(DateCondition, frozen=True, kw_only=True):
    """It is Saturday or Sunday."""

    def holds(self, occasion: Occasion) -> bool:
        return self.moment.isoweekday() > 5


class DayWeekInMonth(DateCondition, frozen=True, kw_only=True):
    """It is, say, the first Monday of the month, or the last Friday."""

    day_of_week: Day
    """MONDAY ... SUNDAY."""
    day_in_month: Literal["FIRST", "SECOND", "THIRD", "FOURTH", "LAST"]
    """Which of the month's."""

    def holds(self, occasion: Occasion) -> bool:
        moment = self.moment
        if DAYS[moment.weekday()] != self.day_of_week:
            return False
        if self.day_in_month == "LAST":
            return _days_in_month(moment) - moment.day < WEEK
        return (moment.day - 1) // WEEK == PLACES[self.day_in_month]


def _days_in_month(moment: datetime) -> int:
    following = moment.replace(year=moment.year + moment.month // 12, month=moment.month % 12 + 1, day=1)
    return (following.date() - moment.date().replace(day=1)).days


class DateTimeBetween(DateCondition, frozen=True, kw_only=True):
    """It is after one moment, before another, or between the two."""

    after: Any = None
    """A date and time with its zone."""
    before: Any = None
    """A date and time with its zone."""

    def holds(self, occasion: Occasion) -> bool:
        _need_one(self.after, self.before)
        moment = self.moment
        return (self.after is None or moment > dates.to_datetime(self.after)) and (
            self.before is None or moment < dates.to_datetime(self.before)
        )


class TimeBetween(DateCondition, frozen=True, kw_only=True):
    """It is after one time of the day, before another, or between the two, over midnight too."""

    after: Any = None
    """A time with its offset: `09:00:00+02:00`."""
    before: Any = None
    """A time with its offset."""

    def holds(self, occasion: Occasion) -> bool:
        _need_one(self.after, self.before)
        moment = self.moment
        moment = moment.astimezone(
            timezone(moment.utcoffset() or timedelta())
        )  # a time of day has no zone's rules
        after = None if self.after is None else moment.timetz() > _time(self.after, moment.tzinfo)
        before = None if self.before is None else moment.timetz() < _time(self.before, moment.tzinfo)
        if after is None or before is None:
            return bool(after or before)
        over_midnight = _time(self.after, moment.tzinfo) > _time(self.before, moment.tzinfo)
        return (after or before) if over_midnight else (after and before)


def _time(text: Any, zone: tzinfo | None) -> time:
    try:
        found = time.fromisoformat(str(text).strip())
    except ValueError:
        raise TaskFailed(f"`{text}` is no time of the day such as 09:00:00Z") from None
    return found if found.tzinfo else found.replace(tzinfo=zone)


def _need_one(after: Any, before: Any) -> None:
    if after is None and before is None:
        raise TaskFailed("a condition between two moments needs `after` or `before`")
