"""A matcher of regular expressions that counts its steps, for patterns that could run for ever in Python's `re`.

It tries what `re` tries, in the same order, and so finds the same; but it is a loop over a list of choices that are still
open, and each turn of it is paid for. What needs no choice (letters, classes, anchors) is left to `re`.
"""

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

from runtime.expressions.limits import MAX_STEPS, LimitExceeded, step
from runtime.expressions.regex_program import (
    ATOMIC,
    END,
    ENTER,
    GIVEN,
    GREEDY,
    JUMP,
    LAZY,
    LOOK,
    MARK,
    RUN,
    SAME,
    SPLIT,
    TAKE,
    UNTIL,
    Program,
)

TURNS_A_STEP = 4  # a turn here costs a fourth of what a turn of a template's loop does
PAID_AT_ONCE = 1_000  # turns
LETTERS_A_TURN = 100  # of a run that `re` goes over
FAILED = -1

Marks: TypeAlias = dict[int, Any]
"""Where groups begin (2n) and end (2n + 1); below zero, how often a loop has turned and where it last began."""
Step: TypeAlias = tuple[int, int]
"""The next instruction, or FAILED, and where in the text."""
_GO, _UNDO, _RESTORE, _TURN, _SHORTER, _LONGER = range(6)


class Found:
    """A match, with as much of `re.Match` as is needed here."""

    def __init__(self, text: str, program: Program, marks: Marks) -> None:
        self._text = text
        self._program = program
        self._marks = marks

    def start(self) -> int:
        return int(self._marks[0])

    def end(self) -> int:
        return int(self._marks[1])

    def __getitem__(self, group: int | str) -> str | None:
        number = self._program.names[group] if isinstance(group, str) else group
        if not 0 <= number < self._program.groups:
            raise IndexError("no such group")
        start, end = self._marks.get(2 * number), self._marks.get(2 * number + 1)
        return None if start is None or end is None else self._text[start:end]


class Stepwise:
    """A pattern that is matched step by step; it has the methods of `re.Pattern` that are needed here."""

    def __init__(self, tree: Any) -> None:
        self._program = Program(tree)

    def fullmatch(self, text: str) -> Found | None:
        return _Matching(self._program, text, to_end=True).at(0)

    def search(self, text: str) -> Found | None:
        return next(self.finditer(text), None)

    def finditer(self, text: str) -> Iterator[Found]:
        """Every match, each behind the one before; an empty one is not found twice at one place."""
        matching = _Matching(self._program, text)
        at: int | None = 0
        while at is not None and (found := matching.first(at)) is not None:
            yield found
            at = found.end()
            matching.barred = at if found.start() == at else FAILED


class _Matching:
    """The state of one search in one text."""

    def __init__(self, program: Program, text: str, *, to_end: bool = False) -> None:
        self._program = program
        self._text = text
        self._to_end = to_end
        self._marks: Marks = {}
        self._choices: list[Any] = []
        """Of a kind each: what was not tried yet, and what is to be undone on the way back to it."""
        self._turns = 0
        self._paid = 0
        self.barred = FAILED
        """Where no match may end."""

    def first(self, start: int) -> Found | None:
        lead = self._program.lead
        while start <= len(self._text):
            if lead is not None:
                begun = lead.search(self._text, start)
                if begun is None:
                    return None
                start = begun.start()
            if (found := self.at(start)) is not None:
                return found
            start += 1
        return None

    def at(self, start: int) -> Found | None:
        self._marks = {}
        end = self._run(0, start, outermost=True)
        if end == FAILED:
            return None
        return Found(self._text, self._program, {**self._marks, 0: start, 1: end})

    def _pay(self) -> None:
        step(PAID_AT_ONCE // TURNS_A_STEP)
        self._paid += PAID_AT_ONCE
        self._turns = 0
        if self._paid > MAX_STEPS * TURNS_A_STEP:
            raise LimitExceeded("the regular expression tries too many ways: it works too long")

    def _refused(self, at: int) -> bool:
        """Whether a match of the whole pattern may not end here."""
        return at == self.barred or (self._to_end and at != len(self._text))

    def _set(self, key: int, value: Any) -> None:
        self._choices.append((_UNDO, key, self._marks.get(key), 0))
        self._marks[key] = value

    def _run(self, counter: int, at: int, *, outermost: bool = False) -> int:
        """From an instruction on, the place where its END is reached, or FAILED with all marks as they were."""
        code, text = self._program.code, self._text
        outer, self._choices = self._choices, []
        try:
            while True:
                self._turns += 1
                if self._turns >= PAID_AT_ONCE:
                    self._pay()
                instruction = code[counter]
                kind = instruction[0]
                if kind == TAKE:  # the commonest by far
                    taken = instruction[1](text, at)
                    counter, at = (FAILED, at) if taken is None else (counter + 1, taken.end())
                elif kind != END:
                    counter, at = _DEEDS[kind](self, instruction, counter, at)
                elif outermost and self._refused(at):
                    counter = FAILED
                else:
                    return at
                if counter == FAILED:
                    counter, at = self._back()
                    if counter == FAILED:
                        return FAILED
        finally:
            self._choices = outer

    def _back(self) -> Step:
        """The last choice that is still open: the instruction to go on with, and where; marks are set back on the way."""
        choices, marks = self._choices, self._marks
        while choices:
            kind, first, second, more = choices.pop()
            if kind == _UNDO:
                marks[first] = second
            elif kind == _RESTORE:
                marks.clear()
                marks.update(first)
            elif kind == _TURN:
                self._set(first[1], more)
                return first[5], second
            else:
                if kind == _SHORTER and second > more:
                    choices.append((kind, first, second - 1, more))
                elif kind == _LONGER and second < more:
                    choices.append((kind, first, second + 1, more))
                return first, second
        return FAILED, FAILED

    # --- what instructions do: the next one, and where in the text

    def over(self, instruction: Any, counter: int, at: int) -> Step:
        """A run of letters: its longest, or with LAZY its shortest, and the others as a choice."""
        _, match, least, manner = instruction
        low, high = at + least, match(self._text, at).end()
        self._turns += (high - at) // LETTERS_A_TURN
        if high < low:
            return FAILED, at
        if manner == LAZY:
            if low < high:
                self._choices.append((_LONGER, counter + 1, low + 1, high))
            return counter + 1, low
        if manner == GREEDY and low < high:
            self._choices.append((_SHORTER, counter + 1, high - 1, low))
        return counter + 1, high

    def split(self, instruction: Any, counter: int, at: int) -> Step:
        self._choices += [(_GO, target, at, 0) for target in reversed(instruction[1])]
        return FAILED, at

    def jump(self, instruction: Any, counter: int, at: int) -> Step:
        return instruction[1], at

    def mark(self, instruction: Any, counter: int, at: int) -> Step:
        self._set(instruction[1], at)
        return counter + 1, at

    def enter(self, instruction: Any, counter: int, at: int) -> Step:
        self._set(instruction[1], (0, FAILED))
        return counter + 1, at

    def again(self, instruction: Any, counter: int, at: int) -> Step:
        """At the end of a loop's body: once more, or on."""
        _, loop, least, most, manner, body = instruction
        count, last = self._marks[loop]
        if count < least:
            self._set(loop, (count + 1, last))
            return body, at
        if at == last or (most is not None and count >= most):
            return counter + 1, at
        if manner == LAZY:
            self._choices.append((_TURN, instruction, at, (count + 1, at)))
            return counter + 1, at
        self._choices.append((_GO, counter + 1, at, 0))
        self._set(loop, (count + 1, at))
        return body, at

    def same(self, instruction: Any, counter: int, at: int) -> Step:
        """What a group has matched, once more."""
        _, group, any_case = instruction
        start, end = self._marks.get(2 * group), self._marks.get(2 * group + 1)
        if start is None or end is None:
            return FAILED, at
        until = at + end - start
        self._turns += (end - start) // LETTERS_A_TURN
        wanted, found = self._text[start:end], self._text[at:until]
        fits = wanted.lower() == found.lower() if any_case else wanted == found
        return (counter + 1, until) if fits else (FAILED, at)

    def given(self, instruction: Any, counter: int, at: int) -> Step:
        _, group, no = instruction
        return (counter + 1 if self._marks.get(2 * group + 1) is not None else no), at

    def look(self, instruction: Any, counter: int, at: int) -> Step:
        _, after, behind, wanted = instruction
        before = dict(self._marks)
        fits = at >= behind and self._run(counter + 1, at - behind) != FAILED
        if fits and wanted:
            self._choices.append((_RESTORE, before, 0, 0))
        elif fits:
            self._marks.clear()
            self._marks.update(before)
        return (after if fits == wanted else FAILED), at

    def atomic(self, instruction: Any, counter: int, at: int) -> Step:
        before = dict(self._marks)
        end = self._run(counter + 1, at)
        if end == FAILED:
            return FAILED, at
        self._choices.append((_RESTORE, before, 0, 0))
        return instruction[1], end


_DEEDS: dict[int, Callable[[_Matching, Any, int, int], Step]] = {
    RUN: _Matching.over,
    SPLIT: _Matching.split,
    JUMP: _Matching.jump,
    MARK: _Matching.mark,
    ENTER: _Matching.enter,
    UNTIL: _Matching.again,
    SAME: _Matching.same,
    GIVEN: _Matching.given,
    LOOK: _Matching.look,
    ATOMIC: _Matching.atomic,
}
