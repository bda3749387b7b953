"""The templates in a flow's texts: whether they can be rendered at all, and whether the names in them exist."""

from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from typing import Any

from runtime.errors import ExpressionFailed
from runtime.expressions import Expressions
from runtime.expressions.shapes import shape
from runtime.language.document import Path
from runtime.language.report import Report
from runtime.language.values import is_template

MOST_CHARACTERS = (
    150_000  # of templates that differ in more than names and texts: more take seconds to look at
)
CHARACTERS_A_TEMPLATE = 50  # that each counts for at least
OUTSIDE_FILTERS = ("jq", "yaml")  # only a running flow has them


@lru_cache(1)
def expressions() -> Expressions:
    """One for all flows: what it has parsed once it remembers."""
    return Expressions(filters=dict.fromkeys(OUTSIDE_FILTERS, _elsewhere))


def _elsewhere(*args: Any, **kwargs: Any) -> None:
    """Stands for what only a running flow can do."""


def texts(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    """Every text that holds a template, keys of maps too."""
    if isinstance(value, str):
        if is_template(value):
            yield path, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if is_template(key):
                yield (*path, key), key
            yield from texts(item, (*path, key))
    elif isinstance(value, list | tuple):
        for number, item in enumerate(value):
            yield from texts(item, (*path, number))


class Templates:
    """Checks the templates of one flow, at once for what they are, at the end for the names in them.

    What is wrong is a warning: Kestra loads such flows, and a branch that is never reached may hold anything.
    """

    def __init__(self, report: Report) -> None:
        self._report = report
        self._seen: list[tuple[Path, str]] = []
        self._kinds: set[str] = set()
        self._left = MOST_CHARACTERS

    def check(self, value: Any, path: Path) -> None:
        for place, template in texts(value, path):
            if not self._affordable(place, template):
                continue
            problems = _problems(template)
            for message in problems:
                self._report.warn(place, f"{message}; what needs this expression fails when it is reached")
            if not problems:
                self._seen.append((place, template))

    def _affordable(self, path: Path, template: str) -> bool:
        """Whether the template is to be looked at: of a file with thousands of different ones only the first are."""
        found = shape(template)
        kind = template if found is None else found.text
        if kind in self._kinds:
            return True
        if self._left < 0:
            return False
        self._kinds.add(kind)
        self._left -= len(kind) + CHARACTERS_A_TEMPLATE
        if self._left < 0:
            self._report.warn(
                path, "the flow has too many different expressions: from here on they are not checked"
            )
        return self._left >= 0

    def check_names(self, inputs: Collection[str], tasks: Collection[str] | None) -> None:
        """Once all ids are known; without `tasks` outputs are not looked at."""
        known = _Names(inputs)
        own = None if tasks is None else _Names(tasks)
        for place, template in self._seen:
            for reference in sorted(_names(template)):
                if reference[0] == "inputs" and len(reference) > 1:
                    self._check_input(place, reference[1:], known)
                elif reference[0] == "outputs" and len(reference) > 1 and own is not None:
                    self._check_task(place, reference[1], own)
            for meant, message in _dashes(template).items():
                named = known if meant[0] == "inputs" else own
                if named and any(
                    ".".join(meant[1 : length + 1]) in named.all for length in range(1, len(meant))
                ):
                    self._report.warn(place, message)

    def _check_task(self, path: Path, name: str, tasks: "_Names") -> None:
        if name not in tasks.all and name not in tasks.before["-"]:
            near = self._report.nearest(name, tasks.all)
            hint = f"did you mean `outputs.{near}`?" if near else ""
            self._report.warn(path, f"the flow has no task `{name}`", hint)

    def _check_input(self, path: Path, parts: tuple[str, ...], known: "_Names") -> None:
        """`inputs.a.b` may be the input `a.b`, a part of the input `a`, or the group that holds `a.b.c`."""
        begun = [".".join(parts[:length]) for length in range(1, len(parts) + 1)]
        whole = begun[-1]
        if any(name in known.all for name in begun) or whole in known.before["."]:
            return
        if begun[0] in known.before["-"]:
            return  # `inputs.a-b`: the dash has its own message
        near = self._report.nearest(whole, known.all)
        hint = f"did you mean `inputs.{near}`?" if near else ""
        self._report.warn(path, f"the flow has no input `{whole}`", hint)


class _Names:
    """Ids of a flow, and their beginnings: up to a dot or a dash."""

    def __init__(self, names: Collection[str]) -> None:
        self.all = dict.fromkeys(names)
        self.before = {
            sign: {name[:at] for name in names for at, letter in enumerate(name) if letter == sign}
            for sign in ".-"
        }


@lru_cache(4_000)
def _problems(template: str) -> tuple[str, ...]:
    return tuple(expressions().problems(template))


@lru_cache(4_000)
def _names(template: str) -> frozenset[tuple[str, ...]]:
    try:
        return frozenset(expressions().names(template, guarded=False))
    except ExpressionFailed:
        return frozenset()


@lru_cache(4_000)
def _dashes(template: str) -> Mapping[tuple[str, ...], str]:
    try:
        return expressions().dashes(template)
    except ExpressionFailed:
        return {}
