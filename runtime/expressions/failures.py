"""What went wrong in a template, in the words of who writes flows."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from jinja2 import TemplateSyntaxError

from runtime.errors import ExpressionFailed
from runtime.expressions.lexer import unclosed
from runtime.expressions.missing import NameMissing
from runtime.expressions.references import nearest, unknown_tag

_NAMED = 12  # names that a hint lists at most
_EXCERPT = 200  # characters of the template that go into the details
_TOKENS = {
    "end of print statement": "}}",
    "begin of statement block": "{%",
    "end of statement block": "%}",
    "end of template": "the end",
}


def describe(
    error: Exception, template: str, variables: Mapping[str, Any], functions: Iterable[str]
) -> ExpressionFailed:
    """The failure of a rendering."""
    details = {"expression": template[:_EXCERPT]}
    if isinstance(error, ExpressionFailed):
        return error
    if isinstance(error, NameMissing):
        message = _missing(error, variables, functions)
        return ExpressionFailed(message, hint=_instead(error, message), details=details)
    if isinstance(error, RecursionError):
        return ExpressionFailed(
            "the expression is nested too deeply, or calls itself for ever", details=details
        )
    if isinstance(error, MemoryError):
        return ExpressionFailed("the expression needs more memory than there is", details=details)
    return ExpressionFailed(_plain(error), details=details)


def _missing(error: NameMissing, variables: Mapping[str, Any], functions: Iterable[str]) -> str:
    if error.hint:
        return error.hint
    if error.known is not None:
        owner = error.path[: -len(error.name)].rstrip(".") if error.path.endswith(f".{error.name}") else ""
        near = nearest(error.name, error.known)
        return f"`{error.path}` does not exist{_under(owner, near)}"
    if error.path.endswith("()"):
        return (
            f"there is no function `{error.name}`{nearest(error.name, [*functions, *_callables(variables)])}"
        )
    return f"`{error.path}` does not exist{nearest(error.name, list(variables))}"


def _instead(error: NameMissing, message: str) -> str:
    """The few names there are, where none of them is near."""
    if not error.known or len(error.known) > _NAMED or "did you mean" in message:
        return ""
    return f"there is {', '.join(f'`{name}`' for name in error.known)}"


def _under(owner: str, near: str) -> str:
    """`; did you mean `inputs.day`?`: the whole path, as it is to be written."""
    name = near.partition("`")[2].rpartition("`")[0]
    if not (owner and name):
        return near
    return near.replace(f"`{name}`", f"`{owner}.{name}`" if name.isidentifier() else f"`{owner}['{name}']`")


def _callables(variables: Mapping[str, Any]) -> list[str]:
    return [name for name in variables if callable(variables[name])]


def _plain(error: Exception) -> str:
    """A failure of Python's own, without Python's own names."""
    said = re.sub(r"\b(?:\w+\.)*<locals>\.", "", str(error))
    said = re.sub(r"^(?:\w+\.)+(\w+\(\))", r"\1", said)
    return f"the expression failed: {said or type(error).__name__}"


def describe_syntax(error: TemplateSyntaxError, template: str) -> ExpressionFailed:
    """The failure of a compilation, with the line where there are several."""
    message = unclosed(template, error) or _reworded(error.message or "")
    line = f" (line {error.lineno} of the expression)" if "\n" in template.strip() else ""
    return ExpressionFailed(
        f"{message}{line}", details={"expression": template[:_EXCERPT], "line": error.lineno}
    )


def _reworded(message: str) -> str:
    if found := re.match(r"Encountered unknown tag '(\w+)'", message):
        closing = re.search(r"innermost block that needs to be closed is '(\w+)'", message)
        return _misplaced(found[1], closing[1]) if closing else unknown_tag(found[1])
    if found := re.search(r"innermost block that needs to be closed is '(\w+)'", message):
        return f"`{{% {found[1]} %}}` is never closed by `{{% end{found[1]} %}}`"
    if found := re.match(r"expected token '(.+)', got '(.*)'$", message, re.DOTALL):
        return f"`{_token(found[2])}` stands where `{_token(found[1])}` was expected"
    if found := re.match(r"unexpected char (?:'(.)'|\"(')\") at \d+", message):
        return _character(found[1] or found[2])
    if message.startswith("unexpected '"):
        return message.replace("'", "`")
    return message.replace("Jinja ", "the expression ").rstrip(".")


def _misplaced(tag: str, opened: str) -> str:
    if tag.startswith("end") or tag in ("else", "elseif", "elif"):
        return f"`{{% {tag} %}}` does not belong to `{{% {opened} %}}`, which is still open"
    return unknown_tag(tag)


def _token(name: str) -> str:
    return _TOKENS.get(name, name)


def _character(char: str) -> str:
    hints = {
        "&": "; write `and`",
        "!": "; write `not`",
        "'": ": a quote is not closed",
        '"': ": a quote is not closed",
    }
    return f"`{char}` means nothing here{hints.get(char, '')}"
