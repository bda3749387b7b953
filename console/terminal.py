"""What this terminal is, and how Textual is set up for it."""

import contextlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

LOCAL_ESCAPE = 0.025  # seconds: a local terminal sends the bytes of a key together
REMOTE_ESCAPE = 0.1  # seconds: over SSH they may come apart


@dataclass(frozen=True)
class Terminal:
    """The facts that matter."""

    is_remote: bool
    ascii_only: bool

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Terminal":
        """From the environment; the console of Linux and a locale without UTF-8 can't show our symbols."""
        remote = any(environment.get(name) for name in ("SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"))
        locale = next(
            (value for name in ("LC_ALL", "LC_CTYPE", "LANG") if (value := environment.get(name))), ""
        )
        narrow = bool(locale) and "utf" not in locale.lower()
        return cls(is_remote=remote, ascii_only=narrow or environment.get("TERM") == "linux")

    def prepare(self, environment: Mapping[str, str]) -> None:
        """Tune Textual. Its constants are read when they are needed, so this works after it was imported.

        Pixel positions of the mouse collapse under tmux, hence no smooth scrolling.
        """
        from textual import constants

        tuned: dict[str, object] = {"SMOOTH_SCROLL": False}
        if "ESCDELAY" not in environment:
            tuned["ESCAPE_DELAY"] = REMOTE_ESCAPE if self.is_remote else LOCAL_ESCAPE
        vars(constants).update(tuned)


@contextlib.contextmanager
def without_no_color() -> Iterator[None]:
    """Textual answers NO_COLOR with greys; our theme without colours is the honest answer, and editors should still see it."""
    kept = os.environ.pop("NO_COLOR", None)
    try:
        yield
    finally:
        if kept is not None:
            os.environ["NO_COLOR"] = kept
