"""Kestra's spellings, for Jinja2's lexer: `?`, `??`, `???`, `..`, `{% verbatim %}`, and texts that keep their backslashes."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from jinja2 import Environment, TemplateSyntaxError
from jinja2.lexer import (
    TOKEN_BLOCK_BEGIN,
    TOKEN_OPERATOR,
    TOKEN_RAW_BEGIN,
    TOKEN_STRING,
    TOKEN_VARIABLE_BEGIN,
    Lexer,
    Token,
)

from runtime.expressions.limits import MAX_TOKENS

EXTRA = re.compile(r"\?\?\?|\?\?|\?|\.\.")
TOKENS = {"?": "ternary", "??": "coalesce", "???": "coalesce", "..": "span"}


class DialectLexer(Lexer):
    """Jinja2's lexer with a few more rules."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        for state in (TOKEN_VARIABLE_BEGIN, TOKEN_BLOCK_BEGIN):
            end, *rest = self.rules[state]
            self.rules[state] = [end, type(end)(EXTRA, TOKEN_OPERATOR, None), *rest]
        self._rename("root", r"\s*raw\s*", r"\s*(?:raw|verbatim)\s*")
        self._rename(TOKEN_RAW_BEGIN, r"\s*endraw\s*", r"\s*end(?:raw|verbatim)\s*")

    def _rename(self, state: str, old: str, new: str) -> None:
        first, *rest = self.rules[state]
        pattern = re.compile(first.pattern.pattern.replace(old, new), first.pattern.flags)
        self.rules[state] = [first._replace(pattern=pattern), *rest]

    def wrap(
        self, stream: Iterable[tuple[int, str, str]], name: str | None = None, filename: str | None = None
    ) -> Iterator[Token]:
        for count, (line, token, value) in enumerate(stream):
            if count > MAX_TOKENS:
                raise TemplateSyntaxError(
                    f"the expression has more than {MAX_TOKENS:,} words and signs", line
                )
            if token == TOKEN_OPERATOR and value in TOKENS:
                yield Token(line, TOKENS[value], value)
            elif token == TOKEN_STRING:
                yield Token(line, TOKEN_STRING, literal(value))
            else:
                yield from super().wrap([(line, token, value)], name, filename)


def literal(quoted: str) -> str:
    """The text between the quotes. Only the quote itself is escaped by a backslash: `'\\d+'` is a regular expression."""
    quote = quoted[0]
    return quoted[1:-1].replace(f"\\{quote}", quote)


def unclosed(source: str, error: TemplateSyntaxError) -> str | None:
    """The opening that is never closed, where that is what is wrong."""
    lines = source.splitlines()
    line = lines[error.lineno - 1] if 0 < error.lineno <= len(lines) else source
    for opening, closing in (("{{", "}}"), ("{%", "%}"), ("{#", "#}")):
        if opening in line and closing not in source[source.find(opening) :]:
            return f"`{opening}` is never closed by `{closing}`"
    return None


def expressions(lexer: Lexer, source: str) -> Iterator[str]:
    """The source text of each `{{ }}` and `{% %}`, without texts in quotes."""
    parts: list[str] = []
    for _, token, value in _quiet(lexer.tokeniter(source, None)):
        if token in (TOKEN_VARIABLE_BEGIN, TOKEN_BLOCK_BEGIN):
            parts = []
        elif token in ("variable_end", "block_end"):
            yield "".join(parts)
        else:
            parts.append("''" if token == TOKEN_STRING else value)


def _quiet(tokens: Iterator[tuple[int, str, Any]]) -> Iterator[tuple[int, str, Any]]:
    try:
        yield from tokens
    except TemplateSyntaxError:
        return
