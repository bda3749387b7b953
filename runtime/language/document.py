"""YAML text -> plain values and where each stands in the text. The only module that knows YAML.

Scalars are read as YAML 1.2's core schema has them: `on`, `yes` and `1:30` are text, `0o17` is 15. Keys are text as
written. A key that comes twice is a problem, and so is what would blow up: circles, depth, expansion without end.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import yaml

from runtime.errors import InvalidRequest
from runtime.model.problem import Problem

Path: TypeAlias = tuple[str | int, ...]
Position: TypeAlias = tuple[int, int]

MAX_BYTES = 10_000_000
MAX_DEPTH = 100  # lists and maps inside each other
MAX_VALUES = 200_000  # with every alias written out; a long text counts as several
MAX_DIGITS = 400  # a longer whole number stays text

NULL = re.compile(r"|~|null|Null|NULL")
TRUE = re.compile(r"true|True|TRUE")
FALSE = re.compile(r"false|False|FALSE")
INT = re.compile(r"[-+]?[0-9]+")
OCTAL = re.compile(r"0o[0-7]+")
HEX = re.compile(r"0x[0-9a-fA-F]+")
FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
INFINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")

LINE_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
UNQUOTED = re.compile(r"^\s*(-\s+)*([\"']?[\w.-]+[\"']?\s*:\s+)?\{[{%]")
TAG = "tag:yaml.org,2002:"

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class _Unreadable(Exception):
    """Ends the reading; it never leaves this module."""

    def __init__(self, message: str, mark: Any = None, hint: str = "", at: Position = (0, 0)) -> None:
        super().__init__(message)
        line, column = (mark.line + 1, mark.column + 1) if mark is not None else at
        self.problem = Problem(message=message, line=line, column=column, hint=hint)


@dataclass(frozen=True)
class Document:
    """What a text says."""

    text: str
    value: Any = None
    positions: dict[Path, Position] = field(default_factory=dict)
    """Line and column, from 1, of each key of a map and each item of a list."""
    problems: tuple[Problem, ...] = ()
    """Where there are any, `value` is not to be relied on."""

    def position(self, path: Path) -> Position:
        """Where `path` stands, or the nearest thing around it that stands anywhere."""
        while path and path not in self.positions:
            path = path[:-1]
        return self.positions.get(path, (1, 1))


def read(text: str | bytes) -> Document:
    """Never raises: what can't be read is a problem with its position."""
    decoded = ""
    try:
        decoded = _decoded(text)
        return _Reader(decoded).document()
    except _Unreadable as error:
        return Document(decoded, problems=(error.problem,))
    except yaml.MarkedYAMLError as error:
        return Document(decoded, problems=(_syntax(error, decoded),))
    except yaml.reader.ReaderError as error:
        return Document(decoded, problems=(_character(error, decoded),))


def load_plain(text: str) -> Any:
    """The value alone; InvalidRequest says where the text is no YAML."""
    document = read(text)
    if document.problems:
        first = document.problems[0]
        raise InvalidRequest(f"{first.message} (line {first.line}, column {first.column})", hint=first.hint)
    return document.value


def dump(value: Any) -> str:
    """YAML text of builtins, keys in their order."""
    written: str = yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)
    return written


class _Indented(yaml.SafeDumper):
    """As Jackson lays YAML out, which Kestra uses: a list one column to the right, several lines as a block, quotes double."""

    def expect_block_sequence(self) -> None:
        self.indents.append(self.indent)
        self.indent = (self.indent or 0) + (2 if self.sequence_context else 1)
        self.state = self.expect_first_block_sequence_item

    def choose_scalar_style(self) -> str:
        style: str = super().choose_scalar_style()
        return '"' if style == "'" else style

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: Any, value: str) -> Any:
    return dumper.represent_scalar(f"{TAG}str", value, style="|" if "\n" in value.strip() else None)


_Indented.add_representer(str, _text)


def block_style(value: Any) -> str:
    """YAML text as Kestra's filter `yaml` lays it out: no line broken, what comes twice written twice."""
    written: str = yaml.dump(
        value,
        Dumper=_Indented,
        sort_keys=False,
        allow_unicode=True,
        width=1_000_000,
        default_flow_style=False,
    )
    return written.removesuffix("...\n")


def _decoded(text: str | bytes) -> str:
    if len(text) > MAX_BYTES:
        raise _Unreadable(f"the file has more than {MAX_BYTES // 1_000_000} MB")
    try:
        decoded = text.decode() if isinstance(text, bytes) else text
        decoded.encode()
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode()
        raise _Unreadable(
            f"the file is no UTF-8: byte 0x{error.object[error.start]:02x}",
            hint="save it with the encoding UTF-8",
            at=_after(before),
        ) from None
    except UnicodeEncodeError as error:
        before = error.object[: error.start]
        raise _Unreadable("the text holds half a character (a lone surrogate)", at=_after(before)) from None
    return decoded.removeprefix("\ufeff")


def _after(text: str) -> Position:
    lines = LINE_BREAK.split(text)
    return len(lines), len(lines[-1]) + 1


def _character(error: Any, text: str) -> Problem:
    where = next((at for at, character in enumerate(text) if not _printable(character)), 0)
    line, column = _after(text[:where])
    return Problem(
        message=f"the character U+{ord(text[where]):04X} is not allowed in YAML", line=line, column=column
    )


def _printable(character: str) -> bool:
    return (
        character in "\t\n\r\x85"
        or " " <= character <= "~"
        or "\xa0" <= character < "\ufffe"
        or character > "\uffff"
    )


def _syntax(error: Any, text: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    lines = LINE_BREAK.split(text)
    for at in filter(None, (error.problem_mark, error.context_mark)):
        if at.line < len(lines) and (found := UNQUOTED.match(lines[at.line])):
            return _quote(at.line + 1, found.end() - 1)
    message = " ".join(filter(None, (error.context, error.problem)))
    hint = ""
    if "'\\t'" in message or _tabbed(lines, mark):
        message, hint = "a tab cannot indent in YAML", "use spaces"
    elif "mapping values are not allowed" in message:
        hint = "a text with `: ` in it must stand in quotes, and a list or map below its key further to the right"
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    return Problem(message=message or "the file is no YAML", line=line, column=column, hint=hint)


def _tabbed(lines: list[str], mark: Any) -> bool:
    return mark is not None and mark.line < len(lines) and "\t" in re.match(r"\s*", lines[mark.line])[0]  # type: ignore[index]


def _quote(line: int, column: int) -> Problem:
    return Problem(
        message="an expression that begins a value must be in quotes: YAML takes `{` for the start of a map",
        line=line,
        column=column,
        hint='write "{{ ... }}"',
    )


class _Reader:
    """One pass over the parser's events. An alias costs nothing here, but counts as if it were written out."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._parser = _Loader(text)
        self._next: Callable[[], Any] = self._parser.get_event
        self._positions: dict[Path, Position] = {}
        self._problems: list[Problem] = []
        self._anchors: dict[str, tuple[Any, int, int]] = {}
        self._values = 0

    def document(self) -> Document:
        try:
            value = self._root()
        finally:
            self._parser.dispose()
        return Document(self._text, value, self._positions, tuple(self._problems))

    def _root(self) -> Any:
        self._next()
        if isinstance(self._next(), yaml.StreamEndEvent):
            return None
        value, _ = self._value(self._next(), (), 0)
        self._next()
        after = self._next()
        if not isinstance(after, yaml.StreamEndEvent):
            raise _Unreadable(
                "the file holds a second document", after.start_mark, "one flow a file: no `---` in between"
            )
        return value

    def _value(self, event: Any, path: Path, depth: int) -> tuple[Any, int]:
        """The value that begins with `event`, and how deep it goes."""
        if isinstance(event, yaml.ScalarEvent):
            value, height = _scalar(event), 0
            self._count(event, 1 + len(event.value) // 100)
        elif isinstance(event, yaml.AliasEvent):
            self._count(event, 1)
            return self._alias(event, depth)
        else:
            self._count(event, 1)
            if depth >= MAX_DEPTH:
                raise _Unreadable(f"more than {MAX_DEPTH} lists and maps inside each other", event.start_mark)
            before = self._values
            if event.anchor:
                self._anchors[event.anchor] = (None, -1, 0)
            collect = self._map if isinstance(event, yaml.MappingStartEvent) else self._list
            value, height = collect(event, path, depth + 1)
            if event.anchor:
                self._anchors[event.anchor] = (value, self._values - before, height)
            return value, height
        if event.anchor:
            self._anchors[event.anchor] = (value, 1 + len(event.value) // 100, 0)
        return value, height

    def _count(self, event: Any, values: int) -> None:
        self._values += values
        if self._values > MAX_VALUES:
            raise _Unreadable(
                f"the file has more than {MAX_VALUES:,} values, its aliases written out", event.start_mark
            )

    def _alias(self, event: Any, depth: int) -> tuple[Any, int]:
        if event.anchor not in self._anchors:
            raise _Unreadable(f"nothing before is marked `&{event.anchor}`", event.start_mark)
        value, size, height = self._anchors[event.anchor]
        if size < 0:
            raise _Unreadable(f"`*{event.anchor}` stands inside what it stands for", event.start_mark)
        if depth + height > MAX_DEPTH:
            raise _Unreadable(f"more than {MAX_DEPTH} lists and maps inside each other", event.start_mark)
        self._count(event, size)
        return value, height

    def _list(self, event: Any, path: Path, depth: int) -> tuple[Any, int]:
        _check_tag(event, "seq")
        items: list[Any] = []
        height = 0
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            here = (*path, len(items))
            self._positions[here] = _position(event)
            item, below = self._value(event, here, depth)
            items.append(item)
            height = max(height, below)
        return items, height + 1

    def _map(self, event: Any, path: Path, depth: int) -> tuple[Any, int]:
        _check_tag(event, "map")
        found: dict[str, Any] = {}
        merged: list[tuple[Any, Position]] = []
        height = 0
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            key, merges = self._key(event)
            here = (*path, key)
            position = _position(event)
            if key in found and not merges:
                self._duplicate(here, position)
            value, below = self._value(self._next(), here, depth)
            height = max(height, below)
            if merges:
                merged += [(each, position) for each in (value if isinstance(value, list) else [value])]
            else:
                self._positions[here] = position
                found[key] = value
        self._merge(found, merged, path)
        return found, height + 1

    def _key(self, event: Any) -> tuple[str, bool]:
        if isinstance(event, yaml.AliasEvent):
            value, _ = self._alias(event, 0)
            return str(value), False
        if isinstance(event, yaml.ScalarEvent):
            return event.value, event.value == "<<" and event.implicit[0]
        mark = event.start_mark
        line = LINE_BREAK.split(self._text)[mark.line]
        for begin in (mark.column - 1, mark.column):
            if begin >= 0 and line.startswith("{{", begin):
                problem = _quote(mark.line + 1, begin + 1)
                raise _Unreadable(problem.message, hint=problem.hint, at=(problem.line, problem.column))
        raise _Unreadable("a key must be a text", mark)

    def _duplicate(self, path: Path, position: Position) -> None:
        line, column = position
        first = self._positions[path][0]
        self._problems.append(
            Problem(
                message=f"Duplicate field '{path[-1]}': it stands in line {first} already",
                line=line,
                column=column,
                path=written(path),
                hint="keep one of the two",
            )
        )

    def _merge(self, found: dict[str, Any], merged: list[tuple[Any, Position]], path: Path) -> None:
        for source, (line, column) in merged:
            if not isinstance(source, dict):
                raise _Unreadable("`<<` takes a map, or a list of maps", at=(line, column))
            for key, value in source.items():
                if key not in found:
                    found[key] = value
                    self._positions[*path, key] = (line, column)


def _position(event: Any) -> Position:
    mark = event.start_mark
    return mark.line + 1, mark.column + 1


def _check_tag(event: Any, kind: str) -> None:
    if event.tag not in (None, "!", TAG + kind):
        raise _Unreadable(f"the tag `{event.tag}` means nothing here", event.start_mark, "leave it out")


def _scalar(event: Any) -> Any:
    if event.tag not in (None, "!"):
        return _tagged(event)
    return resolve(event.value) if event.implicit[0] else event.value


def _tagged(event: Any) -> Any:
    kind = event.tag.removeprefix(TAG)
    if kind == "str":
        return event.value
    value = resolve(event.value)
    if kind == "float" and type(value) is int:
        return float(value)
    if type(value).__name__ == {"null": "NoneType"}.get(kind, kind):
        return value
    raise _Unreadable(f"the tag `{event.tag}` means nothing here", event.start_mark, "leave it out")


def resolve(text: str) -> Any:
    """What an unquoted text stands for in YAML 1.2's core schema."""
    first = text[:1]
    if first.isdecimal() or first in ("-", "+", "."):
        return _number(text)
    if NULL.fullmatch(text):
        return None
    if TRUE.fullmatch(text):
        return True
    return False if FALSE.fullmatch(text) else text


def _number(text: str) -> Any:
    if len(text) > MAX_DIGITS:
        return text
    if INT.fullmatch(text):
        return int(text)
    if OCTAL.fullmatch(text) or HEX.fullmatch(text):
        return int(text, 0)
    if FLOAT.fullmatch(text):
        return float(text)
    return float(text.replace(".", "", 1)) if INFINITE.fullmatch(text) else text


def written(path: Path) -> str:
    """`tasks[0].commands`."""
    return "".join(_parts(path)).removeprefix(".")


def _parts(path: Path) -> Iterator[str]:
    for part in path:
        yield f"[{part}]" if isinstance(part, int) else f".{part}"
