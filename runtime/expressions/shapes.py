"""Templates that differ only in names, texts and numbers have one shape, and what is wrong with one is wrong with all.

A flow has hundreds of `{{ outputs.x.y }}`. Parsing each takes a tenth of a millisecond, finding its shape a hundredth; so a
template is checked by its shape, once. What is more than plain expressions (tags, maps, escapes in texts) has none.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

LONGEST = 20_000  # characters
CACHED = 4_000  # templates

_EXPRESSION = re.compile(r"\{\{([^{}'\"\\]*(?:'[^'{}\\]*'[^{}'\"\\]*|\"[^\"{}\\]*\"[^{}'\"\\]*)*)\}\}")
_LEFT = re.compile(r"\{(?:[{%#]|\Z)")
_TOKEN = re.compile(
    r"\|\s*[\w.]+|\bis\s+(?:not\s+)?\w+"  # filters and tests are what they are
    r"|('[^']*'|\"[^\"]*\")"
    r"|([^\W\d]\w*)(?!\w)(?!\s*(?:\(|=[^=]))"  # likewise functions, and names of arguments
    r"|(?<![\w.])(\d+)(?![\w.]|\s*[\])])"  # a number that is no part of a name
    r"|\w+"
)
_FIXED = frozenset(
    [
        *("true", "True", "TRUE", "false", "False", "FALSE", "null", "NULL", "none", "None", "NONE"),
        *("and", "or", "not", "is", "in", "if", "else", "contains", "equals", "isIn", "recursive"),
        *("loop", "caller", "self", "super", "varargs", "kwargs"),
    ]
)
"""Names that mean something by themselves."""
_MARK = "ǁ"
"""Begins what stands for a name or a text: a letter that no flow uses."""


@dataclass(frozen=True)
class Shape:
    """A template without its own words, and what they are."""

    text: str
    words: tuple[str, ...]

    def named(self, parts: tuple[str, ...]) -> tuple[str, ...]:
        """A reference of the shape as the template has it."""
        return tuple(self.words[int(part[1:])] if part[0] == _MARK else part for part in parts if part)


def _has_odd_letter(template: str) -> bool:
    """Whether there is one that a name may go on with, and that is no word's for `re`."""
    return not template.isascii() and any(
        f"a{letter}".isidentifier() and not (letter.isalnum() or letter == "_") for letter in template
    )


@lru_cache(CACHED)
def shape(template: str) -> Shape | None:
    """None where the template has no simple one."""
    if len(template) > LONGEST:
        return None
    found = _EXPRESSION.split(template)
    if _MARK in template or _has_odd_letter(template) or any(_LEFT.search(text) for text in found[::2]):
        return None
    words: dict[str, str] = {}

    def plain(match: re.Match[str]) -> str:
        text, name, number = match.groups()
        if number is not None:
            return "1"
        if text is not None:
            return "'" + words.setdefault(text[1:-1], f"{_MARK}{len(words)}") + "'"
        if name is None or name in _FIXED:
            return match[0]
        return words.setdefault(name, f"{_MARK}{len(words)}")

    return Shape("}}{{".join(_TOKEN.sub(plain, body) for body in found[1::2]), tuple(words))
