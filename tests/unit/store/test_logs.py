"""Logs on disk: what a line looks like, what a reader finds, and what a crash leaves."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.model.views import LogLine
from runtime.store.log_index import STRIDE, path_of
from runtime.store.logs import LONGEST, LogReader, LogWriter, merge, safe
from tests.contract.store_facts import NOON

COLOUR = re.compile(r"\x1b\[[0-9;]*m")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "e" / "e-1" / "1.log"


def write(path: Path, *messages: str, level: str = "INFO") -> None:
    writer = LogWriter(path)
    for message in messages:
        writer.write(level, message, NOON)
    writer.close()


def numbered(path: Path, count: int) -> None:
    write(path, *(f"line {number}" for number in range(count)))


def texts(path: Path, first: int = 0, limit: int | None = None) -> list[str]:
    return [line.text for line in LogReader(path).page(first, limit)]


# --- lines


def test_a_line_is_time_level_and_message(path: Path) -> None:
    writer = LogWriter(path)
    writer.write("INFO", "hello there", NOON + timedelta(microseconds=5))
    writer.write("ERROR", "", NOON.astimezone(timezone(timedelta(hours=2))))
    writer.close()
    assert (
        path.read_text()
        == "2026-01-01T12:00:00.000005Z INFO hello there\n2026-01-01T12:00:00.000000Z ERROR \n"
    )


def test_a_line_comes_back_as_it_was_written(path: Path) -> None:
    write(path, "größe ☃ \t tab", "", "  spaces  ", level="WARN")
    assert list(LogReader(path).page(0, None)) == [
        LogLine(0, NOON, "WARN", "größe ☃ \t tab"),
        LogLine(1, NOON, "WARN", ""),
        LogLine(2, NOON, "WARN", "  spaces  "),
    ]


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("\x1b[31mred\x1b[0m", "\x1b[31mred\x1b[0m"),
        ("\x1b[1;38;5;200mbright\x1b[m", "\x1b[1;38;5;200mbright\x1b[m"),
        ("\x1b[2J\x1b[Hcleared", "cleared"),
        ("\x1b[?25lhidden cursor", "hidden cursor"),
        ("\x1b]0;a title\x07text", "text"),
        ("\x1b]8;;https://example.org\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1b]52;c;c2VjcmV0\x07copied", "copied"),
        ("\x1bcreset", "reset"),
        ("\x1b(0lines", "lines"),
        ("50%\r100%", "50%100%"),
        ("bell\x07 back\x08 null\x00 del\x7f", "bell back null del"),
        ("\x9b2Jc1", "2Jc1"),
        ("\x1b\x1b[2Jtwice", "twice"),
        ("two\u2028lines", "twolines"),
        ("at the end\x1b[", "at the end"),
        ("at the end\x1b", "at the end"),
    ],
)
def test_nothing_that_takes_hold_of_a_terminal_is_kept_but_colours(told: str, kept: str) -> None:
    assert safe(told) == kept


@given(st.text(st.sampled_from("\x1b[]?;012mJHK \\\x07\x9b\x00\r☃a(c"), max_size=40))
def test_what_is_left_of_any_text_is_harmless(told: str) -> None:
    kept = safe(told)
    assert not CONTROL.search(COLOUR.sub("", kept))
    assert safe(kept) == kept


def test_a_text_without_control_characters_is_left_as_it_is() -> None:
    assert safe("plain [31m text; größe ☃") == "plain [31m text; größe ☃"


def test_a_line_that_is_too_long_is_cut_and_says_so(path: Path) -> None:
    write(path, "☃" * (LONGEST + 5), "next")
    assert texts(path) == [f"{'☃' * LONGEST} … 5 more characters", "next"]


def test_a_cut_leaves_no_half_of_a_colour() -> None:
    kept = safe("a" * (LONGEST - 2) + "\x1b[31mred")
    assert not CONTROL.search(COLOUR.sub("", kept))


def test_a_message_with_ends_of_lines_is_one_line(path: Path) -> None:
    write(path, "one\ntwo")
    assert LogReader(path).count() == 1


def test_text_that_is_no_unicode_is_kept_as_question_marks(path: Path) -> None:
    write(path, "name\udcff.csv")
    assert texts(path) == ["name?.csv"]


# --- appending


def test_lines_are_in_the_file_after_a_flush(path: Path) -> None:
    writer = LogWriter(path)
    writer.write("INFO", "one", NOON)
    assert (writer.lines, LogReader(path).count()) == (1, 0)
    writer.flush()
    assert LogReader(path).count() == 1
    writer.close()


def test_a_log_is_gone_on_with(path: Path) -> None:
    numbered(path, 3)
    writer = LogWriter(path)
    assert (writer.lines, writer.last_time) == (3, NOON)
    writer.write("INFO", "line 3", NOON)
    writer.close()
    assert texts(path) == [f"line {number}" for number in range(4)]


@pytest.mark.parametrize("half", ["2026-01-01T12:00:00.0", "2026-01-01T12:00:00.000000Z INFO ha", "☃"])
@pytest.mark.parametrize("count", [0, 1, STRIDE, STRIDE + 1])
def test_a_line_that_a_crash_left_half_written_is_taken_out(path: Path, half: str, count: int) -> None:
    numbered(path, count)
    with path.open("a") as file:
        file.write(half)
    assert LogReader(path).count() == count
    assert len(texts(path)) == count
    write(path, "after")
    assert texts(path) == [*(f"line {number}" for number in range(count)), "after"]


def test_a_line_of_the_greatest_length_is_mended_too(path: Path) -> None:
    write(path, "before", "𝄞" * LONGEST)
    path.write_bytes(path.read_bytes()[:-1])
    write(path, "after")
    assert texts(path) == ["before", "after"]


def test_a_new_log_has_no_last_time(path: Path) -> None:
    writer = LogWriter(path)
    assert (writer.lines, writer.last_time) == (0, None)
    writer.close()


def test_a_writer_may_be_closed_twice(path: Path) -> None:
    writer = LogWriter(path)
    writer.write("INFO", "one", NOON)
    writer.close()
    writer.close()
    assert texts(path) == ["one"]


# --- reading


def test_a_log_that_is_not_there_is_empty(path: Path) -> None:
    assert (LogReader(path).count(), texts(path), texts(path, 5000, 10)) == (0, [], [])


@pytest.mark.parametrize("first", [0, 1, 998, 999, 1000, 1001, 2499, 2500, 10**9])
@pytest.mark.parametrize("limit", [0, 1, 3, 1500, None])
@pytest.mark.parametrize("indexed", [True, False])
def test_a_page_is_what_counting_lines_would_give(
    path: Path, first: int, limit: int | None, indexed: bool
) -> None:
    numbered(path, 2500)
    if not indexed:
        path_of(path).unlink()
    page = list(LogReader(path).page(first, limit))
    expected = range(2500)[first:][:limit]
    assert [(line.number, line.text) for line in page] == [(number, f"line {number}") for number in expected]


def test_a_reader_sees_what_was_flushed_while_the_log_grows(path: Path) -> None:
    writer = LogWriter(path)
    reader = LogReader(path)
    for number in range(3 * STRIDE):
        writer.write("INFO", f"line {number}", NOON)
        if number % 700 == 699:
            writer.flush()
            assert reader.count() == number + 1
            assert [line.number for line in reader.page(number - 1, 10)] == [number - 1, number]
    writer.close()


def test_a_log_that_grows_has_its_index_beside_it(path: Path) -> None:
    writer = LogWriter(path)
    for number in range(3 * STRIDE):
        writer.write("INFO", f"line {number}", NOON)
    writer.flush()
    size = path_of(path).stat().st_size if path_of(path).exists() else 0
    writer.close()
    assert size == 3 * 8


@pytest.mark.parametrize(
    "line", ["somebody wrote this", "", "2026-13-45T00:00:00Z INFO x", "\x00\x00\x00", "2026-01-01T12:00:00Z"]
)
def test_a_line_of_somebody_else_is_shown_and_stops_nothing(path: Path, line: str) -> None:
    write(path, "ours")
    with path.open("a") as file:
        file.write(f"{line}\n")
    write(path, "ours again")
    assert len(list(merge([LogReader(path).page(0, None)]))) == 3


def test_a_line_with_a_time_without_a_zone_can_be_merged(path: Path, tmp_path: Path) -> None:
    write(path, "ours")
    (tmp_path / "other.log").write_text("2026-01-01 a date, and no more\n")
    list(merge([LogReader(path).page(0, None), LogReader(tmp_path / "other.log").page(0, None)]))


# --- merging


def line(second: int, text: str) -> LogLine:
    return LogLine(0, NOON + timedelta(seconds=second), "INFO", text)


def test_logs_are_merged_by_time() -> None:
    one = [line(1, "a"), line(4, "d")]
    other = [line(2, "b"), line(3, "c"), line(5, "e")]
    assert [each.text for each in merge([one, other, []])] == list("abcde")


def test_lines_of_one_log_keep_their_order_though_a_clock_went_back() -> None:
    one = [line(5, "a"), line(1, "b")]
    assert [each.text for each in merge([one, [line(9, "z")]])] == ["a", "b", "z"]


def endless() -> Iterator[LogLine]:
    return (line(number, str(number)) for number in count(1))


def test_logs_are_merged_as_they_are_asked_for() -> None:
    merged = merge([endless(), [line(2, "two")]])
    assert [next(merged).text for _ in range(4)] == ["1", "2", "two", "3"]


@given(st.datetimes(min_value=datetime(1990, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 - hypothesis wants it so
def test_a_time_comes_back_to_the_microsecond(tmp_path_factory: pytest.TempPathFactory, at: datetime) -> None:
    path = tmp_path_factory.mktemp("log") / "1.log"
    writer = LogWriter(path)
    writer.write("INFO", "x", at)
    writer.close()
    assert next(LogReader(path).page(0, 1)).at == at
