"""How a cell looks, as the codes that a terminal takes, and the shortest way from one look to another."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from rich.color import ColorSystem
from rich.style import Style
from textual.strip import Strip

DECORATED = frozenset({"4", "7", "9", "21", "51", "52", "53"})
"""Attributes that show on a blank: lines through or around it, and reverse, which gives it the colour of the text."""

FOREGROUND = frozenset({*map(str, range(30, 39)), *map(str, range(90, 98))})
BACKGROUND = frozenset({*map(str, range(40, 49)), *map(str, range(100, 108))})


@dataclass(frozen=True, eq=False)
class Look:
    """One of a kind: equal looks are the same object."""

    attributes: frozenset[str] = frozenset()
    foreground: str = ""
    background: str = ""
    link: str = ""
    """The OSC 8 parameters and target."""

    @property
    def is_decorated(self) -> bool:
        """Whether a blank shows more of it than its background."""
        return bool(self.link) or not self.attributes.isdisjoint(DECORATED)

    @property
    def codes(self) -> str:
        """All of it, from the terminal's own look."""
        return ";".join(filter(None, (*sorted(self.attributes), self.foreground, self.background)))


@lru_cache(4096)
def _one(attributes: frozenset[str], foreground: str, background: str, link: str) -> Look:
    return Look(attributes, foreground, background, link)


PLAIN = _one(frozenset(), "", "", "")


@lru_cache(4096)
def blank(look: Look) -> Look:
    """The look of a blank: its text's colour and weight are not seen."""
    return look if look.is_decorated else _one(frozenset(), "", look.background, "")


def look_of(style: Style | None, colours: ColorSystem) -> Look:
    """What shows of a style; that is less than the style, which also says what a click does."""
    if style is None:
        return PLAIN
    ansi = style._ansi  # as Strip.render does it, so that a frame costs the same
    if ansi is None:
        ansi = Strip.render_ansi(style, colours)
    return _parsed(ansi, f"id={style._link_id};{style._link}" if style._link else "")


@lru_cache(4096)
def _parsed(ansi: str, link: str) -> Look:
    attributes, foreground, background = set(), "", ""
    for code in _groups(ansi):
        first = code.partition(";")[0]
        if first in FOREGROUND:
            foreground = code
        elif first in BACKGROUND:
            background = code
        elif first == "39":
            foreground = ""
        elif first == "49":
            background = ""
        elif first:
            attributes.add(code)
    return _one(frozenset(attributes), foreground, background, link)


def _groups(ansi: str) -> Iterator[str]:
    """Each attribute or colour; 38 and 48 take what follows them."""
    codes = iter(ansi.split(";"))
    for code in codes:
        if code in {"38", "48"}:
            kind = next(codes, "")
            count = 3 if kind == "2" else 1
            yield ";".join((code, kind, *(next(codes, "0") for _ in range(count))))
        else:
            yield code


@lru_cache(4096)
def change(before: Look, after: Look) -> str:
    """What makes a terminal that wears one look wear the other."""
    return f"{_link(before, after)}{_colours(before, after)}"


def _link(before: Look, after: Look) -> str:
    return "" if before.link == after.link else f"\x1b]8;{after.link or ';'}\x1b\\"


def _colours(before: Look, after: Look) -> str:
    anew = f"\x1b[0;{after.codes}m" if after.codes else "\x1b[m"
    if before.codes == after.codes:
        return ""
    if before.attributes - after.attributes:
        return anew
    codes = sorted(after.attributes - before.attributes)
    if before.foreground != after.foreground:
        codes.append(after.foreground or "39")
    if before.background != after.background:
        codes.append(after.background or "49")
    step = f"\x1b[{';'.join(codes)}m"
    return min(step, anew, key=len)
