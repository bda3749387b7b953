"""Which columns fit."""

from hypothesis import given
from hypothesis import strategies as st

from console.models import execution_row, flow_row, trigger_row, trouble
from console.models.columns import GAP, Column, fit

ALL = (flow_row.COLUMNS, execution_row.COLUMNS, trigger_row.COLUMNS, trouble.COLUMNS)


def test_the_least_important_columns_give_way_first() -> None:
    shown = [
        column.title
        for column, width in zip(flow_row.COLUMNS, fit(flow_row.COLUMNS, 79), strict=True)
        if width
    ]
    assert shown == ["LAST RUN", "FLOW", "NEXT RUN", "TOOK", "!"]


def test_what_is_left_goes_to_the_column_without_a_limit() -> None:
    columns = (Column("a", 5), Column("b", least=5, most=20), Column("c", least=5))
    assert fit(columns, 100) == (5, 20, 100 - 5 - 20 - 2 * GAP)


@given(st.sampled_from(ALL), st.integers(20, 400))
def test_the_columns_never_take_more_than_there_is(columns: tuple[Column, ...], width: int) -> None:
    widths = [size for size in fit(columns, width) if size]
    assert sum(widths) + GAP * (len(widths) - 1) <= max(width, max(widths))


@given(st.sampled_from(ALL), st.integers(40, 300))
def test_a_wider_screen_shows_no_fewer_columns(columns: tuple[Column, ...], width: int) -> None:
    assert sum(map(bool, fit(columns, width))) <= sum(map(bool, fit(columns, width + 1)))
