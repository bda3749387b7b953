"""Python out of the parsed template: values stay objects until the end, and every lookup knows how the author spelled it."""

from typing import Any

from jinja2 import nodes
from jinja2.compiler import CodeGenerator, Frame

COALESCING = frozenset({"??", "???"})
DEFAULTING = frozenset({"default", "d"})


def spelled(node: nodes.Node) -> str:
    """The lookup as its author wrote it, for messages: `outputs.extract['row-count']`."""
    match node:
        case nodes.Name():
            return str(node.name)
        case nodes.Getattr():
            return f"{spelled(node.node)}.{node.attr}"
        case nodes.Getitem(arg=nodes.Const(value=str() as key)):
            return f"{spelled(node.node)}.{key}" if key.isidentifier() else f"{spelled(node.node)}['{key}']"
        case nodes.Getitem(arg=nodes.Const(value=index)):
            return f"{spelled(node.node)}[{index}]"
        case nodes.Getitem():
            return f"{spelled(node.node)}[…]"
        case nodes.Call():
            return f"{spelled(node.node)}(…)"
        case _:
            return "(…)"


class DialectCompiler(CodeGenerator):
    """Jinja2's code generator with four nodes of our own meaning."""

    # An output is handed on as it is: whether it becomes text is decided by who renders.
    def _output_child_to_const(self, node: nodes.Expr, frame: Frame, finalize: Any) -> Any:
        if isinstance(node, nodes.TemplateData):
            return node.as_const(frame.eval_ctx)
        raise nodes.Impossible

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        return

    def _output_child_post(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        return

    def _output_const_repr(self, group: Any) -> str:
        return repr("".join(group))

    def visit_Getattr(self, node: nodes.Getattr, frame: Frame) -> None:  # noqa: N802  (Jinja2 looks it up by the node's name)
        self.write("environment.lookup(")
        self.visit(node.node, frame)
        self.write(f", {node.attr!r}, {spelled(node)!r})")

    def visit_Getitem(self, node: nodes.Getitem, frame: Frame) -> None:  # noqa: N802
        if isinstance(node.arg, nodes.Slice):
            self._cut(node.node, node.arg, frame)
            return
        self.write("environment.lookup(")
        self.visit(node.node, frame)
        self.write(", ")
        self.visit(node.arg, frame)
        self.write(f", {spelled(node)!r})")

    def _cut(self, value: nodes.Expr, part: nodes.Slice, frame: Frame) -> None:
        self.write("environment.cut(")
        self.visit(value, frame)
        for bound in (part.start, part.stop, part.step):
            self.write(", ")
            self.visit(bound or nodes.Const(None), frame)
        self.write(")")

    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:  # noqa: N802
        if not isinstance(node.node, nodes.Getattr):
            super().visit_Call(node, frame, forward_caller=forward_caller)
            return
        self.write("environment.invoke(context, ")
        self.visit(node.node.node, frame)
        self.write(f", {node.node.attr!r}, {spelled(node.node)!r}")
        self.signature(node, frame)
        self.write(")")

    def visit_Test(self, node: nodes.Test, frame: Frame) -> None:  # noqa: N802
        """`a ?? b`: both sides are written as functions, so that `b` waits and a failure of `a` can be caught."""
        if node.name not in COALESCING:
            super().visit_Test(node, frame)
            return
        nulls = "True" if node.name == "???" else "False"
        self.write(f"environment.coalesce({nulls}, lambda: ")
        self.visit(node.node, frame)
        self.write(", lambda: ")
        self.visit(node.args[0], frame)
        self.write(")")

    def visit_Filter(self, node: nodes.Filter, frame: Frame) -> None:  # noqa: N802
        """`a.b | default(c)`: a failure of `a.b` for want of a name is what the default is for."""
        if node.name not in DEFAULTING or node.node is None:
            super().visit_Filter(node, frame)
            return
        self.write("environment.fallback(lambda: ")
        self.visit(node.node, frame)
        self.signature(node, frame)
        self.write(")")
