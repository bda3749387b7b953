"""What is wrong in a flow file, and where."""

from enum import StrEnum

import msgspec


class Severity(StrEnum):
    """Whether the flow can run all the same."""

    ERROR = "error"  #: the flow is refused
    WARNING = "warning"  #: the flow loads; what is named here may fail when it is reached
    NOTE = "note"  #: all is well; what is named here is deprecated, and may be gone one day


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong in a flow file."""

    message: str
    line: int = 0
    """From 1; 0 where the file as a whole is meant."""
    column: int = 0
    """From 1."""
    path: str = ""
    """Where in the document: `tasks[0].commands`."""
    hint: str = ""
    """What to write instead, where that can be said."""
    severity: Severity = Severity.ERROR

    @property
    def is_error(self) -> bool:
        return self.severity is Severity.ERROR

    @property
    def is_note(self) -> bool:
        return self.severity is Severity.NOTE
