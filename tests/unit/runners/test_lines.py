"""From bytes to lines, wherever the bytes are cut."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.runners.lines import LONGEST, Lines

BYTES = st.lists(st.sampled_from([b"\n", b"\r", b"\r\n", b"a", b"bc", b" ", "é".encode(), b"\xff"])).map(
    b"".join
)


def lines(*parts: bytes) -> list[str]:
    cutter = Lines()
    told = [line for part in parts for line in cutter.feed(part)]
    return [*told, *cutter.finish()]


@given(BYTES, st.data())
def test_where_the_bytes_are_cut_changes_nothing(data: bytes, draw: st.DataObject) -> None:
    cuts = sorted(draw.draw(st.lists(st.integers(0, len(data)), max_size=5)))
    parts = [data[start:end] for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True)]
    assert lines(*parts) == lines(data)


@given(BYTES.filter(lambda data: b"\r" not in data))
def test_lines_are_what_lies_between_line_feeds(data: bytes) -> None:
    wanted = data.decode("utf-8", "replace").split("\n")
    assert lines(data) == (wanted if wanted[-1] else wanted[:-1])


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (b"10%\r20%\r30%\n", ["30%"]),
        (b"windows\r\n", ["windows"]),
        (b"\r\n", [""]),
        (b"\rhello\n", ["hello"]),
        (b"gone\r\r\rstays\r\r\nnext\n", ["stays", "next"]),
        (b"a\x0bb\x0cc\xc2\x85d\xe2\x80\xa8e\n", ["a\x0bb\x0cc\x85d\u2028e"]),  # only a line feed ends a line
        (b"progress\r", ["progress"]),
    ],
)
def test_of_a_line_that_was_written_over_the_last_state_stays(said: bytes, shown: list[str]) -> None:
    assert lines(said) == shown


def test_a_line_without_an_end_takes_a_bounded_memory_and_says_what_it_lacks() -> None:
    cutter = Lines()
    for _ in range(100):
        assert list(cutter.feed(b"x" * LONGEST)) == []
    assert list(cutter.feed(b"\n")) == ["x" * LONGEST + f" … {99 * LONGEST} more bytes"]


def test_a_progress_bar_may_draw_more_than_the_longest_line() -> None:
    bar = b"".join(b"\r%6d of 100000 done" % done for done in range(100_001))
    assert len(bar) > LONGEST
    assert lines(bar + b"\nnext\n") == ["100000 of 100000 done", "next"]
