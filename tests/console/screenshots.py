"""Draws screenshots/*.svg from fixed facts and a fixed clock: `make screenshots`."""

import asyncio
import os
import re
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from console.widgets.preview import Preview  # noqa: E402 - the root must be on the path first
from runtime.client import requests  # noqa: E402
from tests.console import facts, scene  # noqa: E402
from tests.console.scripted import Scripted  # noqa: E402
from tests.console.stage import console, settled, until  # noqa: E402

SIZE = (160, 44)

FONT_FACE = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)
"""A picture should need nothing from the network; without these it takes the reader's own monospaced font."""

#: file -> the runtime, where the console opens, the keys that are pressed
PICTURES: dict[str, tuple[Scripted, str, Sequence[str]]] = {
    "pulse": (facts.runtime(), "pulse", ()),
    "flows": (facts.runtime(), "flows", ()),
    "execution": (scene.runtime(), scene.EXECUTION.id, ("l", "l", "enter", "right_square_bracket")),
    "problems": (facts.runtime(), "problems", ("j",)),
}


async def draw(name: str, directory: Path, flows: Path) -> Path:
    """One picture."""
    transport, address, keys = PICTURES[name]
    transport.answers[requests.GetStatus] = msgspec.structs.replace(facts.STATUS, flows_directory=str(flows))
    async with console(transport, size=SIZE, address=address, theme="dark") as pilot:
        for key in keys:
            await pilot.press(key)
            await settled(pilot)
        for preview in pilot.app.screen.query(Preview).results(Preview):
            await until(pilot, lambda shown=preview: bool(shown.lines))  # type: ignore[misc]
        await settled(pilot)
        file = directory / f"{name}.svg"
        picture = pilot.app.export_screenshot(title="flowdeck")
        file.write_text(FONT_FACE.sub("", picture), encoding="utf-8")
        return file


async def main() -> None:
    directory = ROOT / "screenshots"
    directory.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as flows:
        facts.write_broken(Path(flows))
        for name in PICTURES:
            print(await draw(name, directory, Path(flows)))


if __name__ == "__main__":
    os.environ["TZ"] = "UTC"
    time.tzset()
    asyncio.run(main())
