"""Kestra's grammar on Jinja2's parser: precedence as in Pebble, `? :`, `??`, `???`, `elseif`, tags that do nothing here.

Every binary operator becomes a `Test` node named by its spelling, whose function is in `operators.BINARY`: Jinja2 forbids new kinds
of nodes, and a test is what it is, a call of a function with the two sides.
"""

from collections.abc import Iterator

from jinja2 import nodes
from jinja2.parser import Parser

from runtime.expressions.operators import BINARY

FILTER, COALESCE, TEST, CONTAINS = 100, 120, 20, 20
LOOPED = "#each"
"""The name of the filter around what a `for` runs over; no author can write it."""
MAX_NESTING = 120  # levels of syntax; Python's own compiler takes 200 brackets
EXISTING = "#exists"
"""Likewise the name of the test around a part of a list or a map."""
NODES_A_STEP = 20  # nodes of syntax in a loop's body that count as one step a turn

_CONSTANTS = {
    word: value
    for words, value in (
        (("true", "True", "TRUE"), True),
        (("false", "False", "FALSE"), False),
        (("null", "NULL", "none", "None", "NONE"), None),
    )
    for word in words
}
_SYMBOLS = {
    "eq": "==", "ne": "!=", "lt": "<", "lteq": "<=", "gt": ">", "gteq": ">=", "add": "+", "sub": "-", "mul": "*",
    "div": "/", "floordiv": "//", "mod": "%", "pow": "**", "tilde": "~", "span": "..",
}  # fmt: skip
_WORDS = frozenset({"contains", "equals", "isIn", "in"})
_AFTER_TEST = _WORDS | {"and", "or", "not", "else", "if", "is", "recursive"}
_FOREIGN = frozenset({"extends", "include", "import", "from", "embed"})


class DialectParser(Parser):
    """Parses one template of the dialect."""

    def parse(self) -> nodes.Template:
        tree = super().parse()
        if _depth(tree) > MAX_NESTING:
            raise RecursionError
        return tree

    def parse_expression(self, with_condexpr: bool = True) -> nodes.Expr:
        line = self.stream.current.lineno
        value = self._or()
        if self.stream.skip_if("ternary"):
            yes = self.parse_expression()
            self.stream.expect("colon")
            return nodes.CondExpr(value, yes, self.parse_expression(), lineno=line)
        while with_condexpr and self.stream.skip_if("name:if"):
            test = self._or()
            other = self.parse_expression() if self.stream.skip_if("name:else") else nodes.Const(None)
            value = nodes.CondExpr(test, value, other, lineno=line)
        return value

    def _or(self) -> nodes.Expr:
        left = self._and()
        while self.stream.current.test("name:or"):
            line = next(self.stream).lineno
            left = nodes.Or(left, self._and(), lineno=line)
        return left

    def _and(self) -> nodes.Expr:
        left = self._climb(TEST)
        while self.stream.current.test("name:and"):
            line = next(self.stream).lineno
            left = nodes.And(left, self._climb(TEST), lineno=line)
        return left

    def _climb(self, least: int) -> nodes.Expr:
        """Precedence climbing: one operand, then every operator that binds at least as tightly as `least`."""
        left = self._operand()
        while (found := self._operator()) is not None and found[1] >= least:
            left = self._apply(left, *found)
        return left

    def _operator(self) -> tuple[str, int] | None:
        """The operator at hand and its precedence; nothing is consumed."""
        token = self.stream.current
        if token.type in _SYMBOLS:
            symbol = _SYMBOLS[token.type]
            return symbol, BINARY[symbol][0]
        if token.type == "pipe":
            return "|", FILTER
        if token.type == "coalesce":
            return token.value, COALESCE
        return self._word() if token.type == "name" else None

    def _word(self) -> tuple[str, int] | None:
        word = self.stream.current.value
        if word == "is":
            return word, TEST
        if word == "not" and self.stream.look().test("name:in"):
            return "not in", CONTAINS
        return (word, BINARY[word][0]) if word in _WORDS else None

    def _apply(self, left: nodes.Expr, symbol: str, precedence: int) -> nodes.Expr:
        if symbol == "|":
            filtered = self.parse_filter(left)
            return self.parse_postfix(filtered) if isinstance(filtered, nodes.Expr) else left
        if symbol == "is":
            return self.parse_test(left)
        line = next(self.stream).lineno
        if symbol == "not in":
            next(self.stream)
        # `**` is the one that groups from the right.
        right = self._climb(precedence if symbol == "**" else precedence + 1)
        if symbol == "~" and isinstance(left, nodes.Test) and left.name == "~":
            left.args.append(right)  # one flat join, however long: no deep nesting
            return left
        return nodes.Test(left, symbol, [right], [], None, None, lineno=line)

    def _operand(self) -> nodes.Expr:
        token = self.stream.current
        if token.test("name:not"):
            next(self.stream)
            return nodes.Not(self._negated(), lineno=token.lineno)
        if token.type in ("sub", "add"):
            next(self.stream)
            sign = nodes.Neg if token.type == "sub" else nodes.Pos
            return sign(self._operand(), lineno=token.lineno)
        return self.parse_postfix(self.parse_primary())

    def _negated(self) -> nodes.Expr:
        """`not a == b` denies the comparison, as in Jinja2; `not a ?? b` is `(not a) ?? b`, as in Pebble."""
        operand = self._operand()
        while (found := self._operator()) is not None and found[0] not in ("??", "???"):
            operand = self._apply(operand, *found)
        return operand

    def parse_primary(self, with_namespace: bool = False) -> nodes.Expr:
        token = self.stream.current
        if token.type == "name" and token.value in _CONSTANTS:
            next(self.stream)
            return nodes.Const(_CONSTANTS[token.value], lineno=token.lineno)
        return super().parse_primary(with_namespace)

    def parse_test(self, node: nodes.Expr) -> nodes.Expr:
        line = next(self.stream).lineno
        negated = self.stream.skip_if("name:not")
        name = self.stream.expect("name").value
        args, kwargs = self._test_arguments()
        test: nodes.Expr = nodes.Test(node, name, args, kwargs, None, None, lineno=line)
        return nodes.Not(test, lineno=line) if negated else test

    def _test_arguments(self) -> tuple[list[nodes.Expr], list[nodes.Keyword]]:
        token = self.stream.current
        if token.type == "lparen":
            args, kwargs, _, _ = self.parse_call_args()
            return args, kwargs
        literal = token.type in ("string", "integer", "float", "lbracket", "lbrace")
        if literal or (token.type == "name" and token.value not in _AFTER_TEST):
            return [self.parse_postfix(self.parse_primary())], []
        return [], []

    def parse_list(self) -> nodes.List:
        node = super().parse_list()
        node.items = [_existing(item) for item in node.items]
        return node

    def parse_dict(self) -> nodes.Dict:
        node = super().parse_dict()
        for pair in node.items:
            pair.value = _existing(pair.value)
        return node

    # --- tags --------------------------------------------------------------------------------------------------

    def parse_if(self) -> nodes.If:
        first = node = nodes.If(lineno=self.stream.expect("name:if").lineno)
        first.elif_, first.else_ = [], []
        while True:
            node.test = self.parse_tuple()
            node.body = self.parse_statements(("name:elseif", "name:elif", "name:else", "name:endif"))
            token = next(self.stream)
            if token.test_any("name:elseif", "name:elif"):
                node = nodes.If(lineno=token.lineno)
                node.elif_, node.else_ = [], []
                first.elif_.append(node)
                continue
            if token.test("name:else"):
                first.else_ = self.parse_statements(("name:endif",), drop_needle=True)
            return first

    def parse_for(self) -> nodes.For:
        node = super().parse_for()
        weight = nodes.Const(1 + _size(node.body) // NODES_A_STEP)
        node.iter = nodes.Filter(node.iter, LOOPED, [weight], [], None, None, lineno=node.lineno)
        return node

    def parse_statement(self) -> nodes.Node | list[nodes.Node]:
        token = self.stream.current
        if token.test("name:block") and self.stream.look().type == "string":
            return self._named_block()
        if token.test_any("name:cache", "name:parallel", "name:autoescape"):
            return self._transparent()
        if token.test("name:flush"):
            next(self.stream)
            return []
        if token.type == "name" and token.value in _FOREIGN:
            self.fail(f"`{{% {token.value} %}}` needs another template, and a flow has none", token.lineno)
        return super().parse_statement()

    def _named_block(self) -> nodes.Block:
        """`{% block "name" %}`: the name in quotes, as Pebble takes it."""
        line = next(self.stream).lineno
        name = next(self.stream).value
        body = self.parse_statements(("name:endblock",), drop_needle=True)
        self.stream.skip_if("name:" + name)
        return nodes.Block(name, body, False, False, lineno=line)

    def _transparent(self) -> list[nodes.Node]:
        """A tag that changes nothing here: only its body counts."""
        tag = next(self.stream).value
        if self.stream.current.type != "block_end":
            self.parse_expression()
        return self.parse_statements((f"name:end{tag}",), drop_needle=True)


def _existing(item: nodes.Expr) -> nodes.Expr:
    """A part of a list or a map must exist: it may leave the template as an object."""
    if isinstance(item, nodes.Const):
        return item
    return nodes.Test(item, EXISTING, [], [], None, None, lineno=item.lineno)


def _levels(tree: nodes.Node) -> Iterator[list[nodes.Node]]:
    """The nodes, level by level: without recursion, since the tree may be deep."""
    level = [tree]
    while level:
        yield level
        level = [child for node in level for child in node.iter_child_nodes()]


def _depth(tree: nodes.Node) -> int:
    return sum(1 for _ in _levels(tree))


def _size(body: list[nodes.Node]) -> int:
    return sum(len(level) for node in body for level in _levels(node))
