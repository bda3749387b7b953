"""One line of the catalogue."""

from dataclasses import dataclass

from runtime.model.flow import Flow
from runtime.model.problem import Problem


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One flow file, or a flow that has none."""

    file: str = ""
    """Relative to the directory."""
    namespace: str = ""
    id: str = ""
    flow: Flow | None = None
    """The revision that runs; with errors in the file, the last valid one."""
    problems: tuple[Problem, ...] = ()
    """Of the file as it is now."""

    @staticmethod
    def of(flow: Flow) -> "Entry":
        return Entry(namespace=flow.namespace, id=flow.id, flow=flow)

    @property
    def name(self) -> tuple[str, str]:
        return self.namespace, self.id

    @property
    def is_broken(self) -> bool:
        return any(problem.is_error for problem in self.problems)
