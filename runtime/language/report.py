"""What is found wrong while a flow is read, each with its place in the text."""

from collections.abc import Collection, Iterable
from difflib import get_close_matches

from runtime.language.document import Document, Path, written
from runtime.model.problem import Problem, Severity

MOST_HINTS = 200  # a name that is meant is sought among all there are: thousands of searches take minutes
MOST_PROBLEMS = 1_000  # that are told
MOST_COMPARISONS = 50_000  # likewise of names, one with another


class Report:
    """Collects problems. A place that is not in the text (a key that is missing) is the nearest around it."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._problems: list[Problem] = list(document.problems)
        self._comparisons = 0
        self.errors = sum(problem.is_error for problem in self._problems)
        """How many there are by now."""

    def error(self, path: Path, message: str, hint: str = "") -> None:
        self._add(path, message, hint, Severity.ERROR)

    def warn(self, path: Path, message: str, hint: str = "") -> None:
        self._add(path, message, hint, Severity.WARNING)

    def note(self, path: Path, message: str, hint: str) -> None:
        """What works, and is better written otherwise."""
        self._add(path, message, hint, Severity.NOTE)

    def add(self, path: Path, message: str, severity: Severity) -> None:
        self._add(path, message, "", severity)

    def _add(self, path: Path, message: str, hint: str, severity: Severity) -> None:
        self.errors += severity is Severity.ERROR
        line, column = self._document.position(path)
        self._problems.append(
            Problem(
                message=message, line=line, column=column, path=written(path), hint=hint, severity=severity
            )
        )

    def line(self, path: Path) -> int:
        return self._document.position(path)[0]

    @property
    def is_long(self) -> bool:
        """Whether so much is wrong that nothing more is sought for a hint."""
        return len(self._problems) >= MOST_HINTS

    def problems(self) -> tuple[Problem, ...]:
        """By line, each once; of a file with thousands the first, and how many more there are."""
        distinct = sorted(dict.fromkeys(self._problems), key=lambda problem: (problem.line, problem.column))
        return (*distinct[:MOST_PROBLEMS], *_summary(distinct[MOST_PROBLEMS:]))

    def nearest(self, name: str, known: Collection[str]) -> str | None:
        """The known name that seems to be meant; none any more where a file is wrong throughout."""
        self._comparisons += len(known)
        if self.is_long or self._comparisons > MOST_COMPARISONS:
            return None
        return nearest(name, known)

    def unknown_key(self, path: Path, owner: str, known: Iterable[str]) -> str | None:
        """`path` ends with a key that nobody knows; the result is the one that seems to be meant."""
        key = str(path[-1])
        near = self.nearest(key, list(known))
        self.error(path, f"{owner} has no property `{key}`", f"did you mean `{near}`?" if near else "")
        return near


def _summary(left: list[Problem]) -> tuple[Problem, ...]:
    if not left:
        return ()
    severity = Severity.ERROR if any(problem.is_error for problem in left) else left[0].severity
    message = f"there are {len(left):,} more problems from here on"
    return (Problem(message=message, line=left[0].line, column=left[0].column, severity=severity),)


def nearest(name: str, known: Collection[str]) -> str | None:
    """The known name that is most like this one, if any is."""
    lowered = {candidate.lower(): candidate for candidate in known}
    near = get_close_matches(name.lower(), lowered, 1, 0.6)
    return lowered[near[0]] if near else None
