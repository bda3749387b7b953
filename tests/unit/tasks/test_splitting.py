"""One file as several: nothing is lost, nothing comes twice, lines stay whole."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.errors import ExpressionFailed, TaskFailed
from runtime.tasks import splitting
from runtime.tasks.splitting import Split, size_in_bytes, split

FIVE = "0\n1\n2\n3\n4"


def parts(text: str, how: Split) -> list[str]:
    with tempfile.TemporaryDirectory() as directory:
        source = Path(directory, "a.csv")
        source.write_bytes(text.encode())
        found = split(source, how, Path(directory, "parts"))
        assert {path.suffix for path in found} <= {".csv"}
        return [path.read_bytes().decode() for path in found]


@pytest.mark.parametrize(
    ("text", "how", "expected"),
    [
        (FIVE, Split(rows=2), ["0\n1\n", "2\n3\n", "4\n"]),
        (FIVE, Split(rows=9), ["0\n1\n2\n3\n4\n"]),
        (FIVE, Split(partitions=2), ["0\n2\n4\n", "1\n3\n"]),
        (FIVE, Split(partitions=9), ["0\n", "1\n", "2\n", "3\n", "4\n"]),
        (FIVE, Split(bytes="3"), ["0\n1\n", "2\n3\n", "4\n"]),
        ("long line\nb\n", Split(bytes="1"), ["long line\n", "b\n"]),
        ("a=1;b=2;a=3", Split(regex_pattern="^(.)=", separator=";"), ["a=1;a=3;", "b=2;"]),
        ("a=1\nelse\nb=2", Split(regex_pattern="^(.)="), ["a=1\n", "b=2\n"]),
        ("a\r\nb\r\n", Split(rows=1), ["a\n", "b\n"]),
        ("a\n\nb", Split(rows=1), ["a\n", "\n", "b\n"]),
        ("größe\nb", Split(rows=1), ["größe\n", "b\n"]),
        ("", Split(rows=1), []),
        ("", Split(partitions=3), []),
    ],
)
def test_lines_go_where_they_belong(text: str, how: Split, expected: list[str]) -> None:
    assert parts(text, how) == expected


@pytest.mark.parametrize(
    ("how", "reason"),
    [
        (Split(), "one of `rows`"),
        (Split(rows=0), "`rows` must be at least 1"),
        (Split(partitions=-1), "`partitions` must be at least 1"),
        (Split(bytes="much"), "is no size"),
        (Split(bytes="0"), "is no size"),
    ],
)
def test_a_wrong_way_to_split_is_told(how: Split, reason: str) -> None:
    with pytest.raises(TaskFailed, match=reason):
        parts(FIVE, how)


def test_a_pattern_without_a_group_is_told() -> None:
    with pytest.raises(ExpressionFailed, match="no group 1"):
        parts(FIVE, Split(regex_pattern="."))


@pytest.mark.parametrize(
    ("written", "size"),
    [("500", 500), ("10KB", 10_240), ("1 MB", 1024**2), ("2GiB", 2 * 1024**3), ("3b", 3), ("1k", 1024)],
)
def test_sizes_are_written_in_many_ways(written: str, size: int) -> None:
    assert size_in_bytes(written) == size


@given(
    st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=30)),
    st.one_of(
        st.builds(lambda n: Split(rows=n), st.integers(1, 9)),
        st.builds(lambda n: Split(bytes=str(n)), st.integers(1, 60)),
    ),
)
def test_nothing_is_lost_and_the_order_stays(lines: list[str], how: Split) -> None:
    text = "".join(f"{line}\n" for line in lines)
    assert "".join(parts(text, how)) == text


def test_more_keys_than_files_may_be_open_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(splitting, "MOST_OPEN", 3)
    text = "".join(f"{number % 10}:{number}\n" for number in range(100))
    found = parts(text, Split(regex_pattern="^(.):"))
    assert len(found) == 10
    assert found[3] == "".join(f"3:{number}\n" for number in range(3, 100, 10))
