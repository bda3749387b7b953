"""Copying text out of a terminal program: by an escape sequence that the terminal obeys, or not; it never says which."""

import base64
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from textual.app import App

MOST: Final = 74_994  # bytes of encoded text that terminals take at once


def osc52(text: str) -> str:
    """The sequence that puts a text on the clipboard; empty where the text is too long for it."""
    encoded = base64.b64encode(text.encode()).decode()
    return f"\x1b]52;c;{encoded}\a" if len(encoded) <= MOST else ""


def through_tmux(sequence: str) -> str:
    """Wrapped so that tmux hands it on to the terminal that it runs in (where `allow-passthrough` is on)."""
    return "\x1bPtmux;" + sequence.replace("\x1b", "\x1b\x1b") + "\x1b\\"


def copy(app: App[None], text: str, environment: Mapping[str, str]) -> str:
    """Copy, and say what became of it."""
    sequence = osc52(text)
    if not sequence:
        return f"too long for a terminal's clipboard; it is in {_kept(text)}"
    app.copy_to_clipboard(text)
    if environment.get("TMUX") and (driver := app._driver) is not None:  # noqa: SLF001 - Textual has no public way to write
        driver.write(through_tmux(sequence))
        return "copied through tmux, if it and the terminal allow that (set-clipboard, allow-passthrough)"
    return "copied, if the terminal allows that (OSC 52)"


def _kept(text: str) -> Path:
    with tempfile.NamedTemporaryFile("w", prefix="flowdeck-", suffix=".txt", delete=False) as file:
        file.write(text)
    return Path(file.name)
