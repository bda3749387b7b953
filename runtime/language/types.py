"""What a `type:` of a flow file names: a plugin, a class of Kestra's that nothing here runs, or nothing at all."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

from runtime.errors import PluginUnavailable
from runtime.language.deprecations import note_name
from runtime.language.document import Path
from runtime.language.report import Report
from runtime.tasks.base import Plugin
from runtime.tasks.names import KESTRA, OLD_TASKS
from runtime.tasks.registry import Kind, Known, Registry

LONG = 8  # letters from which two slips are taken for a typo, not only one

FLOWABLES = frozenset(
    f"{KESTRA}core.flow.{name}"
    for name in (
        "Approval",
        "ForEachItem",
        "Subflow",
        "Template",
    )
)
"""Kestra's classes that are not run by a worker: no WorkingDirectory takes them."""


@dataclass(frozen=True)
class Found:
    """What stands behind a type. Without `plugin` it cannot run: `unavailable` says why."""

    name: str
    """The class's own name."""
    plugin: type[Plugin] | None = None
    unavailable: str = ""

    @property
    def is_flowable(self) -> bool:
        return self.name in FLOWABLES


@lru_cache(1)
def foreign() -> Mapping[str, str]:
    """Every name of Kestra's classes that nothing here runs -> the class's own name."""
    text = files("runtime.language").joinpath("foreign.txt").read_text()
    lines = [line.replace("~", KESTRA).split() for line in text.splitlines() if not line.startswith("#")]
    return {name: names[0] for names in lines for name in names}


class Types:
    """Looks types up, and reports those that can't be."""

    def __init__(self, registry: Registry, report: Report) -> None:
        self._registry = registry
        self._report = report

    def find(self, written: str, path: Path, wanted: Iterable[Kind]) -> Found | None:
        """None where the type is certainly wrong, which is then reported."""
        known = self._registry.find(written)
        if known is not None:
            return self._loaded(known, written, path, tuple(wanted))
        if written in foreign():
            return self._without(foreign()[written], path)
        near = None if self._report.is_long else typo(written, (*self._registry.all_names(), *foreign()))
        if near is None and _may_be_kestra(written):
            return self._without(written, path, self._sibling(written))
        near = near or (None if self._report.is_long else self._registry.nearest(written))
        hint = f"did you mean `{near}`?" if near else "flowdeck and Kestra know no such class"
        self._report.error(path, f"Invalid type: {written}", hint)
        return None

    def _sibling(self, written: str) -> str | None:
        """The class of the same package that may be meant."""
        if self._report.is_long:
            return None
        package, _, last = written.rpartition(".")
        inside = [
            name.rpartition(".")[2]
            for name in (*self._registry.all_names(), *foreign())
            if name.rpartition(".")[0] == package
        ]
        near = self._report.nearest(last, inside)
        return f"{package}.{near}" if near else None

    def _without(self, name: str, path: Path, near: str | None = None) -> Found:
        what = f"no plugin here runs `{name}` yet"
        hint = f"or did you mean `{near}`?" if near else ""
        self._report.warn(path, f"{what}; {_consequence(path)}", hint)
        return Found(name, unavailable=what)

    def _loaded(self, known: Known, written: str, path: Path, wanted: tuple[Kind, ...]) -> Found | None:
        if known.kind not in wanted:
            self._report.error(path, f"`{known.name}` is a {known.kind}, and here stands a {wanted[0]}")
            return None
        try:
            plugin = known.load()
        except PluginUnavailable as error:
            self._report.warn(path, f"{error.message}; {_consequence(path)}", error.hint)
            return Found(known.name, unavailable=str(error))
        if plugin.deprecated:
            self._report.note(path, f"`{written}` is deprecated", plugin.deprecated)
        else:
            note_name(self._report, path, written, known)
        return Found(known.name, plugin)


def _consequence(path: Path) -> str:
    return "it starts nothing" if path[0] == "triggers" else "the task fails when it is reached"


def _may_be_kestra(written: str) -> bool:
    """Kestra has more plugins than are listed here, and its packages grow."""
    return any(
        written.startswith(prefix) and "." in written.removeprefix(prefix) for prefix in (KESTRA, OLD_TASKS)
    )


@lru_cache(1_000)
def typo(written: str, known: tuple[str, ...]) -> str | None:
    """The class that is certainly meant: one part of its name is mistyped, or left out."""
    return next((name for name in known if _slips(written, name)), None)


def _slips(written: str, name: str) -> bool:
    if written.lower() == name.lower():
        return True
    mine, theirs = written.split("."), name.split(".")
    if len(mine) == len(theirs):
        differing = [pair for pair in zip(mine, theirs, strict=True) if pair[0] != pair[1]]
        return len(differing) == 1 and _near(*differing[0])
    shorter, longer = sorted((mine, theirs), key=len)
    is_part = len(longer) == len(shorter) + 1 and longer[-1] == shorter[-1]
    return is_part and any(longer[:at] + longer[at + 1 :] == shorter for at in range(len(longer)))


def _near(one: str, other: str) -> bool:
    if one.lower() == other.lower():
        return True
    slips = 2 if min(len(one), len(other)) >= LONG else 1
    return min(len(one), len(other)) > 2 and distance(one.lower(), other.lower(), slips) <= slips


def distance(one: str, other: str, limit: int) -> int:
    """How many letters must be put in, left out, changed or swapped with their neighbour; at most `limit` + 1."""
    if abs(len(one) - len(other)) > limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        earlier, before, row = before, row, [i]
        for j, b in enumerate(other, 1):
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                best = min(best, earlier[j - 2] + 1)
            row.append(best)
    return row[-1]
