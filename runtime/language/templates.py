"""The templates in a flow's texts: whether they can be rendered at all, and whether the names in them exist."""

from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from typing import Any

from runtime.errors import ExpressionFailed
from runtime.expressions import Expressions
from runtime.language.document import Path
from runtime.language.report import Report
from runtime.language.values import is_template

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

    def check(self, value: Any, path: Path) -> None:
        for place, template in texts(value, path):
            problems = _problems(template)
            for message in problems:
                self._report.warn(place, f"{message}; what needs this expression fails when it is reached")
            if not problems:
                self._seen.append((place, template))

    def check_names(self, inputs: Collection[str], tasks: Collection[str] | None) -> None:
        """Once all ids are known; without `tasks` outputs are not looked at."""
        for place, template in self._seen:
            for reference in sorted(_names(template)):
                if reference[0] == "inputs" and len(reference) > 1:
                    self._check_input(place, reference[1:], inputs)
                elif reference[0] == "outputs" and len(reference) > 1 and tasks is not None:
                    self._check_task(place, reference[1], tasks)
            for meant, message in _dashes(template).items():
                known = inputs if meant[0] == "inputs" else tasks or ()
                if meant[1:] and any(
                    ".".join(meant[1 : length + 1]) in known for length in range(1, len(meant))
                ):
                    self._report.warn(place, message)

    def _check_task(self, path: Path, name: str, tasks: Collection[str]) -> None:
        if name not in tasks and not any(task.startswith(f"{name}-") for task in tasks):
            near = self._report.nearest(name, tasks)
            hint = f"did you mean `outputs.{near}`?" if near else ""
            self._report.warn(path, f"the flow has no task `{name}`", hint)

    def _check_input(self, path: Path, parts: tuple[str, ...], known: Collection[str]) -> None:
        """`inputs.a.b` may be the input `a.b`, a part of the input `a`, or the group that holds `a.b.c`."""
        begun = [".".join(parts[:length]) for length in range(1, len(parts) + 1)]
        whole = begun[-1]
        if any(name in known for name in begun):
            return
        if any(name.startswith(f"{whole}.") for name in known):
            return
        if any(name.startswith(f"{begun[0]}-") for name in known):
            return  # `inputs.a-b`: the dash has its own message
        near = self._report.nearest(whole, known)
        hint = f"did you mean `inputs.{near}`?" if near else ""
        self._report.warn(path, f"the flow has no input `{whole}`", hint)


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
