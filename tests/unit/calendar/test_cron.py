from datetime import UTC, datetime, timedelta

import pytest

from runtime.calendar.cron import Cron
from runtime.errors import InvalidRequest

BERLIN = "Europe/Berlin"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def dates(expression: str, zone: str, after: str, count: int, **options: bool) -> list[str]:
    cron = Cron.parse(expression, timezone=zone, **options)
    return [fire.at.isoformat(timespec="minutes") for fire in cron.upcoming(at(after), count)]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("*/15 * * * *", "2026-01-01T00:15+00:00"),
        ("30 6 * * *", "2026-01-01T06:30+00:00"),
        ("0 0 * * 0", "2026-01-04T00:00+00:00"),
        ("0 0 * * 7", "2026-01-04T00:00+00:00"),  # 7 is Sunday too
        ("0 0 * * SUN", "2026-01-04T00:00+00:00"),
        ("0 0 * * mon-fri", "2026-01-02T00:00+00:00"),
        ("0 0 * feb *", "2026-02-01T00:00+00:00"),
        ("0 0 31 * *", "2026-01-31T00:00+00:00"),
        ("0 0 L * *", "2026-01-31T00:00+00:00"),
        ("0 0 29 2 *", "2028-02-29T00:00+00:00"),
        ("0 0 13 * 5", "2026-01-02T00:00+00:00"),  # both days given: either will do, as in every cron
        (
            "0 0 13 * 0-6",
            "2026-01-02T00:00+00:00",
        ),  # any weekday, written out, is still one of two days given
        ("0 0 13 * ?", "2026-01-13T00:00+00:00"),
        ("0 0-0 2 * *", "2026-01-02T00:00+00:00"),  # croniter alone reads 0-0 as every hour
        ("0 22-1 1 * *", "2026-01-01T01:00+00:00"),
        ("50/5 * * * *", "2026-01-01T00:50+00:00"),
        ("0 0 * * 6-7", "2026-01-03T00:00+00:00"),
        ("0 0 * * sat-mon", "2026-01-03T00:00+00:00"),
        ("@yearly", "2027-01-01T00:00+00:00"),
        ("@annually", "2027-01-01T00:00+00:00"),
        ("@monthly", "2026-02-01T00:00+00:00"),
        ("@weekly", "2026-01-04T00:00+00:00"),
        ("@daily", "2026-01-02T00:00+00:00"),
        ("@midnight", "2026-01-02T00:00+00:00"),
        ("@hourly", "2026-01-01T01:00+00:00"),
        ("  @Hourly ", "2026-01-01T01:00+00:00"),
    ],
)
def test_next_date_in_utc(expression: str, expected: str) -> None:
    assert dates(expression, "UTC", "2026-01-01T00:00+00:00", 1) == [expected]


def test_with_seconds_the_second_comes_first() -> None:
    cron = Cron.parse("30 5 2 * * *", timezone="UTC", with_seconds=True)
    assert cron.next_after(at("2026-01-01T00:00Z")) == at("2026-01-01T02:05:30Z")


def test_a_nickname_with_seconds_fires_at_second_zero_only() -> None:
    cron = Cron.parse("@daily", timezone="UTC", with_seconds=True)
    assert [f.at for f in cron.upcoming(at("2026-01-01T00:00Z"), 2)] == [
        at("2026-01-02T00:00Z"),
        at("2026-01-03T00:00Z"),
    ]


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        (BERLIN, "2026-01-01T06:00+01:00"),
        ("America/New_York", "2026-01-01T06:00-05:00"),
        ("Asia/Kathmandu", "2026-01-01T06:00+05:45"),
        ("+02:00", "2026-01-01T06:00+02:00"),
        ("UTC-3", "2026-01-01T06:00-03:00"),
        ("GMT+0530", "2026-01-01T06:00+05:30"),
        ("Z", "2026-01-01T06:00+00:00"),
    ],
)
def test_zones_and_fixed_offsets(zone: str, expected: str) -> None:
    assert dates("0 6 1 1 *", zone, "2025-12-31T00:00+00:00", 1) == [expected]


class TestGap:
    """Berlin, 29 March 2026: 02:00 +01:00 is 03:00 +02:00."""

    before = "2026-03-29T00:30+01:00"

    @pytest.mark.parametrize(
        ("expression", "expected"),
        [
            ("30 2 * * *", ["29T03:00+02:00", "30T02:30+02:00"]),
            ("0 2 * * *", ["29T03:00+02:00", "30T02:00+02:00"]),
            (
                "0,30 2 * * *",
                ["29T03:00+02:00", "30T02:00+02:00", "30T02:30+02:00"],
            ),  # two missing times, one fire
            ("30 2,3 * * *", ["29T03:00+02:00", "29T03:30+02:00", "30T02:30+02:00"]),
            (
                "0 2,3 * * *",
                ["29T03:00+02:00", "30T02:00+02:00"],
            ),  # the missing one falls on the existing one
            ("0 */2 * * *", ["29T03:00+02:00", "29T04:00+02:00"]),
            ("30 1-3 * * *", ["29T01:30+01:00", "29T03:00+02:00", "29T03:30+02:00", "30T01:30+02:00"]),
            (
                "30 * * * *",
                ["29T01:30+01:00", "29T03:30+02:00", "29T04:30+02:00"],
            ),  # an interval: every hour of real time
            ("*/30 * * * *", ["29T01:00+01:00", "29T01:30+01:00", "29T03:00+02:00", "29T03:30+02:00"]),
            (
                "30 0-23 * * *",
                ["29T01:30+01:00", "29T03:30+02:00"],
            ),  # 0-23 is every hour, however it is written
        ],
    )
    def test_dates(self, expression: str, expected: list[str]) -> None:
        assert dates(expression, BERLIN, self.before, len(expected)) == [f"2026-03-{day}" for day in expected]

    def test_a_fixed_time_says_what_happened_to_it(self) -> None:
        fire = Cron.parse("30 2 * * *", timezone=BERLIN).upcoming(at(self.before), 1)[0]
        assert "02:30 does not exist, so it fires at 03:00" in fire.note

    def test_an_interval_says_why_its_clock_jumps(self) -> None:
        fires = Cron.parse("30 * * * *", timezone=BERLIN).upcoming(at(self.before), 3)
        assert ["forward from 02:00 to 03:00" in fire.note for fire in fires] == [False, True, False]

    def test_a_gap_of_half_an_hour(self) -> None:
        assert dates("15 2 * * *", "Australia/Lord_Howe", "2026-10-04T00:00+10:30", 1) == [
            "2026-10-04T02:30+11:00"
        ]

    def test_a_gap_at_midnight(self) -> None:
        assert dates("0 0 * * *", "Africa/Cairo", "2026-04-23T12:00+02:00", 2) == [
            "2026-04-24T01:00+03:00",
            "2026-04-25T00:00+03:00",
        ]

    def test_a_gap_of_a_whole_day(self) -> None:
        """Samoa went from 29 to 31 December 2011."""
        assert dates("0 12 * * *", "Pacific/Apia", "2011-12-29T12:00-10:00", 2) == [
            "2011-12-31T00:00+14:00",
            "2011-12-31T12:00+14:00",
        ]


class TestFold:
    """Berlin, 25 October 2026: 03:00 +02:00 is 02:00 +01:00."""

    before = "2026-10-25T01:15+02:00"

    @pytest.mark.parametrize(
        ("expression", "expected"),
        [
            ("30 2 * * *", ["25T02:30+02:00", "26T02:30+01:00"]),
            ("0 3 * * *", ["25T03:00+01:00", "26T03:00+01:00"]),
            ("0 */2 * * *", ["25T02:00+02:00", "25T04:00+01:00"]),
            ("30 * * * *", ["25T01:30+02:00", "25T02:30+02:00", "25T02:30+01:00", "25T03:30+01:00"]),
            ("0 * * * *", ["25T02:00+02:00", "25T02:00+01:00", "25T03:00+01:00"]),
        ],
    )
    def test_dates(self, expression: str, expected: list[str]) -> None:
        assert dates(expression, BERLIN, self.before, len(expected)) == [f"2026-10-{day}" for day in expected]

    def test_a_fixed_time_is_over_when_asked_during_the_second_pass(self) -> None:
        assert dates("30 2 * * *", BERLIN, "2026-10-25T02:10+01:00", 1) == ["2026-10-26T02:30+01:00"]

    def test_notes(self) -> None:
        fixed = Cron.parse("30 2 * * *", timezone=BERLIN).upcoming(at(self.before), 2)
        interval = Cron.parse("30 * * * *", timezone=BERLIN).upcoming(at(self.before), 4)
        assert ["first time" in fire.note for fire in fixed] == [True, False]
        assert [fire.note[-12:] for fire in interval] == ["", " first time.", "second time.", ""]

    def test_dates_of_both_passes_compare_by_their_instant(self) -> None:
        _, first, second, _ = Cron.parse("30 * * * *", timezone=BERLIN).upcoming(at(self.before), 4)
        assert second.at - first.at == timedelta(hours=1)


def test_every_date_of_an_ordinary_day_is_without_a_note() -> None:
    fires = Cron.parse("*/5 * * * *", timezone=BERLIN).upcoming(at("2026-06-01T00:00+02:00"), 288)
    assert {fire.note for fire in fires} == {""}


def test_a_yearly_schedule_has_no_note_about_changes_that_it_does_not_meet() -> None:
    assert [
        fire.note for fire in Cron.parse("@yearly", timezone=BERLIN).upcoming(at("2026-01-01T00:00Z"), 3)
    ] == [""] * 3


@pytest.mark.parametrize("microsecond", [0, 1, 999_999])
def test_next_and_previous_are_strict_to_the_microsecond(microsecond: int) -> None:
    cron = Cron.parse("* * * * *", timezone="UTC")
    now = datetime(2026, 1, 1, 0, 1, 0, microsecond, UTC)
    assert cron.next_after(now) == datetime(2026, 1, 1, 0, 2, tzinfo=UTC)
    assert cron.previous_before(now) == datetime(2026, 1, 1, 0, 1 if microsecond else 0, tzinfo=UTC)


def test_between_includes_its_start_and_not_its_end() -> None:
    cron = Cron.parse("0 * * * *", timezone="UTC")
    found = list(cron.between(at("2026-01-01T01:00Z"), at("2026-01-01T03:00Z")))
    assert found == [at("2026-01-01T01:00Z"), at("2026-01-01T02:00Z")]


def test_an_expression_that_no_day_fits_never_fires() -> None:
    cron = Cron.parse("0 0 30 2 *", timezone="UTC")
    assert cron.next_after(at("2026-01-01T00:00Z")) is None
    assert cron.previous_before(at("2026-01-01T00:00Z")) is None
    assert cron.upcoming(at("2026-01-01T00:00Z"), 5) == []


def test_a_time_without_offset_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="no offset"):
        Cron.parse("@daily", timezone="UTC").next_after(datetime(2026, 1, 1))  # noqa: DTZ001 - on purpose


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("@dialy", "Did you mean @daily?"),
        ("@reboot", "The nicknames are @yearly"),
        ("0 25 * * *", 'the hour cannot be "25".\nIt can be 0-23'),
        ("61 * * * *", 'the minute cannot be "61".\nIt can be 0-59'),
        ("0 0 0 * *", 'the day of the month cannot be "0".\nIt can be 1-31'),
        ("0 0 * 13 *", 'the month cannot be "13".\nIt can be 1-12 or JAN-DEC'),
        ("0 0 * * 8", "It can be 0-7 or SUN-SAT (0 and 7 are Sunday)"),
        ("0 0 * * 1,FUN", 'the day of the week cannot be "FUN"'),
        ("*/0 * * * *", 'the minute cannot be "*/0"'),
        ("*/70 * * * *", 'the minute cannot be "*/70"'),
        ("0 1,,2 * * *", 'the hour cannot be ""'),
        ("R * * * *", 'the minute cannot be "R"'),  # croniter would take it, and fire at random
        ("H 2 * * *", 'the minute cannot be "H"'),
        ("0 0 * * 5#2", 'the day of the week cannot be "5#2"'),
        ("0 0 L-3 * *", 'the day of the month cannot be "L-3"'),
        ("*-5 * * * *", 'the minute cannot be "*-5"'),
        ("5-x * * * *", 'the minute cannot be "5-x"'),
        ("1_0 * * * *", 'the minute cannot be "1_0"'),
        ("1.5 * * * *", 'the minute cannot be "1.5"'),
        ("٣ * * * *", 'the minute cannot be "٣"'),
        ("* * * *", "has 4 fields"),
        ("", "has 0 fields"),
        ("0 * * * * *", "needs `withSeconds: true`"),
        ("* * * * * * *", "has 7 fields"),
    ],
)
def test_a_wrong_expression_is_explained(expression: str, message: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        Cron.parse(expression, timezone="UTC")
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("30 6 * * *", '"0 30 6 * * *"'),
        ("61 * * * * *", 'the second cannot be "61"'),
        ("* *", "second minute hour"),
    ],
)
def test_a_wrong_expression_with_seconds_is_explained(expression: str, message: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        Cron.parse(expression, timezone="UTC", with_seconds=True)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("zone", "message"),
    [
        ("Europe/Berln", 'Did you mean "Europe/Berlin"?'),
        ("berlin", 'Did you mean "Europe/Berlin"?'),
        ("New York", 'Did you mean "America/New_York"?'),
        ("utc", 'Did you mean "UTC"?'),
        ("Mars", "named as in the tz database"),
        ("../../etc/passwd", "There is no time zone"),
        ("Europe", "There is no time zone"),
        ("", "There is no time zone"),
        ("+25:00", "out of range"),
    ],
)
def test_an_unknown_zone_is_explained(zone: str, message: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        Cron.parse("@daily", timezone=zone)
    assert message in str(caught.value)


def test_schedules_are_equal_by_what_was_written() -> None:
    assert Cron.parse("@daily", timezone="UTC") == Cron.parse("@daily", timezone="UTC")
    assert Cron.parse("@daily", timezone="UTC") != Cron.parse("@daily", timezone=BERLIN)
