import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.render.cells import Segment, crop, fit, plain, width

letters = st.text("ab 漢🙂é", max_size=20)


@pytest.mark.parametrize(
    ("text", "cells", "fitted"),
    [
        ("orders", 8, "orders  "),
        ("orders", 6, "orders"),
        ("orders", 4, "ord…"),
        ("orders", 1, "…"),
        ("orders", 0, ""),
        ("漢字の表", 6, "漢字 …"),  # half of a wide character can't be shown
    ],
)
def test_a_text_is_padded_or_cut(text: str, cells: int, fitted: str) -> None:
    assert fit(text, cells) == fitted


@given(letters, st.integers(0, 30))
def test_a_fitted_text_is_exactly_as_wide_as_asked(text: str, cells: int) -> None:
    assert width(fit(text, cells)) == cells


@given(st.lists(letters, max_size=5), st.integers(-5, 40), st.integers(0, 40))
def test_a_cropped_row_is_exactly_as_wide_as_asked(texts: list[str], start: int, cells: int) -> None:
    row = crop([Segment(text, f"style{number}") for number, text in enumerate(texts)], start, cells)
    assert width(plain(row)) == cells


def test_a_crop_keeps_styles_and_blanks_what_it_cuts_in_half() -> None:
    assert crop([Segment("ab", "x"), Segment("漢c", "y")], 1, 3) == [Segment("b", "x"), Segment("漢", "y")]
    assert plain(crop([Segment("漢c")], 1, 2)) == " c"
