"""What is wrong in flow files, as a list, and where in the text it is."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from textwrap import wrap

from console.models.columns import Column
from console.models.filter import Filter
from console.render.cells import Segment
from runtime.model.problem import Problem
from runtime.model.views import FlowView

COLUMNS = (
    Column("", 1),
    Column("WHERE", least=20, most=48, keeps_end=True),
    Column("WHAT", least=24),
    Column("INSTEAD", least=20, most=50, rank=1),
)
AROUND = 3  # lines shown above and below the one that is meant

Cell = Sequence[Segment]


@dataclass(frozen=True)
class Trouble:
    """One problem of one file."""

    file: str
    flow: str
    """NAMESPACE.ID, where that could be read."""
    revision: int
    """The one that goes on running; 0 is none."""
    problem: Problem

    @property
    def where(self) -> str:
        """As compilers print it."""
        place = f":{self.problem.line}:{self.problem.column}" if self.problem.line else ""
        return f"{self.file}{place}"

    @property
    def key(self) -> str:
        return f"{self.where} {self.problem.path} {self.problem.message}"


def troubles(flows: Iterable[FlowView]) -> list[Trouble]:
    """All of them: files with errors first, then by file and line."""
    found = [
        Trouble(
            flow.file,
            f"{flow.namespace}.{flow.id}" if flow.namespace and flow.id else "",
            flow.revision,
            problem,
        )
        for flow in flows
        for problem in flow.problems
    ]
    broken = {each.file for each in found if each.problem.is_error}
    return sorted(
        found, key=lambda each: (each.file not in broken, each.file, each.problem.line, each.problem.column)
    )


def passing(found: Iterable[Trouble], wanted: Filter) -> list[Trouble]:
    return [each for each in found if wanted.passes(*_searched(each))]


def _searched(each: Trouble) -> tuple[str, dict[str, str]]:
    namespace, _, flow_id = each.flow.rpartition(".")
    fields = {"state": each.problem.severity.value, "ns": namespace, "flow": flow_id}
    return f"{each.where} {each.flow} {each.problem.message}", fields


def cells(each: Trouble, *, ascii_only: bool) -> tuple[Cell, ...]:
    problem = each.problem
    glyph = ("X" if ascii_only else "✖") if problem.is_error else "i" if problem.is_note else "!"
    return (
        (Segment(glyph, "failed" if problem.is_error else "dim" if problem.is_note else "warning"),),
        (Segment(each.where, "accent"),),
        (Segment(" ".join(problem.message.split())),),
        (Segment(" ".join(problem.hint.split()), "dim"),),
    )


def account(each: Trouble, source: str | None, *, width: int, ascii_only: bool) -> Iterator[Cell]:
    """Everything about one problem: message, hint, what goes on meanwhile, and the text around it with a caret."""
    problem = each.problem
    yield (Segment(each.where, "accent"), Segment(f"  {problem.path}", "dim"))
    yield from _wrapped(problem.message, width, "failed" if problem.is_error else "warning")
    yield from _wrapped(problem.hint, width, "strong")
    if problem.is_error and each.revision:
        goes_on = f"{each.flow} runs on as revision {each.revision} until this is mended"
        yield from _wrapped(goes_on, width, "dim")
    yield ()
    if source is None:
        yield (Segment("the file can't be read from here", "dim"),)
    elif problem.line:
        yield from excerpt(source, problem.line, problem.column, ascii_only=ascii_only)


def _wrapped(text: str, width: int, look: str) -> Iterator[Cell]:
    for line in text.splitlines():
        yield from ((Segment(part, look),) for part in wrap(line, max(width, 20)))


def excerpt(source: str, line: int, column: int, *, ascii_only: bool) -> Iterator[Cell]:
    """Some lines around the place, numbered, with a caret below it."""
    lines = source.splitlines()
    first, last = max(line - AROUND, 1), min(line + AROUND, len(lines))
    gutter = len(str(last))
    bar = "|" if ascii_only else "│"
    for number in range(first, last + 1):
        here = number == line
        text = lines[number - 1]
        yield (
            Segment(f"{number:>{gutter}} {bar} ", "strong" if here else "number"),
            Segment(text.expandtabs(4), "strong" if here else "code"),
        )
        if here:
            before = len(text[: max(column - 1, 0)].expandtabs(4))
            yield (Segment(f"{'':>{gutter}} {bar} {'':>{before}}", "number"), Segment("^", "failed"))
