"""The frame around every screen: the header line, the bar that says that the runtime is gone, the line of keys."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from textual.strip import Strip
from textual.widget import Widget

from console.format import age, plural, rough
from console.models.link import Link
from console.theme import palette
from console.widgets.lines import Part, fitted, length, strip


@dataclass(frozen=True)
class Hint:
    """One key of the footer."""

    key: str
    label: str
    disabled: bool = False


class OneLine(Widget):
    """A line of text in two parts, left and right; painted only when it changes."""

    DEFAULT_CSS = "OneLine { height: 1; width: 1fr; }"

    def __init__(self, **keys: str | None) -> None:
        super().__init__(**keys)  # type: ignore[arg-type]  # ids and classes are handed on as they are
        self._left: tuple[Part, ...] = ()
        self._right: tuple[Part, ...] = ()

    def say(self, left: Sequence[Part], right: Sequence[Part] = ()) -> None:
        if (tuple(left), tuple(right)) != (self._left, self._right):
            self._left, self._right = tuple(left), tuple(right)
            self.refresh()

    def render_line(self, y: int) -> Strip:
        looks, base, width = palette(self.app.theme), self.rich_style, self.size.width
        right = fitted(self._right, width)
        room = width - length(right)
        left = strip(fitted(self._left, room - bool(right)), looks, base).adjust_cell_length(room, base)
        return Strip.join([left, strip(right, looks, base)])


class Header(OneLine):
    """Where one is, and which runtime one looks at."""

    DEFAULT_CSS = "Header { background: $panel; }"

    def show(self, crumbs: Sequence[str], link: Link, now: datetime, *, ascii_only: bool) -> None:
        arrow = " > " if ascii_only else " › "
        left = [Part(" flowdeck", "strong")]
        for place, crumb in enumerate(crumbs, 1):
            left += [Part(arrow, "dim"), Part(crumb, "strong" if place == len(crumbs) else "")]
        room = self.app.size.width - length(left) - 2
        said = [self._facts(link, now, detail, ascii_only=ascii_only) for detail in range(4)]
        self.say(left, next((parts for parts in said if length(parts) <= room), said[-1]))

    @staticmethod
    def _facts(link: Link, now: datetime, terseness: int, *, ascii_only: bool) -> list[Part]:
        """Problems, runner, runtime; the terser, the less about the runtime."""
        status = link.status
        if status is None:
            return [Part("no runtime " if link.reason else "connecting ", "dim")]
        parts = []
        if status.problems:
            count = str(status.problems) if terseness > 2 else plural(status.problems, "problem")
            parts += [Part(f"{'X' if ascii_only else '✖'} {count}", "failed"), Part("  ")]
        parts += [Part(status.runner, "accent"), Part("  ")]
        parts += [Part(status.mode, "success" if link.is_up else "dim")]
        since = status.since.astimezone()
        where = (
            f" {status.user}@{status.host} since {since:%Y-%m-%d %H:%M}",
            f" {status.user}@{status.host} {rough((now - status.since).total_seconds())}",
            f" {rough((now - status.since).total_seconds())}",
            "",
        )
        return [*parts, Part(f"{where[terseness]} ", "dim")]


class LinkBar(OneLine):
    """Says that the runtime is gone, for how long, and when it is tried again; else it is not there."""

    DEFAULT_CSS = """
    LinkBar { display: none; color: $error; text-style: reverse; }
    LinkBar.-down { display: block; }
    """

    def show(self, link: Link, now: datetime) -> None:
        self.set_class(bool(link.reason) and not link.is_up, "-down")
        if link.is_up or link.down_since is None:
            return
        wait = max(0, round((link.next_try - now).total_seconds())) if link.next_try else 0
        gone = age((now - link.down_since).total_seconds())
        stale = "; what is shown is as old" if link.status else ""
        again = f"retrying in {wait} s" if wait else "retrying"
        reason = f"  {link.reason}" + (f" ({link.hint})" if link.hint else "")
        self.say([Part(f" runtime unreachable {gone}, {again}{stale}", "strong"), Part(reason)])


class Keys(OneLine):
    """The keys that help most on this screen."""

    DEFAULT_CSS = "Keys { background: $panel; }"

    MOST = 6
    """Hints that are shown; `?` has the rest."""

    def show(self, hints: Sequence[Hint]) -> None:
        more = (Part("? keys  : go to ", "dim"),)
        parts: list[Part] = [Part(" ")]
        for hint in hints[: self.MOST]:
            key, label = ("dim", "dim") if hint.disabled else ("key", "")
            said = (Part(hint.key, key), Part(f" {hint.label}   ", label))
            if (
                length(parts) + length(said) + length(more) - 2 <= self.app.size.width
            ):  # the last two are blanks
                parts += said
        self.say(parts, more)
