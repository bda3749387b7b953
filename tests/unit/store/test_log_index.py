"""The index beside a log is a help and never the truth."""

from array import array
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.store import log_index
from runtime.store.log_index import STRIDE, load, path_of
from runtime.store.logs import LogReader, LogWriter
from tests.contract.store_facts import NOON


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "1.log"


def write(path: Path, count: int) -> None:
    writer = LogWriter(path)
    for number in range(count):
        writer.write("INFO", f"line {number}", NOON)
    writer.close()


def offsets(path: Path) -> list[int]:
    """As counting the lines gives them."""
    found, position = [0], 0
    for number, line in enumerate(path.read_bytes().splitlines(keepends=True), start=1):
        position += len(line)
        if number % STRIDE == 0 and line.endswith(b"\n"):
            found.append(position)
    return found


def test_the_index_lies_beside_the_log(path: Path) -> None:
    write(path, 1)
    assert path_of(path) == path.with_name("1.index")


@pytest.mark.parametrize("count", [0, 1, STRIDE - 1, STRIDE, STRIDE + 1, 3 * STRIDE])
def test_an_entry_is_where_each_thousandth_line_begins(path: Path, count: int) -> None:
    write(path, count)
    assert list(load(path)) == offsets(path)
    assert path_of(path).exists() == (count >= STRIDE)


def test_a_log_that_is_gone_on_with_has_all_its_entries(path: Path) -> None:
    for count in (700, 700, 2000):
        write(path, count)
    assert path_of(path).read_bytes() == array("Q", offsets(path)[1:]).tobytes()


def test_a_log_that_is_not_there_has_the_first_entry_only(path: Path) -> None:
    assert list(load(path)) == [0]


@pytest.mark.parametrize(
    ("what", "data"),
    [
        ("missing", None),
        ("empty", b""),
        ("half an entry", b"\x01\x02\x03"),
        ("in the middle of a line", array("Q", [5]).tobytes()),
        ("beyond the end", array("Q", [10**12]).tobytes()),
        ("zeros, as a power cut leaves them", bytes(16)),
    ],
)
def test_an_index_that_does_not_fit_its_log_is_made_anew(path: Path, what: str, data: bytes | None) -> None:
    write(path, 2 * STRIDE + 5)
    path_of(path).unlink()
    if data is not None:
        path_of(path).write_bytes(data)
    assert list(load(path)) == offsets(path), what
    assert LogReader(path).count() == 2 * STRIDE + 5


def test_an_index_that_is_too_short_is_gone_on_with(path: Path) -> None:
    write(path, 3 * STRIDE)
    path_of(path).write_bytes(path_of(path).read_bytes()[:8])
    assert list(load(path)) == offsets(path)


def test_a_log_that_was_cut_short_loses_the_entries_behind_its_end(path: Path) -> None:
    write(path, 3 * STRIDE)
    data = path.read_bytes()
    path.write_bytes(data[: offsets(path)[1] + 20])
    assert list(load(path)) == offsets(path)
    assert LogReader(path).count() == STRIDE


@given(sizes=st.lists(st.integers(0, 9), max_size=60), chunk=st.integers(1, 40))
def test_entries_do_not_depend_on_how_the_log_is_read(sizes: list[int], chunk: int) -> None:
    data = b"".join(b"x" * size + b"\n" for size in sizes)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(log_index, "STRIDE", 3)
        entries = array("Q", [0])
        line = 0
        for start in range(0, len(data), chunk):
            line = log_index._entries(entries, data[start : start + chunk], start, line)
    ends = [position + 1 for position, byte in enumerate(data) if byte == 10]
    assert list(entries) == [0, *ends[2::3]]
