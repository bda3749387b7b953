"""The store in both its kinds: in a directory, and in memory."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from runtime.store import Store


@pytest.fixture(params=["directory", "memory"])
async def store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    async with Store.open(tmp_path / "data" if request.param == "directory" else None) as opened:
        yield opened
