"""Pictures of the screens, compared with those that were looked at: `pytest --snapshot-update` takes new ones."""

import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from textual.app import App
from textual.pilot import Pilot

from console.widgets.preview import Preview
from runtime.client import requests
from tests.console import facts
from tests.console.scripted import Scripted
from tests.console.stage import answered, app, settled, until

Compare = Callable[..., bool]

SIZES = [(80, 24), (200, 60)]


@pytest.fixture(autouse=True)
def in_utc(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def runtime(tmp_path: Path) -> Scripted:
    transport = facts.runtime()
    transport.answers[requests.GetStatus] = msgspec.structs.replace(
        facts.STATUS, flows_directory=str(tmp_path)
    )
    facts.write_broken(tmp_path)
    return transport


def after(*keys: str) -> Callable[[Pilot[None]], Awaitable[None]]:
    async def press(pilot: Pilot[None]) -> None:
        await answered(pilot)
        await settled(pilot)
        for key in keys:
            await pilot.press(key)
            await settled(pilot)
        for preview in pilot.app.screen.query(Preview):
            if preview.display:
                await until(pilot, lambda shown=preview: bool(shown.lines))  # type: ignore[misc]
        await settled(pilot)

    return press


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
@pytest.mark.parametrize("keys", [[], ["2"], ["3", "j"]], ids=["flows", "executions", "problems"])
def test_a_screen_looks_as_it_did(
    snap_compare: Compare, runtime: Scripted, size: tuple[int, int], keys: list[str]
) -> None:
    shown: App[None] = app(runtime, theme="dark")
    assert snap_compare(shown, terminal_size=size, run_before=after(*keys))
