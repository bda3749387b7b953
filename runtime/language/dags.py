"""What the tasks of a Dag wait for: whether it exists, and whether anything waits for itself."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from runtime.language.circles import circles, listed
from runtime.language.document import Path
from runtime.language.report import Report


@dataclass(frozen=True)
class Member:
    """A task of a Dag, by id."""

    id: str
    needs: tuple[str, ...]
    path: Path
    """Of the entry in the Dag's list."""


def members(value: Any, path: Path) -> Iterator[Member]:
    """The entries that are in order; the others have been reported."""
    for number, item in enumerate(value if isinstance(value, list) else ()):
        if isinstance(item, Mapping) and isinstance(item.get("task"), Mapping):
            needs = item.get("dependsOn")
            listed = needs if isinstance(needs, list) else ()
            yield Member(str(item["task"].get("id")), tuple(map(str, listed)), (*path, number))


def check_dag(report: Report, name: str, tasks: Sequence[Member], path: Path) -> None:
    known = {task.id: task for task in tasks}
    for task in tasks:
        for number, need in enumerate(task.needs):
            if need not in known:
                near = report.nearest(need, known)
                report.error(
                    (*task.path, "dependsOn", number),
                    f"{name}: Not existing task id in dependency: {need}",
                    f"did you mean `{near}`?" if near else "only tasks of the same Dag can be waited for",
                )
    inside = circles({task.id: task.needs for task in tasks})
    circle = [task.id for task in tasks if task.id in inside]
    if circle:
        report.error(
            (*known[circle[0]].path, "dependsOn"), f"{name}: Cyclic dependency detected: {listed(circle)}"
        )
