"""How long a regular expression may take at most, seen from its syntax: so that only what is certainly quick runs unwatched.

A backtracking matcher tries ways: one for a letter, one a length for a repetition, the sum for alternatives, the product for
what follows each other. The bound is `factor * length ** degree`; a repetition of what can match in several ways has none.
"""

from dataclasses import dataclass
from importlib import import_module
from math import inf
from typing import Any

# Python's own parser of patterns: private, but the same since 3.11; a second one would differ from what `re` matches.
parser: Any = import_module("re._parser")
codes: Any = import_module("re._constants")

SINGLE = (codes.LITERAL, codes.NOT_LITERAL, codes.ANY, codes.IN, codes.CATEGORY)
"""What matches one letter."""
REPEATS = (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT)


@dataclass(frozen=True)
class Bound:
    """Ways to match a text of length n: at most `factor * n ** degree`."""

    factor: float = 1
    degree: float = 0

    def then(self, other: "Bound") -> "Bound":
        return Bound(self.factor * other.factor, self.degree + other.degree)

    def steps(self, length: int) -> float:
        size: float = float(max(length, 2)) ** min(self.degree, 100)
        return self.factor * size


def is_single(body: Any) -> bool:
    return len(body) == 1 and body[0][0] in SINGLE


def bound(tree: Any, *, to_end: bool) -> Bound:
    """Of a whole pattern; `to_end` where the match must end with the text, so that the last part may be tried anew too."""
    nodes = list(tree)
    if not to_end and nodes and nodes[-1][0] in REPEATS and is_single(nodes[-1][1][2]):
        nodes.pop()  # nothing comes after it that could fail
    found = _sequence(nodes)
    return Bound(found.factor * (1 + _size(tree)), found.degree)


def _sequence(nodes: Any) -> Bound:
    found = Bound()
    for node in nodes:
        found = found.then(_node(*node))
    return found


def _node(code: Any, argument: Any) -> Bound:
    if code in REPEATS:
        return _repeat(*argument)
    if code is codes.BRANCH:
        branches = [_sequence(branch) for branch in argument[1]]
        return Bound(sum(branch.factor for branch in branches), max(branch.degree for branch in branches))
    if code is codes.SUBPATTERN:
        return _sequence(argument[3])
    if code in (codes.ASSERT, codes.ASSERT_NOT):
        return _sequence(argument[1])
    if code is codes.ATOMIC_GROUP:
        return _sequence(argument)
    if code is codes.GROUPREF_EXISTS:
        return Bound(2).then(_sequence(argument[1])).then(_sequence(argument[2] or ()))
    return Bound()


def _repeat(least: int, most: Any, body: Any) -> Bound:
    endless = most is codes.MAXREPEAT
    once = _sequence(body)
    if once == Bound() and _width(body) > 0:
        return Bound(1, 1) if endless else Bound(int(most) - int(least) + 1)
    if endless or once.degree * int(most) > 100 or int(most) > 100:
        return Bound(inf)
    return Bound((once.factor + 1) ** int(most), once.degree * int(most))


def _width(body: Any) -> int:
    """The least number of letters that it takes."""
    return int(body.getwidth()[0])


def _size(tree: Any) -> int:
    """How many parts the pattern has, repetitions written out up to a point."""
    return sum(_node_size(*node) for node in tree)


def _node_size(code: Any, argument: Any) -> int:
    if code in REPEATS:
        return 1 + _size(argument[2]) * (1 if is_single(argument[2]) else max(1, min(int(argument[0]), 100)))
    if code is codes.BRANCH:
        return 1 + sum(map(_size, argument[1]))
    if code is codes.SUBPATTERN:
        return 1 + _size(argument[3])
    if code in (codes.ASSERT, codes.ASSERT_NOT):
        return 1 + _size(argument[1])
    return 1 + _size(argument) if code is codes.ATOMIC_GROUP else 1
