"""`{% set %}` as Pebble means it: one variable for the whole template, so that a loop can add to a sum.

Jinja2 gives every loop its own variables. So, once parsed, what is set becomes a call that keeps the value in the context, and
what reads such a name becomes a call that fetches it there; names bound by a loop or a macro hide it, as they should.
"""

from typing import Any

from jinja2 import nodes
from jinja2.visitor import NodeTransformer

ASSIGN, FETCH = "#assign", "#fetch"
"""A filter and a test that no author can write."""
_BLOCK = "set_block"


def assigned(tree: nodes.Template) -> set[str]:
    """The names that the template sets."""
    targets = [node.target for node in tree.find_all(nodes.Assign)]
    targets += [node.target for node in tree.find_all(nodes.AssignBlock)]
    return {name for target in targets for name in target_names(target)}


def share_variables(tree: nodes.Template) -> None:
    """Rewrite the tree in place."""
    if names := assigned(tree):
        _Shared(names).visit(tree)


def target_names(target: nodes.Node) -> set[str]:
    """The names that a `for` or `set` writes to."""
    found = {node.name for node in target.find_all(nodes.Name)}
    return found | {target.name} if isinstance(target, nodes.Name) else found


def _call(kind: Any, value: nodes.Expr, name: str, *args: nodes.Expr, line: int) -> Any:
    return kind(value, name, list(args), [], None, None, lineno=line)


class _Shared(NodeTransformer):
    """Walks down with the names that are still the template's own."""

    def __init__(self, names: set[str]) -> None:
        self.names = names

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802  (Jinja2 looks it up by the node's name)
        node.iter = self.visit(node.iter)
        return self._inside(node, target_names(node.target) | {"loop"})

    def visit_Macro(self, node: nodes.Macro) -> nodes.Node:  # noqa: N802
        return self._inside(node, {arg.name for arg in node.args})

    def visit_CallBlock(self, node: nodes.CallBlock) -> nodes.Node:  # noqa: N802
        return self._inside(node, {arg.name for arg in node.args})

    def _inside(self, node: nodes.Node, bound: set[str]) -> nodes.Node:
        outer = self.names
        self.names = outer - bound
        self.generic_visit(node)
        self.names = outer
        return node

    def visit_Name(self, node: nodes.Name) -> nodes.Expr:  # noqa: N802
        if node.ctx != "load" or node.name not in self.names:
            return node
        fetch: nodes.Expr = _call(nodes.Test, nodes.Const(node.name), FETCH, line=node.lineno)
        return fetch

    def visit_Assign(self, node: nodes.Assign) -> nodes.Node | list[nodes.Node]:  # noqa: N802
        node.node = value = self.visit(node.node)
        if not isinstance(node.target, nodes.Name):
            return node
        return self._keep(node.target.name, value, node.lineno)

    def visit_AssignBlock(self, node: nodes.AssignBlock) -> list[nodes.Node]:  # noqa: N802
        self.generic_visit(node)
        name = node.target.name if isinstance(node.target, nodes.Name) else _BLOCK
        node.target = nodes.Name(_BLOCK, "store", lineno=node.lineno)
        return [node, self._keep(name, nodes.Name(_BLOCK, "load", lineno=node.lineno), node.lineno)]

    def _keep(self, name: str, value: nodes.Expr, line: int) -> nodes.Node:
        return nodes.ExprStmt(_call(nodes.Filter, value, ASSIGN, nodes.Const(name), line=line), lineno=line)
