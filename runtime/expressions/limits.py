"""How much one rendering may do: a template is a flow author's text, and must not stop the runtime for the others."""

from runtime.errors import ExpressionFailed

MAX_TEMPLATE = 1_000_000  # characters of source
MAX_OUTPUT = 8_000_000  # characters of one text, built or printed
MAX_MEMORY = 64_000_000  # characters and items built in all, by one rendering
MAX_STEPS = 500_000  # turns of loops and calls of functions, in one rendering
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

    def step(self, count: int = 1) -> None:
        self.steps -= count
        if self.steps < 0:
            raise LimitExceeded(f"the expression takes more than {MAX_STEPS:,} steps: its loops are too long")

    def charge(self, size: int) -> None:
        self.memory -= size
        if self.memory < 0:
            raise LimitExceeded(f"the expression builds more than {MAX_MEMORY:,} characters in all")

    def enter(self) -> None:
        self.renderings -= 1
        if self.renderings < 0:
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
