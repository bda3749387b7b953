"""Java's regular expressions by Python's `re`, without those that could run for years."""

import re
import warnings
from functools import lru_cache

from runtime.errors import ExpressionFailed
from runtime.expressions.limits import check_text

MAX_SUBJECT = 200_000  # characters that a pattern is tried on

# Java's spellings that Python lacks: possessive quantifiers come with 3.11, POSIX classes never.
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
_PART = re.compile(
    r"(?P<repeat>[+*]|\{\d+,\d*\})|(?P<optional>\?|\{\d+\})|(?P<mark>[)|^$]|\\[bB]|\((?:\?(?:<?[=!]|:|>|P?<\w+>))?)"
    r"|\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|.",
    re.DOTALL,
)
_GROUP = re.compile(r"\$(?:(\d)|\{(\w+)\})|\\(.)", re.DOTALL)


@lru_cache(maxsize=256)
def pattern(source: str) -> re.Pattern[str]:
    """The compiled pattern."""
    if _nested_repeats(source):
        raise ExpressionFailed(
            f"the regular expression `{source}` repeats a repetition",
            hint="it could take for ever: simplify the inner one",
        )
    translated = re.sub(r"\(\?<(?=[A-Za-z])", "(?P<", source)
    translated = (
        re.sub(r"\\p\{\w+\}", _posix, translated).replace(r"\h", r"[ \t]").replace(r"\R", r"(?:\r\n|\n|\r)")
    )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # `[[a]`: Python may come to read it as Java does
            return re.compile(translated)
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


class _Group:
    """A group of a pattern while it is read: whether each of its alternatives has a part that comes exactly once."""

    def __init__(self) -> None:
        self.repeats = self.fixed = self.endless = False

    def close_alternative(self) -> None:
        self.endless |= self.repeats and not self.fixed
        self.repeats = self.fixed = False


def _nested_repeats(source: str) -> bool:
    """Whether a repetition repeats nothing but repetitions: `(a+)+`, whose time doubles with every letter."""
    groups = [_Group()]
    pending, endless = (
        False,
        False,
    )  # a part that may yet get a quantifier; whether it is a group of repetitions
    for match in _PART.finditer(source):
        part = match[0]
        if match["repeat"]:
            if endless:
                return True
            groups[-1].repeats |= pending
            pending = False
            continue
        if match["optional"]:
            pending = False
            continue
        groups[-1].fixed |= pending
        pending, endless = not match["mark"], False
        if part.startswith("("):
            groups.append(_Group())
        elif part == ")" and len(groups) > 1:
            group = groups.pop()
            group.close_alternative()
            pending, endless = True, group.endless
        elif part == "|":
            groups[-1].close_alternative()
    return False


def _subject(text: str) -> str:
    if len(text) > MAX_SUBJECT:
        raise ExpressionFailed(f"a regular expression takes texts of up to {MAX_SUBJECT:,} characters")
    return text


def replace(text: str, source: str, replacement: str) -> str:
    """Every match replaced; `$1` and `${name}` stand for groups."""
    count = 0

    def expanded(match: re.Match[str]) -> str:
        nonlocal count
        made = _GROUP.sub(
            lambda part: part[3] or match[int(part[1]) if part[1] else part[2]] or "",
            replacement,
        )
        count += len(made)
        check_text(count)
        return made

    try:
        return pattern(source).sub(expanded, _subject(text))
    except IndexError as error:
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
    return None if found is None else found[group]
