"""A parsed regular expression as a list of instructions, for the matcher that counts its steps (`regex_steps`)."""

import re
from collections.abc import Callable
from importlib import import_module
from typing import Any, TypeAlias

from runtime.expressions.regex_cost import REPEATS, SINGLE, codes, is_single, parser

compiler: Any = import_module("re._compiler")

Instruction: TypeAlias = tuple[Any, ...]
Matcher: TypeAlias = Callable[..., "re.Match[str] | None"]

TAKE, RUN, SPLIT, JUMP, MARK, ENTER, UNTIL, SAME, GIVEN, LOOK, ATOMIC, END = range(12)
GREEDY, LAZY, POSSESSIVE = range(3)
SIMPLE = (*SINGLE, codes.AT)
"""What `re` matches without a choice."""
_MANNER = {codes.MAX_REPEAT: GREEDY, codes.MIN_REPEAT: LAZY, codes.POSSESSIVE_REPEAT: POSSESSIVE}


class Program:
    """The instructions of one pattern."""

    def __init__(self, tree: Any) -> None:
        self._state = tree.state
        self._flags = (0, 0)  # added to the pattern's own, and taken away, by `(?i:...)`
        self._loops = 0
        self.code: list[Instruction] = []
        self.names: dict[str, int] = dict(tree.state.groupdict)
        self.groups: int = tree.state.groups
        self.lead = self._lead(tree)
        """Where a match can begin at all, if it is always with the same letters."""
        self._sequence(tree)
        self._put(END)

    def _put(self, *instruction: Any) -> int:
        self.code.append(instruction)
        return len(self.code) - 1

    def _compiled(self, nodes: list[Any]) -> "re.Pattern[str]":
        """Nodes without a choice, as a pattern of `re`."""
        inside = (codes.SUBPATTERN, (None, *self._flags, parser.SubPattern(self._state, nodes)))
        found: re.Pattern[str] = compiler.compile(parser.SubPattern(self._state, [inside]), 0)
        return found

    def _lead(self, nodes: Any) -> "re.Pattern[str] | None":
        if not len(nodes):
            return None
        code, argument = nodes[0]
        if code in SINGLE:
            return self._compiled([nodes[0]])
        if code in REPEATS and argument[0] > 0:
            return self._lead(argument[2])
        return self._lead(argument[3]) if code is codes.SUBPATTERN and argument[1:3] == (0, 0) else None

    def _sequence(self, nodes: Any) -> None:
        simple: list[Any] = []
        for node in nodes:
            if node[0] in SIMPLE:
                simple.append(node)
                continue
            self._take(simple)
            simple = []
            self._node(*node)
        self._take(simple)

    def _take(self, nodes: list[Any]) -> None:
        if nodes:
            self._put(TAKE, self._compiled(nodes).match)

    def _node(self, code: Any, argument: Any) -> None:
        if code in REPEATS:
            self._repeat(_MANNER[code], *argument)
        elif code is codes.BRANCH:
            self._branch(argument[1])
        elif code is codes.SUBPATTERN:
            self._group(*argument)
        elif code is codes.GROUPREF:
            self._put(SAME, argument, bool((self._state.flags | self._flags[0]) & re.IGNORECASE))
        elif code is codes.GROUPREF_EXISTS:
            self._given(*argument)
        elif code in (codes.ASSERT, codes.ASSERT_NOT):
            behind = argument[1].getwidth()[0] if argument[0] < 0 else 0
            self._inside(LOOK, argument[1], behind, code is codes.ASSERT)
        elif code is codes.ATOMIC_GROUP:
            self._inside(ATOMIC, argument)
        else:  # FAILURE: nothing matches
            self._put(SPLIT, ())

    def _inside(self, code: int, nodes: Any, *arguments: Any) -> None:
        """A part that is matched by itself: its choices are given up once it has matched."""
        at = self._put(code)
        self._sequence(nodes)
        self._put(END)
        self.code[at] = (code, len(self.code), *arguments)

    def _group(self, number: int | None, added: int, gone: int, nodes: Any) -> None:
        outer, self._flags = self._flags, (self._flags[0] & ~gone | added, self._flags[1] & ~added | gone)
        if number is not None:
            self._put(MARK, 2 * number)
        self._sequence(nodes)
        if number is not None:
            self._put(MARK, 2 * number + 1)
        self._flags = outer

    def _branch(self, branches: Any) -> None:
        split = self._put(SPLIT)
        starts, ends = [], []
        for branch in branches:
            starts.append(len(self.code))
            self._sequence(branch)
            ends.append(self._put(JUMP))
        self.code[split] = (SPLIT, tuple(starts))
        for end in ends:
            self.code[end] = (JUMP, len(self.code))

    def _given(self, number: int, yes: Any, no: Any) -> None:
        test = self._put(GIVEN)
        self._sequence(yes)
        end = self._put(JUMP)
        self.code[test] = (GIVEN, number, len(self.code))
        self._sequence(no or ())
        self.code[end] = (JUMP, len(self.code))

    def _repeat(self, manner: int, least: int, most: Any, body: Any) -> None:
        if is_single(body):
            run = self._compiled([(codes.MAX_REPEAT, (0, most, body))])
            self._put(RUN, run.match, least, manner)
        elif manner == POSSESSIVE:
            repeat = parser.SubPattern(self._state, [(codes.MAX_REPEAT, (least, most, body))])
            self._inside(ATOMIC, repeat)
        else:
            self._loops += 1
            loop = -self._loops  # below the numbers of marks, with which it shares a map
            self._put(ENTER, loop)
            jump = self._put(JUMP)
            self._sequence(body)
            self.code[jump] = (JUMP, len(self.code))
            limit = None if most is codes.MAXREPEAT else int(most)
            self._put(UNTIL, loop, int(least), limit, manner, jump + 1)
