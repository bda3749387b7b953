"""Masking by value: whatever a secret is written into, its text is replaced by stars.

A value is looked for as it is, in base64 at each of the three alignments that it can have inside a longer text, URL-encoded,
and as JSON, Python and a shell write it; a value of several lines also line by line. All these forms make one trie, and
the trie one regular expression, so that a line costs the same whether there is one secret or fifty.

What is not masked, on purpose or because it cannot be: values shorter than SHORTEST (they would star out half of every
line, and the stars would tell where they are), the words in HARMLESS (outputs are full of them), and a value that is cut
in two by the end of a line or of a message.
"""

import base64
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, quote_plus

MASK = "******"
SHORTEST = 4  # characters
SHORTEST_LINE = 6  # characters; of a value with several lines
SHORTEST_FRAGMENT = 6  # characters; of a base64 form that has lost its ends
WRAP = 76  # characters a line, where `base64` breaks a long text

HARMLESS = frozenset({"true", "false", "null", "none"})

_ARMOUR = re.compile(r"-{2,}(?:BEGIN|END) [^-]*-{2,}")
_LINE_ENDS = re.compile(r"\r\n|\r|\n|\\r\\n|\\n")  # also the escaped ones of a key inside a JSON document

Trie = dict[str, "Trie"]
_END = ""  # the key that says that a form ends here


class Redactor:
    """The secret values in use. One is added as soon as it is read, and stays: what was secret once is kept out of logs."""

    def __init__(self) -> None:
        self._values: set[str] = set()
        self._trie: Trie = {}
        self._pattern: re.Pattern[str] | None = None

    def add(self, value: str) -> bool:
        """Mask `value` from now on. False where it is too short or too common to be masked: warn about it."""
        if value in self._values:
            return True
        found = [form for form in forms(value) if not _trivial(form)]
        if _trivial(value) or not found:
            return False
        self._values.add(value)
        for form in found:
            _insert(self._trie, form)
        self._pattern = None
        return True

    def finds(self, text: str) -> bool:
        """Whether any form of any value stands in `text`."""
        return bool(self._values) and self._compiled.search(text) is not None

    @property
    def _compiled(self) -> re.Pattern[str]:
        pattern = self._pattern = self._pattern or re.compile(_expression(self._trie))
        return pattern

    def redact(self, text: str) -> str:
        """`text` with every form of every value replaced by MASK; overlapping ones by a single one."""
        if not self._values:
            return text
        pattern = self._compiled
        if pattern.search(text) is None:
            return text
        pieces, position = [], 0
        for start, end in _spans(pattern, text):
            pieces += [text[position:start], MASK]
            position = end
        return "".join([*pieces, text[position:]])

    def redact_value(self, value: Any) -> Any:
        """`value` with every text in it redacted, also keys; a number that spells a secret becomes MASK."""
        if isinstance(value, str):
            return self.redact(value)
        if isinstance(value, dict):
            return {self.redact_value(key): self.redact_value(item) for key, item in value.items()}
        if isinstance(value, (list, tuple, set, frozenset)):
            return type(value)(self.redact_value(item) for item in value)
        if isinstance(value, (int, float)) and not isinstance(value, bool) and str(value) in self._values:
            return MASK
        return value


def forms(value: str) -> set[str]:
    """Every way in which `value` is likely to be written, itself included."""
    lines = [stripped for line in _LINE_ENDS.split(value) if (stripped := line.strip()) and stripped != value]
    found: set[str] = set()
    for text in (value, value.strip()):
        found |= {text, *_escaped(text), *_base64(text)}
    for line in lines:
        if len(line) >= SHORTEST_LINE and not _ARMOUR.fullmatch(line):
            found |= {line, *_escaped(line)}
    return found - {""}


def _escaped(text: str) -> Iterator[str]:
    strict, path, browser, address = "", "/", "!'()*", "!$&'()*+,;=:"  # what each leaves as it is
    urls = [quote(text, safe=safe, errors="surrogatepass") for safe in (strict, path, browser, address)]
    for encoded in (*urls, quote_plus(text, errors="surrogatepass")):
        yield encoded
        yield re.sub("%..", lambda escape: escape[0].lower(), encoded)
    for written in (json.dumps(text), json.dumps(text, ensure_ascii=False), repr(text)):
        yield written[1:-1]
    yield json.dumps(text)[1:-1].replace("/", "\\/")
    yield text.replace("'", "'\\''")  # what a shell's `set -x` shows


def _base64(text: str) -> Iterator[str]:
    raw = text.encode(errors="surrogatepass")
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        whole = encode(raw).decode()
        yield whole
        yield whole.rstrip("=")
        yield from (whole[at : at + WRAP] for at in range(0, len(whole), WRAP) if len(whole) > WRAP)
        for shift in range(3):
            # Of the characters at both ends some bits belong to the neighbours: they can be anything.
            bits = 8 * (shift + len(raw))
            fragment = encode(bytes(shift) + raw + bytes(2)).decode()[-(-8 * shift // 6) : bits // 6]
            if len(fragment) >= SHORTEST_FRAGMENT:
                yield fragment


def _trivial(text: str) -> bool:
    return len(text) < SHORTEST or text.lower() in HARMLESS or not text.strip("*") or text.isspace()


def _insert(trie: Trie, form: str) -> None:
    for character in form:
        trie = trie.setdefault(character, {})
    trie[_END] = {}


def _expression(trie: Trie) -> str:
    """A regular expression for what the trie holds; the longest form wins, since going on is tried before stopping."""
    branches = [_chain(character, trie[character]) for character in sorted(trie) if character != _END]
    if not branches:
        return ""
    body = branches[0] if len(branches) == 1 and _END not in trie else f"(?:{'|'.join(branches)})"
    return f"{body}?" if _END in trie else body


def _chain(character: str, trie: Trie) -> str:
    """The expression from one character on; without recursion where there is no choice, since a form may be long."""
    run = [re.escape(character)]
    while len(trie) == 1 and _END not in trie:
        ((character, trie),) = trie.items()
        run.append(re.escape(character))
    return "".join(run) + _expression(trie)


def _spans(pattern: re.Pattern[str], text: str) -> Iterator[tuple[int, int]]:
    """Where the forms are, overlapping ones joined."""
    start = end = 0
    match = pattern.search(text)
    while match is not None:
        first, last = match.span()
        if first >= end:
            if end > start:
                yield start, end
            start = first
        end = max(end, last)
        match = pattern.search(
            text, first + 1
        )  # from the next character: another form may begin inside this one
    if end > start:
        yield start, end
