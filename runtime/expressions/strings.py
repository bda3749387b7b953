"""The filters of texts and numbers: Kestra's and Pebble's, and the few of Jinja2 that differ only in name."""

import hashlib
import re
import unicodedata
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any
from urllib.parse import quote_plus, unquote_plus

from runtime.errors import ExpressionFailed
from runtime.expressions import regex
from runtime.expressions.arguments import arguments
from runtime.expressions.limits import check_text
from runtime.expressions.operators import is_number
from runtime.expressions.text import kind, text

_ESCAPES = {"single": ("'", "\\'"), "double": ('"', '\\"'), "shell": ("'", "'\\''")}
_WHOLE = ("INT", "LONG", "BIGINTEGER")
_FRACTIONAL = ("FLOAT", "DOUBLE", "BIGDECIMAL")
_HEXADECIMAL = re.compile(r"-?(?:0x|#)[0-9a-f]+", re.IGNORECASE)


def _of_text(change: Callable[..., Any]) -> Callable[..., Any]:
    """A filter of a text: null stays null, all else becomes text first."""

    def filtered(value: Any, /, *args: Any, **kwargs: Any) -> Any:
        return None if value is None else change(text(value), *args, **kwargs)

    return filtered


def _everywhere(value: Any, change: Callable[[str], str]) -> Any:
    """The change made to a text, or to every text of a map or list."""
    if value is None:
        return None
    if isinstance(value, Mapping):
        return {key: _everywhere(value[key], change) for key in value}
    if isinstance(value, (list, tuple)):
        return [_everywhere(item, change) for item in value]
    return change(text(value))


@_of_text
def abbreviate(value: str, length: int) -> str:
    if length < 0:
        raise ExpressionFailed("`abbreviate` takes a length of 0 or more")
    if len(value) < length or len(value) <= 3:
        return value
    return value[:length] if length <= 3 else value[: length - 3] + "..."


@_of_text
def capitalize(value: str) -> str:
    """The first letter upper, the rest untouched: Java's way."""
    blank = len(value) - len(value.lstrip())
    return value[:blank] + value[blank : blank + 1].upper() + value[blank + 1 :]


@_of_text
def title(value: str) -> str:
    return re.sub(r"(^|\s)(\S)", lambda match: match[1] + match[2].upper(), value)


@_of_text
def base64decode(value: str) -> str:
    try:
        return b64decode(value, validate=False).decode()
    except ValueError as error:
        raise ExpressionFailed("`base64decode` was given what is not base64") from error


def replace(value: Any, replace_pairs: Any, regexp: Any = False, count: int | None = None) -> Any:
    """`replace({'old': 'new'})`, also inside maps and lists; Jinja2's `replace('old', 'new')` too."""
    if isinstance(replace_pairs, str):
        old, new = replace_pairs, text(regexp)
        return _everywhere(value, lambda part: _replaced(part, old, new, -1 if count is None else count))
    if not isinstance(replace_pairs, Mapping):
        raise ExpressionFailed("`replace` takes a map of what to replace by what: `replace({'a': 'b'})`")
    pairs = [(text(old), text(replace_pairs[old])) for old in replace_pairs]
    return _everywhere(value, lambda part: _all_replaced(part, pairs, bool(regexp)))


def _all_replaced(value: str, pairs: list[tuple[str, str]], regexp: bool) -> str:
    for old, new in pairs:
        value = regex.replace(value, old, new) if regexp else _replaced(value, old, new)
    return value


def _replaced(value: str, old: str, new: str, count: int = -1) -> str:
    check_text(len(value) + value.count(old) * len(new))
    return value.replace(old, new, count)


@arguments(type="style")
def escape_char(value: Any, style: str) -> Any:
    if str(style).lower() not in _ESCAPES:
        raise ExpressionFailed("`escapeChar` takes 'single', 'double' or 'shell'")
    return _everywhere(value, lambda part: _replaced(part, *_ESCAPES[style.lower()]))


def _line_end(value: str) -> str:
    return next((end for end in ("\r\n", "\n\r", "\n", "\r") if end in value), "\n")


@_of_text
def indent(value: str, amount: int, prefix: str = " ") -> str:
    """Every line but the first."""
    return _indented(value, value, amount, prefix)


@_of_text
def nindent(value: str, amount: int, prefix: str = " ") -> str:
    """A line break, then every line indented."""
    return _indented(value, _line_end(value) + value, amount, prefix) if value else value


def _indented(value: str, lines: str, amount: Any, prefix: str) -> str:
    if not isinstance(amount, int) or amount < 0:
        raise ExpressionFailed("`indent` takes an amount of 0 or more")
    end = _line_end(value)
    check_text(amount * len(prefix))
    return _replaced(lines, end, end + prefix * amount)


@_of_text
def slugify(value: str) -> str:
    plain = unicodedata.normalize("NFD", re.sub(r"\s", "-", value))
    slug = re.sub(r"-+", "-", re.sub(r"[^A-Za-z0-9_-]", "", plain).replace("_", "-"))
    return slug.removeprefix("-").removesuffix("-").lower()


@_of_text
def split(value: str, delimiter: str | None = None, limit: int = 0) -> list[str]:
    return value.split() if delimiter is None else regex.split(value, delimiter, limit)


def string(value: Any) -> str | None:
    return None if value is None else text(value)


@arguments(type="as_type")
def number(value: Any, as_type: str = "") -> Any:
    """A number out of a text; a number stays one."""
    if value is None:
        return None
    written = text(value).strip()
    try:
        return _number(written, str(as_type).upper())
    except (ValueError, ArithmeticError) as error:
        raise ExpressionFailed(f"`number` cannot make a number of `{written[:60]}`") from error


def _number(written: str, as_type: str) -> Any:
    if as_type not in (*_WHOLE, *_FRACTIONAL, ""):
        raise ExpressionFailed(f"`number` takes a type of {', '.join((*_WHOLE, *_FRACTIONAL))}")
    if as_type in _FRACTIONAL:
        return Decimal(written) if as_type == "BIGDECIMAL" else float(written)
    if _HEXADECIMAL.fullmatch(written):
        return int(written.lower().replace("#", "0x"), 16)
    written = written.rstrip("lL") if not as_type else written
    if as_type or re.fullmatch(r"[+-]?\d+", written):
        return int(written)
    return float(written.rstrip("dDfF"))


def absolute(value: Any) -> Any:
    if value is not None and not is_number(value):
        raise ExpressionFailed(f"`abs` needs a number, and {kind(value)} is none")
    return None if value is None else abs(value)


@arguments(format="pattern")
def number_format(value: Any, pattern: str = "#,##0.###") -> str | None:
    """A number by a pattern of Java's DecimalFormat (`#,##0.00`, `0%`)."""
    if value is None:
        return None
    if not is_number(value):
        raise ExpressionFailed(
            f"`numberFormat` needs a number, and {kind(value)} is none", hint="`| number` makes one"
        )
    shape = re.fullmatch(r"([^#0,.]*)([#0,]*)(?:\.([#0]*))?([^#0,.]*)", pattern.split(";")[0])
    if shape is None:
        raise ExpressionFailed(f"`{pattern}` is not a pattern of a number", hint="such as `#,##0.00`")
    before, whole, fraction, after = (part or "" for part in shape.groups())
    scale = 100 if "%" in before + after else 1
    digits = _digits(Decimal(str(value)) * scale, whole, fraction)
    return f"{before}{digits}{after}".replace("'", "")


def _digits(value: Decimal, whole: str, fraction: str) -> str:
    rounded = value.quantize(Decimal(1).scaleb(-len(fraction)), ROUND_HALF_EVEN)
    left, _, right = f"{abs(rounded):f}".partition(".")
    left = left.lstrip("0").rjust(whole.count("0"), "0")
    if "," in whole:
        group = len(whole) - whole.rindex(",") - 1
        left = ",".join(_grouped(left, group)) if group else left
    kept = max(fraction.count("0"), len(right.rstrip("0")))
    sign = "-" if rounded < 0 else ""
    return f"{sign}{left}.{right[:kept]}" if kept else f"{sign}{left or '0'}"


def _grouped(digits: str, size: int) -> list[str]:
    first = len(digits) % size
    return [
        part
        for part in (digits[:first], *(digits[at : at + size] for at in range(first, len(digits), size)))
        if part
    ]


def _digest(name: str) -> Callable[..., Any]:
    return _of_text(lambda value: hashlib.new(name, value.encode(), usedforsecurity=False).hexdigest())


@arguments(regex="source")
def regex_match(value: Any, source: str) -> bool:
    """Whether a part of the text fits; nothing of null does."""
    return value is not None and regex.search(text(value), source) is not None


def _regex_replace(value: str, regex_: str, replacement: str = "") -> str:
    return regex.replace(value, regex_, replacement)


STRING_FILTERS: dict[str, Callable[..., Any]] = {
    "abbreviate": abbreviate,
    "abs": absolute,
    "base64decode": base64decode,
    "base64encode": _of_text(lambda value: b64encode(value.encode()).decode()),
    "capitalize": capitalize,
    "endsWith": arguments(value="part")(_of_text(lambda value, part: value.endswith(text(part)))),
    "escapeChar": escape_char,
    "indent": indent,
    "lower": _of_text(str.lower),
    "md5": _digest("md5"),
    "nindent": nindent,
    "number": number,
    "numberFormat": number_format,
    "regexExtract": arguments(regex="source")(
        _of_text(lambda value, source, group=0: regex.search(value, source, group))
    ),
    "regexMatch": regex_match,
    "regexReplace": arguments(regex="regex_")(_of_text(_regex_replace)),
    "replace": replace,
    "sha1": _digest("sha1"),
    "sha256": _digest("sha256"),
    "sha512": _digest("sha512"),
    "slugify": slugify,
    "split": split,
    "startsWith": arguments(value="part")(_of_text(lambda value, part: value.startswith(text(part)))),
    "string": string,
    "substringAfter": _of_text(lambda value, separator: value.partition(separator)[2]),
    "substringAfterLast": _of_text(lambda value, separator: _after_last(value, separator)),
    "substringBefore": _of_text(lambda value, separator: value.partition(separator)[0]),
    "substringBeforeLast": _of_text(lambda value, separator: value.rpartition(separator)[0] or value),
    "title": title,
    "trim": _of_text(str.strip),
    "upper": _of_text(str.upper),
    "urldecode": _of_text(unquote_plus),
    "urlencode": _of_text(lambda value: quote_plus(value, safe="*-._").replace("~", "%7E")),
}


def _after_last(value: str, separator: str) -> str:
    return value.rpartition(separator)[2] if separator in value else ""
