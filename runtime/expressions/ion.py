"""Amazon Ion as text, the format of Kestra's row files: `{id:1,name:"a",at:2024-03-09T00:00:00Z}`, a value after the other.

Ion holds JSON: whatever is JSON is read here too. Annotations are passed over, blobs and symbols become text.
"""

import re
from base64 import b64decode
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from math import inf, isinf, isnan, nan
from typing import Any

from runtime.errors import ExpressionFailed
from runtime.expressions.limits import MAX_ITEMS, LimitExceeded, check_text, step
from runtime.expressions.reading import from_iso
from runtime.expressions.text import MAX_DEPTH, duration, iso, plain, text

CHARACTERS_A_STEP = 2  # it is read by Python
_IDENTIFIER = re.compile(r"[A-Za-z_$][\w$]*", re.ASCII)
_RESERVED = frozenset({"null", "true", "false", "nan"})
_SPACE = re.compile(r"(?:\s+|//[^\n]*|/\*.*?\*/)+", re.DOTALL)
_TIMESTAMP = re.compile(
    r"\d{4}(?:-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?T?|-\d\dT|T)"
)
_NUMBER = re.compile(r"[+-]?(?:0x[0-9a-fA-F_]+|0b[01_]+|\d[\d_]*(?:\.[\d_]*)?(?:[eEdD][+-]?\d+)?)")
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_SYMBOL = re.compile(r"'((?:[^'\\]|\\.)*)'", re.DOTALL)
_LONG = re.compile(r"'''((?:[^'\\]|\\.|'(?!''))*)'''", re.DOTALL)
_BLOB = re.compile(r"\{\{\s*([A-Za-z0-9+/=\s]*)\}\}")
_CLOB = re.compile(r'\{\{\s*"((?:[^"\\]|\\.)*)"\s*\}\}', re.DOTALL)
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(\r?\n)|(.))", re.DOTALL)
_INFINITE = re.compile(r"[+-]inf")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_LETTERS = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}
_WORDS: Mapping[str, Any] = {"null": None, "true": True, "false": False, "nan": nan}
_ENDS = {"{": "}", "[": "]", "(": ")"}


# --- writing ---------------------------------------------------------------------------------------------------


def to_ion(value: Any) -> str:
    """One value as Ion text, on one line."""
    plain(value, cost=1)  # pays for its parts, and refuses what has too many
    written = _written(value)
    check_text(len(written))
    return written


def _written(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, (int, Decimal)):
        return str(value).replace("E", "d")
    if isinstance(value, datetime):
        return iso(value if value.tzinfo else value.astimezone())
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{_key(key)}:{_written(value[key])}" for key in value) + "}"
    if isinstance(value, (list, tuple, range, set, frozenset)):
        return "[" + ",".join(map(_written, value)) + "]"
    return _quoted(duration(value) if isinstance(value, timedelta) else text(value), '"')


def _float(value: float) -> str:
    """A float always has an exponent; without one it would be a decimal."""
    if isnan(value) or isinf(value):
        return "nan" if isnan(value) else f"{'+' if value > 0 else '-'}inf"
    written = repr(value)
    return written if "e" in written else f"{written}e0"


def _key(key: Any) -> str:
    name = text(key)
    return name if _IDENTIFIER.fullmatch(name) and name not in _RESERVED else _quoted(name, "'")


def _quoted(value: str, quote: str) -> str:
    escaped = value.replace("\\", "\\\\").replace(quote, f"\\{quote}")
    return f"{quote}{_CONTROL.sub(_escaped, escaped)}{quote}"


def _escaped(match: re.Match[str]) -> str:
    named = next(
        (letter for letter, meant in _LETTERS.items() if meant == match[0] and letter in "ntr"), None
    )
    return f"\\{named}" if named else f"\\x{ord(match[0]):02x}"


# --- reading ---------------------------------------------------------------------------------------------------


def from_ion(ion: Any, allRows: bool = False) -> Any:  # noqa: N803  (Kestra's name)
    """The first value of an Ion text, or with `allRows` a list of them all."""
    if ion is None:
        return None
    if not isinstance(ion, str):
        raise ExpressionFailed("`fromIon` reads a text")
    step(len(ion) // CHARACTERS_A_STEP)
    rows = read_ion(ion)
    return list(rows) if allRows else next(rows, None)


def read_ion(source: str) -> Iterator[Any]:
    """The values of an Ion text, one after the other."""
    reader = _Reader(source)
    while reader.more():
        yield reader.value(0)


class _Reader:
    """Walks over the text; every method leaves it behind what it has read."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._at = 0
        self._left = MAX_ITEMS

    def more(self) -> bool:
        if space := _SPACE.match(self._source, self._at):
            self._at = space.end()
        return self._at < len(self._source)

    def _fail(self, what: str) -> ExpressionFailed:
        before = self._source[: self._at]
        line, column = before.count("\n") + 1, self._at - before.rfind("\n")
        return ExpressionFailed(f"what is no Ion was read: {what} at line {line}, column {column}")

    def _take(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self._source, self._at)
        if found:
            self._at = found.end()
        return found

    def _skip(self, sign: str) -> bool:
        if self.more() and self._source.startswith(sign, self._at):
            self._at += len(sign)
            return True
        return False

    def value(self, depth: int) -> Any:
        self._left -= 1
        if self._left < 0 or depth > MAX_DEPTH:
            raise LimitExceeded(f"the Ion text has more than {MAX_ITEMS:,} values, or {MAX_DEPTH} levels")
        if not self.more():
            raise self._fail("the text ends")
        sign = self._source[self._at]
        if sign == "{" and self._source.startswith("{{", self._at):
            return self._blob()
        if sign in _ENDS:
            return self._container(sign, depth)
        if sign in "\"'":
            return self._quoted(depth)
        return self._scalar(depth)

    def _container(self, sign: str, depth: int) -> Any:
        self._at += 1
        members: dict[str, Any] = {}
        items: list[Any] = []
        while not self._skip(_ENDS[sign]):
            if sign == "{":
                key = self._field()
                members[key] = self.value(depth + 1)
            else:
                items.append(self.value(depth + 1))
            if not self._skip(",") and sign != "(" and not self._ends(_ENDS[sign]):
                raise self._fail(f"`,` or `{_ENDS[sign]}` is missing")
        return members if sign == "{" else items

    def _ends(self, sign: str) -> bool:
        return self.more() and self._source.startswith(sign, self._at)

    def _field(self) -> str:
        if not self.more():
            raise self._fail("the text ends")
        found = self._take(_LONG) or self._take(_STRING) or self._take(_SYMBOL)
        name = _plain(found[1]) if found else None
        if name is None and (word := self._take(_IDENTIFIER)):
            name = word[0]
        if name is None or not self._skip(":"):
            raise self._fail("a name with a `:` is missing")
        return name

    def _quoted(self, depth: int) -> Any:
        parts = []
        while self.more() and (found := self._take(_LONG)):
            parts.append(_plain(found[1]))
        if parts:
            return "".join(parts)
        if string := self._take(_STRING):
            return _plain(string[1])
        symbol = self._take(_SYMBOL)
        if symbol is None:
            raise self._fail("a quote is not closed")
        return self.value(depth + 1) if self._skip("::") else _plain(symbol[1])

    def _scalar(self, depth: int) -> Any:
        if stamp := self._take(_TIMESTAMP):
            return self._moment(stamp[0])
        if (number := self._take(_NUMBER)) or (number := self._take(_INFINITE)):
            return _number(number[0])
        word = self._take(_IDENTIFIER)
        if word is None:
            raise self._fail(f"`{self._source[self._at]}` stands")
        if self._skip("::"):
            return self.value(depth + 1)
        if word[0] == "null" and self._skip("."):
            self._take(_IDENTIFIER)  # `null.string`: a null of a type is a null
        return _WORDS.get(word[0], word[0])

    def _moment(self, stamp: str) -> Any:
        """A date where it says no time, else an instant."""
        day = stamp.rstrip("T")
        try:
            if len(day) <= 10:
                return date.fromisoformat(f"{day}-01-01"[:10] if len(day) < 7 else f"{day}-01"[:10])
            return from_iso(stamp, None)
        except ValueError:
            raise self._fail(f"`{stamp}` is no date") from None

    def _blob(self) -> str:
        if clob := self._take(_CLOB):
            return _plain(clob[1])
        blob = self._take(_BLOB)
        try:
            return b64decode(blob[1] if blob else "?", validate=False).decode(errors="replace")
        except ValueError:
            raise self._fail("a blob is no base64") from None


def _number(written: str) -> Any:
    clean = written.replace("_", "")
    if clean.lstrip("+-").startswith(("0x", "0b")):
        return int(clean, 0)
    if clean.endswith("inf"):
        return -inf if clean[0] == "-" else inf
    if re.fullmatch(r"[+-]?\d+", clean):
        return int(clean)
    if "e" in clean.lower():
        return float(clean)
    return Decimal(clean.lower().replace("d", "e"))


def _plain(quoted: str) -> str:
    return _ESCAPE.sub(_meant, quoted) if "\\" in quoted else quoted


def _meant(match: re.Match[str]) -> str:
    code = match[1] or match[2] or match[3]
    if code:
        number = int(code, 16)
        return chr(number) if number < 0x110000 else "\ufffd"
    return "" if match[4] else _LETTERS.get(match[5], match[5])
