import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.render.durations import count, duration, size


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-3, "0ms"),  # a clock was set back
        (0, "0ms"),
        (0.042, "42ms"),
        (0.0994, "99ms"),
        (0.0996, "0.1s"),
        (4.2, "4.2s"),
        (9.94, "9.9s"),
        (9.96, "10s"),
        (41, "41s"),
        (59.4, "59s"),
        (59.6, "1m00"),
        (62, "1m02"),
        (3599.6, "1h00"),
        (2 * 3600 + 14 * 60 + 59, "2h14"),
        (47.99 * 3600, "47h59"),
        (3 * 86400 + 5, "3d"),
    ],
)
def test_a_duration_in_few_cells(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@given(st.floats(0, 30 * 86400))
def test_a_duration_never_takes_more_than_five_cells(seconds: float) -> None:
    assert len(duration(seconds)) <= 5


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (1842, "1,842"),
        (12_345, "12.3k"),
        (456_700, "457k"),
        (999_700, "1.0M"),
        (1_200_000, "1.2M"),
        (7_000_000_000_000_000, "7000T"),
    ],
)
def test_a_count_in_few_cells(number: int, text: str) -> None:
    assert count(number) == text


@pytest.mark.parametrize(("octets", "text"), [(512, "512B"), (4200, "4.2kB"), (117_000_000, "117MB")])
def test_a_size_in_few_cells(octets: int, text: str) -> None:
    assert size(octets) == text
