"""What a template refers to, found without rendering it: names, calls, and what is wrong with it."""

import re
from collections.abc import Collection, Iterator
from difflib import get_close_matches
from typing import Any, TypeAlias

from jinja2 import nodes
from jinja2.lexer import Lexer

from runtime.expressions.compiler import COALESCING, DEFAULTING
from runtime.expressions.lexer import expressions
from runtime.expressions.scopes import assigned, target_names

Reference: TypeAlias = tuple[str, ...]
"""`outputs.extract['row']` is ("outputs", "extract", "row"); it ends where a part is computed."""

_TAGS = (
    "block",
    "elseif",
    "else",
    "endfor",
    "endif",
    "filter",
    "for",
    "if",
    "macro",
    "raw",
    "set",
    "verbatim",
)
_DASHED = re.compile(r"\b(inputs|outputs)((?:\.\w+)*)\.(\w+(?:-[A-Za-z_]\w*)+)")


def references(tree: nodes.Template, *, guarded: bool) -> set[Reference]:
    """The names used; without `guarded`, only those whose absence is an error (`a.b ?? c` names no `a.b` then)."""
    local = assigned(tree) | _bound(tree)
    found = _walk(tree, guarded)
    return {reference for reference in found if reference[0] not in local}


def _bound(tree: nodes.Template) -> set[str]:
    """The names that loops and macros bring in."""
    names = {"loop", "caller", "self", "super", "varargs", "kwargs"}
    names |= {macro.name for macro in tree.find_all(nodes.Macro)}
    targets: list[nodes.Node] = [loop.target for loop in tree.find_all(nodes.For)]
    targets += [arg for macro in tree.find_all(nodes.Macro) for arg in macro.args]
    targets += [arg for block in tree.find_all(nodes.CallBlock) for arg in block.args]
    return names.union(*(target_names(target) for target in targets))


def _walk(node: nodes.Node, guarded: bool) -> Iterator[Reference]:
    if _guards(node) and not guarded:
        yield from _unguarded(node)
        return
    if isinstance(node, nodes.Call) and isinstance(node.node, nodes.Getattr):
        yield from _walk(node.node.node, guarded)
        children: list[nodes.Node] = [*node.args, *node.kwargs]
    else:
        reference, children = _chain(node)
        if reference:
            yield reference
    for child in children:
        yield from _walk(child, guarded)


def _guards(node: nodes.Node) -> bool:
    """Whether the node takes the absence of its left side well."""
    tests = COALESCING | {"defined", "undefined"}
    return (isinstance(node, nodes.Test) and node.name in tests) or (
        isinstance(node, nodes.Filter) and node.name in DEFAULTING
    )


def _unguarded(node: Any) -> Iterator[Reference]:
    for argument in node.args:
        yield from _walk(argument, False)


def _chain(node: nodes.Node) -> tuple[Reference, list[nodes.Node]]:
    """The dotted reference that the node is, if it is one, and what is left to look into."""
    parts: list[str] = []
    rest: list[nodes.Node] = []
    at = node
    while isinstance(at, (nodes.Getattr, nodes.Getitem)):
        if isinstance(at, nodes.Getattr):
            parts.append(at.attr)
        elif isinstance(at.arg, nodes.Const):
            parts.append(str(at.arg.value))
        else:
            parts.clear()
            rest.append(at.arg)
        at = at.node
    if isinstance(at, nodes.Name):
        return ((at.name, *reversed(parts)) if at.ctx == "load" else (), rest)
    return (), [at, *rest] if at is not node else list(node.iter_child_nodes())


def calls(tree: nodes.Template, function: str) -> set[str]:
    """The literal first arguments of the calls of a function: the names in `secret('NAME')`."""
    found = set()
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name == function:
            named = next((keyword.value for keyword in call.kwargs if keyword.key == "key"), None)
            argument = call.args[0] if call.args else named
            if isinstance(argument, nodes.Const) and isinstance(argument.value, str):
                found.add(argument.value)
    return found


def unknown_operations(tree: nodes.Template, filters: Collection[str], tests: Collection[str]) -> list[str]:
    """The filters and tests that do not exist."""
    problems = [
        _no("filter", node.name, filters) for node in tree.find_all(nodes.Filter) if node.name not in filters
    ]
    known = {*tests, *COALESCING}
    return problems + [
        _no("test", node.name, tests) for node in tree.find_all(nodes.Test) if node.name not in known
    ]


def unknown_functions(tree: nodes.Template, functions: Collection[str]) -> list[str]:
    known = {*functions, *_bound(tree), *assigned(tree)}
    named = [call.node.name for call in tree.find_all(nodes.Call) if isinstance(call.node, nodes.Name)]
    return [_no("function", name, functions) for name in named if name not in known]


def _no(what: str, name: str, known: Collection[str]) -> str:
    return f"there is no {what} `{name}`{nearest(name, known)}"


def dashes(lexer: Lexer, source: str) -> dict[Reference, str]:
    """What reads as a name with a dash and is a subtraction: the name meant, and what to write instead."""
    if not _DASHED.search(source):
        return {}
    found = [match for expression in expressions(lexer, source) for match in _DASHED.finditer(expression)]
    return {
        (match[1], *match[2].split(".")[1:], match[3]): (
            f"`{match[0]}` subtracts: a name with a dash is written `{match[1]}{match[2]}['{match[3]}']`"
        )
        for match in found
    }


def nearest(name: str, known: Collection[str]) -> str:
    """`; did you mean ...?`, or nothing."""
    visible = [candidate for candidate in known if not candidate.startswith("#")]
    lowered = {candidate.lower(): candidate for candidate in visible}
    near = get_close_matches(name.lower(), lowered, 1, 0.6)
    return f"; did you mean `{lowered[near[0]]}`?" if near else ""


def unknown_tag(name: str) -> str:
    return f"there is no tag `{{% {name} %}}`{nearest(name, _TAGS)}"
