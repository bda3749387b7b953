"""Java's regular expressions by Python's `re`, in a time that is known beforehand.

`re` cannot be stopped while it matches, and holds the interpreter for as long. So it gets only what is certainly quick, judged
by pattern and length of the text (`regex_cost`); all else is matched by steps that are counted (`regex_steps`). A thread with a
time limit would not help, and a process costs more than most matches.
"""

import re
import warnings
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from runtime.errors import ExpressionFailed
from runtime.expressions.limits import check_text, step
from runtime.expressions.regex_cost import bound, parser
from runtime.expressions.regex_steps import Stepwise

MAX_SUBJECT = 1_000_000  # characters that a pattern is tried on
MAX_PATTERN = 10_000  # characters
QUICK = 2_000_000  # tries, at worst, up to which `re` does it: some hundredths of a second
QUICK_A_STEP = 200  # tries that count as one step of a template

# Java's spellings that Python lacks.
_CLASSES = {
    r"\p{Alpha}": "a-zA-Z",
    r"\p{Digit}": "0-9",
    r"\p{Alnum}": "a-zA-Z0-9",
    r"\p{Upper}": "A-Z",
    r"\p{Lower}": "a-z",
    r"\p{Punct}": r"!-/:-@\[-`{-~",
    r"\p{Space}": r"\s",
    r"\p{L}": r"^\W\d_",
    r"\p{N}": r"\d",
}
_GROUP = re.compile(r"\$(?:(\d)|\{(\w+)\})|\\(.)", re.DOTALL)


class Expression:
    """A pattern in both forms: Python's own for where it is certainly quick, and one that counts its steps for elsewhere."""

    def __init__(self, source: str) -> None:
        self._quick = re.compile(source)
        self._tree = parser.parse(source)
        self._bounds = {to_end: bound(self._tree, to_end=to_end) for to_end in (False, True)}
        self._stepwise: Stepwise | None = None

    def _form(self, text: str, *, to_end: bool = False) -> Any:
        """The form to use on a text; what the quick one may take at most is paid for."""
        steps = self._bounds[to_end].steps(len(text)) * (1 if to_end else len(text) + 1)
        if steps <= QUICK:
            step(int(steps) // QUICK_A_STEP)
            return self._quick
        if self._stepwise is None:
            self._stepwise = Stepwise(self._tree)
        return self._stepwise

    def fullmatch(self, text: str) -> Any:
        return self._form(text, to_end=True).fullmatch(text)

    def search(self, text: str) -> Any:
        return self._form(text).search(text)

    def finditer(self, text: str) -> Iterator[Any]:
        found: Iterator[Any] = self._form(text).finditer(text)
        return found


@lru_cache(maxsize=256)
def pattern(source: str) -> Expression:
    """The compiled pattern."""
    if len(source) > MAX_PATTERN:
        raise ExpressionFailed(f"a regular expression has at most {MAX_PATTERN:,} characters")
    translated = re.sub(r"\(\?<(?=[A-Za-z])", "(?P<", source)
    translated = (
        re.sub(r"\\p\{\w+\}", _posix, translated).replace(r"\h", r"[ \t]").replace(r"\R", r"(?:\r\n|\n|\r)")
    )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # `[[a]`: Python may come to read it as Java does
            return Expression(translated)
    except (re.error, OverflowError, RecursionError) as error:
        raise ExpressionFailed(f"the regular expression `{source}` is malformed: {error}") from error


def _posix(match: re.Match[str]) -> str:
    known = _CLASSES.get(match[0])
    if known is None:
        raise ExpressionFailed(
            f"`{match[0]}` is not known in a regular expression", hint=f"known are {', '.join(_CLASSES)}"
        )
    inside = match.string.rfind("[", 0, match.start()) > match.string.rfind("]", 0, match.start())
    return known if inside and known[0] != "^" else f"[{known}]"


def _subject(text: str) -> str:
    if len(text) > MAX_SUBJECT:
        raise ExpressionFailed(f"a regular expression takes texts of up to {MAX_SUBJECT:,} characters")
    return text


def replace(text: str, source: str, replacement: str) -> str:
    """Every match replaced; `$1` and `${name}` stand for groups."""
    parts: list[str] = []
    size = done = 0
    for match in pattern(source).finditer(_subject(text)):
        made = _expanded(match, replacement, source)
        parts += (text[done : match.start()], made)
        done = match.end()
        size += len(made)
        check_text(size)
    return "".join((*parts, text[done:]))


def _expanded(match: Any, replacement: str, source: str) -> str:
    """The replacement with what the groups have matched."""
    try:
        return _GROUP.sub(
            lambda part: part[3] or match[int(part[1]) if part[1] else part[2]] or "", replacement
        )
    except (IndexError, KeyError) as error:
        raise ExpressionFailed(f"`{replacement}` names a group that `{source}` does not have") from error


def split(text: str, source: str, limit: int = 0) -> list[str]:
    """As Java's String.split: empty texts at the end are dropped unless there is a limit."""
    if limit == 1:
        return [text]
    found = pattern(source)
    parts: list[str] = []
    start = 0
    for match in found.finditer(_subject(text)):
        if match.end() == 0 or (match.start() == match.end() == len(text)):
            continue
        parts.append(text[start : match.start()])
        start = match.end()
        if limit > 1 and len(parts) == limit - 1:
            break
    parts.append(text[start:])
    while limit == 0 and len(parts) > 1 and not parts[-1]:
        parts.pop()
    return parts


def matches(text: str, source: str) -> bool:
    """Whether the whole text fits."""
    return pattern(source).fullmatch(_subject(text)) is not None


def search(text: str, source: str, group: int = 0) -> str | None:
    found = pattern(source).search(_subject(text))
    try:
        return None if found is None else found[group]
    except (IndexError, KeyError) as error:
        raise ExpressionFailed(f"`{source}` has no group {group}") from error
