"""How much one rendering may do: a template is a flow author's text, and must not stop the runtime for the others."""

from contextvars import ContextVar
from typing import Any

from runtime.errors import ExpressionFailed

MAX_TEMPLATE = 1_000_000  # characters of source
MAX_TOKENS = 20_000  # words and signs of source: half a second to compile
MAX_OUTPUT = 8_000_000  # characters of one text, built or printed
MAX_MEMORY = 64_000_000  # characters and items built in all, by one rendering
MAX_STEPS = 500_000  # turns of loops and calls of functions, in one rendering
ITEMS_A_STEP = 20  # items gone through that count as one step
CHARACTERS_A_STEP = 2_000  # characters likewise
MAX_ITEMS = 1_000_000  # values in one list, or in one printed document
MAX_RANGE = 100_000  # numbers in `1..n` and range()
MAX_DIGITS = 100  # digits of a whole number
MAX_RENDERINGS = 100  # how often render() renders what it rendered

_LARGEST = 10**MAX_DIGITS


class LimitExceeded(ExpressionFailed):
    """The template asks for more than one rendering may use."""


class Budget:
    """What is left to one rendering, with all that `render()` renders inside it."""

    __slots__ = ("memory", "renderings", "steps")

    def __init__(self) -> None:
        self.steps = MAX_STEPS
        self.memory = MAX_MEMORY
        self.renderings = MAX_RENDERINGS


BUDGET: ContextVar[Budget | None] = ContextVar("BUDGET", default=None)
"""The budget of the rendering at hand; outside one, nothing is counted."""


def step(count: int = 1) -> None:
    """Pay for turns of a loop, or for work worth as much."""
    budget = BUDGET.get()
    if budget is not None:
        budget.steps -= count
        if budget.steps < 0:
            raise LimitExceeded(f"the expression takes more than {MAX_STEPS:,} steps: it works too long")


def work(*values: Any) -> None:
    """Pay for going through texts, lists and maps once."""
    for value in values:
        if isinstance(value, str):
            step(len(value) // CHARACTERS_A_STEP)
        elif isinstance(value, (list, tuple, dict, set, frozenset)):
            step(len(value) // ITEMS_A_STEP)


def charge(size: int) -> None:
    """Pay for characters or items that are built."""
    budget = BUDGET.get()
    if budget is not None:
        budget.memory -= size
        if budget.memory < 0:
            raise LimitExceeded(f"the expression builds more than {MAX_MEMORY:,} characters in all")


def enter() -> None:
    """Pay for one more rendering inside this one."""
    budget = BUDGET.get()
    if budget is not None:
        budget.renderings -= 1
        if budget.renderings < 0:
            raise LimitExceeded(f"render() went round {MAX_RENDERINGS} times: a text seems to contain itself")


def check_text(size: int) -> None:
    """Refuse a text of `size` characters before it is built."""
    if size > MAX_OUTPUT:
        raise LimitExceeded(f"the expression builds a text of more than {MAX_OUTPUT:,} characters")


def check_items(size: int) -> None:
    """Refuse a list of `size` values before it is built."""
    if size > MAX_ITEMS:
        raise LimitExceeded(f"the expression builds a list of more than {MAX_ITEMS:,} values")


def check_range(size: int) -> None:
    if size > MAX_RANGE:
        raise LimitExceeded(f"the range has {size:,} values; at most {MAX_RANGE:,} are possible")


def check_number(value: int) -> int:
    if not -_LARGEST < value < _LARGEST:
        raise LimitExceeded(f"the number has more than {MAX_DIGITS} digits")
    return value
