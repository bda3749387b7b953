"""Pictures of the screen of one execution, compared with those that were looked at; `pytest --snapshot-update` takes new ones."""

import time
from collections.abc import Awaitable, Callable, Iterator

import pytest
from textual.app import App
from textual.pilot import Pilot

from console.widgets.log_view import LogView
from tests.console import scene
from tests.console.stage import app, screen_text, settled, until

Compare = Callable[..., bool]

NARROW, WIDE = (80, 24), (200, 60)

PICTURES = [
    (NARROW, [], "sources"),
    (NARROW, ["2"], "dbt_build"),
    (NARROW, ["L"], "SKIP relation"),
    (NARROW, ["4"], "fct_crossings"),
    (NARROW, ["enter"], "dbt nodes of dbt_build"),
    (WIDE, [], "SKIP relation"),
    (WIDE, ["enter", "2", "n"], "mart_revenue"),
]


@pytest.fixture(autouse=True)
def in_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def after(keys: list[str], shown: str) -> Callable[[Pilot[None]], Awaitable[None]]:
    async def press(pilot: Pilot[None]) -> None:
        await settled(pilot)
        for key in keys:
            await pilot.press(key)
            await settled(pilot)
        await until(pilot, lambda: shown in screen_text(pilot))
        view = pilot.app.screen.query_one(LogView)
        if view.size.height:
            await until(pilot, lambda: view.count == len(scene.LINES))
        await settled(pilot)

    return press


def named(value: object) -> str:
    match value:
        case (width, height):
            return f"{width}x{height}"
        case list():
            return "-".join(value) or "first"
    return ""


@pytest.mark.parametrize(("size", "keys", "shown"), PICTURES, ids=named)
def test_an_execution_looks_as_it_did(
    snap_compare: Compare, size: tuple[int, int], keys: list[str], shown: str
) -> None:
    console: App[None] = app(scene.runtime(), address=scene.EXECUTION.id, theme="dark")
    assert snap_compare(console, terminal_size=size, run_before=after(keys, shown))
