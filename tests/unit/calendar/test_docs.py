"""docs/schedules.md says what is so."""

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from runtime.calendar import missed
from runtime.calendar.cron import Cron
from runtime.calendar.expression import FIELDS, NICKNAMES

TEXT = (Path(__file__).parents[3] / "docs" / "schedules.md").read_text()
DAYS = ("2026-03-29T00:00+01:00", "2026-10-25T00:00+02:00")
ROWS = re.findall(r"^\| `([^`]+)` \| (\d[^|]+) \| (\d[^|]+) \|$", TEXT, re.MULTILINE)


@pytest.mark.parametrize(("line", "march", "october"), ROWS)
def test_the_table_of_dates_is_true(line: str, march: str, october: str) -> None:
    cron = Cron.parse(line, timezone="Europe/Berlin")
    for day, told in zip(DAYS, (march, october), strict=True):
        start = datetime.fromisoformat(day)
        end = start + timedelta(hours=4 if told is march else 6)  # 05:00 by the clock
        dates = [cron.local(at) for at in cron.between(start, end)]
        assert [f"{at:%H:%M}{at:%z}"[:-2] for at in dates] == told.split()


def test_every_nickname_and_field_is_told() -> None:
    assert len(ROWS) >= 6
    for word in (*NICKNAMES, *(field.name for field in FIELDS)):
        assert word in TEXT


def test_the_numbers_are_those_of_the_code() -> None:
    assert f"{missed.CATCH_UP_LIMIT:,} missed dates" in TEXT
    assert timedelta(seconds=5) == missed.ON_TIME
