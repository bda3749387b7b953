"""What is found wrong while a flow is read, each with its place in the text."""

from collections.abc import Collection, Iterable
from difflib import get_close_matches

from runtime.language.document import Document, Path, written
from runtime.model.problem import Problem, Severity

MOST_HINTS = 200  # a name that is meant is sought among all there are: thousands of searches take minutes


class Report:
    """Collects problems. A place that is not in the text (a key that is missing) is the nearest around it."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._problems: list[Problem] = list(document.problems)

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
        line, column = self._document.position(path)
        self._problems.append(
            Problem(
                message=message, line=line, column=column, path=written(path), hint=hint, severity=severity
            )
        )

    def line(self, path: Path) -> int:
        return self._document.position(path)[0]

    @property
    def errors(self) -> int:
        """How many there are by now."""
        return sum(problem.is_error for problem in self._problems)

    def problems(self) -> tuple[Problem, ...]:
        """By line, each once."""
        distinct = dict.fromkeys(self._problems)
        return tuple(sorted(distinct, key=lambda problem: (problem.line, problem.column)))

    def nearest(self, name: str, known: Collection[str]) -> str | None:
        """The known name that seems to be meant; none any more where a file is wrong throughout."""
        return nearest(name, known) if len(self._problems) < MOST_HINTS else None

    def unknown_key(self, path: Path, owner: str, known: Iterable[str]) -> str | None:
        """`path` ends with a key that nobody knows; the result is the one that seems to be meant."""
        key = str(path[-1])
        near = self.nearest(key, list(known))
        self.error(path, f"{owner} has no property `{key}`", f"did you mean `{near}`?" if near else "")
        return near


def nearest(name: str, known: Collection[str]) -> str | None:
    """The known name that is most like this one, if any is."""
    lowered = {candidate.lower(): candidate for candidate in known}
    near = get_close_matches(name.lower(), lowered, 1, 0.6)
    return lowered[near[0]] if near else None
