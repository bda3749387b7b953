"""Dates: Java's patterns, what counts as a date, and arithmetic across daylight saving."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.errors import ExpressionFailed
from runtime.expressions import Expressions, duration, format_date, iso, now_function
from runtime.expressions.locales import LOCALES as LANGUAGES

MOMENT = datetime(2024, 3, 9, 13, 5, 7, 89012, tzinfo=UTC)

PATTERNS = {
    "yyyy-MM-dd'T'HH:mm:ss": "2024-03-09T13:05:07",
    "yy/M/d": "24/3/9",
    "MMM MMMM MMMMM": "Mar March M",
    "E EEEE EEEEE": "Sat Saturday S",
    "e u": "6 2024",
    "h:mm a K k": "1:05 PM 1 13",
    "SSS SSSSSSSSS n": "089 089012000 89012000",
    "D DDD Q QQQ QQQQ": "69 069 1 Q1 1st quarter",
    "YYYY-'W'ww": "2024-W10",
    "X XX XXX x xx xxx Z ZZZZZ O": "Z Z Z +00 +0000 +00:00 +0000 Z GMT",
    "VV z zzzz": "UTC UTC Coordinated Universal Time",
    "''''yyyy'o''clock'": "'2024o'clock",
    "iso": "2024-03-09T13:05:07.089012Z",
    "iso_milli": "2024-03-09T13:05:07.089Z",
    "iso_sec": "2024-03-09T13:05:07Z",
    "sql": "2024-03-09 13:05:07.089012",
    "sql_milli": "2024-03-09 13:05:07.089",
    "sql_sec": "2024-03-09 13:05:07",
    "iso_date_time": "2024-03-09T13:05:07.089012Z[UTC]",
    "iso_zoned_date_time": "2024-03-09T13:05:07.089012Z[UTC]",
    "iso_local_date": "2024-03-09",
    "iso_instant": "2024-03-09T13:05:07.089012Z",
    "iso_local_date_time": "2024-03-09T13:05:07.089012",
    "iso_local_time": "13:05:07.089012",
    "iso_ordinal_date": "2024-069Z",
    "iso_week_date": "2024-W10-6Z",
    "rfc_1123_date_time": "Sat, 9 Mar 2024 13:05:07 GMT",
    "full": "Saturday, March 9, 2024 at 1:05:07 PM Coordinated Universal Time",
    "medium": "Mar 9, 2024, 1:05:07 PM",
    "short": "3/9/24, 1:05 PM",
}


@pytest.mark.parametrize(("pattern", "text"), PATTERNS.items())
def test_a_pattern_of_java(pattern: str, text: str) -> None:
    assert format_date(MOMENT, pattern, "UTC") == text


LOCALES = {
    ("fr", "EEEE d MMMM yyyy"): "samedi 9 mars 2024",
    ("fr-FR", "EEE d MMM"): "sam. 9 mars",
    ("de", "EE, d. MMM yyyy"): "Sa., 9. März 2024",
    ("de_DE", "full"): "Samstag, 9. März 2024 um 13:05:07 Coordinated Universal Time",
    ("es", "d 'de' MMMM"): "9 de marzo",
    ("pt", "EEEE"): "sábado",
    ("nb", "long"): "9. mars 2024 kl. 13:05:07 UTC",
    ("nl", "short"): "09-03-2024 13:05",
    ("sv", "h a"): "1 em",
    ("fi", "medium"): "9.3.2024 klo 13.05.07",
    ("pl", "d MMMM"): "9 marca",
    ("en-GB", "MMMM"): "March",
    ("it", "iso_local_date"): "2024-03-09",
}


@pytest.mark.parametrize(("locale", "pattern", "text"), [(*key, text) for key, text in LOCALES.items()])
def test_names_are_those_of_the_locale(locale: str, pattern: str, text: str) -> None:
    assert format_date(MOMENT, pattern, "UTC", None, locale) == text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_date_is_read_as_its_language_writes_it(engine: Expressions, language: str) -> None:
    written = "{{ d | date(f, locale=l) | date('yyyy-MM-dd HH:mm', existingFormat=f, locale=l) }}"
    for month in range(1, 13):
        for pattern in ("EEEE d MMMM yyyy h:mm a", "EEE d MMM yyyy HH:mm"):
            day = datetime(2024, month, 9, 13, 5, tzinfo=UTC)
            found = engine.render(written, {"d": day, "f": pattern, "l": language})
            assert found == f"2024-{month:02d}-09 13:05"


OFFSETS = {
    "X": "+0530",
    "XX": "+0530",
    "XXX": "+05:30",
    "x": "+0530",
    "Z": "+0530",
    "O": "GMT+5:30",
    "VV": "Asia/Kolkata",
}


@pytest.mark.parametrize(("pattern", "text"), OFFSETS.items())
def test_an_offset_that_is_not_zero(pattern: str, text: str) -> None:
    assert format_date(MOMENT, pattern, "Asia/Kolkata") == text


DATES: dict[str, Any] = {
    "2024-03-09": "2024-03-09T00:00:00.000000Z",
    "2024-03-09T10:11": "2024-03-09T10:11:00.000000Z",
    "2024-03-09T10:11:12.5": "2024-03-09T10:11:12.500000Z",
    "2024-03-09T10:11:12+02:00": "2024-03-09T08:11:12.000000Z",
    "2024-03-09T10:11:12+01:00[Europe/Paris]": "2024-03-09T09:11:12.000000Z",
    "2024-03-09T10:11:12.123456789Z": "2024-03-09T10:11:12.123456Z",
}


@pytest.mark.parametrize(("text", "result"), DATES.items())
def test_an_iso_text_is_a_date(engine: Expressions, text: str, result: str) -> None:
    assert engine.render("{{ x | date }}", {"x": text}) == result


@pytest.mark.parametrize("value", [1709989507, 1709989507089, 1709989507089012, 1709989507089012000])
def test_a_number_counts_since_1970_in_the_unit_its_length_tells(engine: Expressions, value: int) -> None:
    assert engine.render("{{ x | date('iso_sec') }}", {"x": value}) == "2024-03-09T13:05:07Z"


def test_a_date_without_time_is_noon(engine: Expressions) -> None:
    assert engine.render("{{ x | date('HH:mm') }}", {"x": date(2024, 3, 9)}) == "12:00"


CALLS: dict[str, Any] = {
    "{{ now() }}": "2024-03-09T12:30:45.123456Z",
    "{{ now('yyyy') }}{{ now(format='MM') }}": "202403",
    "{{ now(timeZone='Asia/Tokyo', format='HH') }}": "21",
    "{{ now() | date('dd/MM/yyyy') }}": "09/03/2024",
    "{{ now() | dateAdd(-1, 'DAYS') | date('yyyy-MM-dd') }}": "2024-03-08",
    "{{ '2024-01-31' | dateAdd(1, 'MONTHS', format='yyyy-MM-dd') }}": "2024-02-29",
    "{{ '2024-02-29' | dateAdd(amount=1, unit='YEARS', format='iso_local_date') }}": "2025-02-28",
    "{{ '2024-03-09' | dateAdd(36, 'HOURS') }}": "2024-03-10T12:00:00.000000Z",
    "{{ '09/03/2024' | date('yyyy-MM-dd', existingFormat='dd/MM/yyyy') }}": "2024-03-09",
    "{{ '9 March 2024 1:05 PM' | date('sql_sec', existingFormat='d MMMM yyyy h:mm a') }}": "2024-03-09 13:05:00",
    "{{ 'Tue, 08 Feb 2022 19:38:26 GMT' | date('iso_sec', existingFormat='rfc_1123_date_time') }}": "2022-02-08T19:38:26Z",
    "{{ '2024-03-09T12:00:00' | date('rfc_1123_date_time', timeZone='Europe/Paris') }}": "Sat, 9 Mar 2024 12:00:00 +0100",
    "{{ '2024-03-09' | date('HH', timeZone='Europe/Paris') }}": "00",
    "{{ '2024-03-09T12:00:00Z' | timestamp }}": 1709985600,
    "{{ '2024-03-09T12:00:00.5Z' | timestampMilli }}": 1709985600500,
    "{{ '2024-03-09T12:00:00Z' | timestampMicro }}": 1709985600000000,
    "{{ '2024-03-09T12:00:00Z' | timestampNano }}": 1709985600000000000,
    "{{ dayOfWeek('2024-03-09') }} {{ isWeekend('2024-03-09') }}": "SATURDAY true",
    "{{ isDayWeekInMonth('2024-03-09', 'SATURDAY', 'SECOND') }}": True,
    "{{ execution.startDate.year }} {{ execution.startDate.plusDays(1).getDayOfWeek() }}": "2024 SUNDAY",
}


@pytest.mark.parametrize(("template", "value"), CALLS.items())
def test_a_function_of_dates(
    engine: Expressions, variables: dict[str, Any], template: str, value: Any
) -> None:
    assert engine.evaluate(template, variables) == value


def test_days_move_on_the_calendar_and_hours_on_the_clock() -> None:
    engine = Expressions(zone=ZoneInfo("Europe/Paris"))  # where 31 March 2024 has 23 hours
    start = {"x": "2024-03-30T12:00:00+01:00[Europe/Paris]"}
    assert engine.render("{{ x | dateAdd(1, 'DAYS', 'iso_sec') }}", start) == "2024-03-31T12:00:00+02:00"
    assert engine.render("{{ x | dateAdd(24, 'HOURS', 'iso_sec') }}", start) == "2024-03-31T13:00:00+02:00"


@given(st.datetimes(min_value=datetime(1900, 1, 1), max_value=datetime(2200, 1, 1)))  # noqa: DTZ001
def test_what_a_pattern_writes_it_reads(moment: datetime) -> None:
    pattern = "EEEE d MMMM yyyy hh:mm:ss.SSSSSS a XXX"
    engine = Expressions(zone=ZoneInfo("UTC"))
    written = format_date(moment.replace(tzinfo=UTC), pattern, "UTC")
    again = engine.render("{{ x | date('iso', existingFormat=p) }}", {"x": written, "p": pattern})
    assert again == format_date(moment.replace(tzinfo=UTC), "iso", "UTC")


REFUSED = {
    "{{ 'soon' | date }}": "`soon` is not an ISO date",
    "{{ now() | date('yyyy-bb') }}": "`bb` means nothing in the date pattern `yyyy-bb`",
    '{{ now() | date("yyyy\'T") }}': "opens a quote",
    "{{ now() | date('yyyy', timeZone='Mars/Base') }}": "`Mars/Base` is not a time zone",
    "{{ now() | dateAdd(1, 'FORTNIGHTS') }}": "`FORTNIGHTS` is not a unit of time",
    "{{ 'x' | date('yyyy', existingFormat='yyyy') }}": "does not have the format `yyyy`",
    "{{ now(locale='xx') }}": "the locale `xx` is not available",
    "{{ [] | date }}": "a list is not a date",
    "{{ '2024-03-09' | dateAdd(99999, 'YEARS') }}": "out of range",
    "{{ '2024-13-09' | date }}": "month must be in 1..12",
}


@pytest.mark.parametrize(("template", "message"), REFUSED.items())
def test_what_is_no_date_is_said(engine: Expressions, template: str, message: str) -> None:
    with pytest.raises(ExpressionFailed) as failure:
        engine.render(template, {})
    assert message in failure.value.message


def test_now_reads_the_clock_each_time() -> None:
    times = iter([MOMENT, MOMENT + timedelta(seconds=1)])
    now = now_function(lambda: next(times), "UTC")
    assert [now("ss"), now("ss")] == ["07", "08"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (datetime(2024, 1, 1, tzinfo=UTC), "2024-01-01T00:00:00Z"),
        (datetime(2024, 1, 1, 0, 0, 0, 5000, tzinfo=UTC), "2024-01-01T00:00:00.005Z"),
        (datetime(2024, 1, 1, tzinfo=ZoneInfo("Asia/Tokyo")), "2024-01-01T00:00:00+09:00"),
        (date(2024, 1, 1), "2024-01-01"),
    ],
)
def test_a_date_prints_as_iso(value: Any, text: str) -> None:
    assert iso(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (timedelta(0), "PT0S"),
        (timedelta(days=1, minutes=2), "PT24H2M"),
        (timedelta(seconds=1.5), "PT1.5S"),
        (timedelta(seconds=-90), "PT-1M-30S"),
    ],
)
def test_a_duration_prints_as_iso(value: timedelta, text: str) -> None:
    assert duration(value) == text
