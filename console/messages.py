"""What the app tells its screens. Floods are folded: at most one batch every `live.PERIOD`.

The topmost screen that is no dialog hears them, and the dialogs above it. A screen that lies below another hears nothing
meanwhile: it reads anew on Textual's `ScreenResume`.
"""

from dataclasses import dataclass

from textual.message import Message

from runtime.model import views


@dataclass
class ExecutionChanged(Message):
    """One execution moved: `change` has all that changed in it since the message before."""

    change: views.ExecutionChanged


@dataclass
class FlowsChanged(Message):
    """Flow files were read again: `names` are those of the flows (NAMESPACE.ID)."""

    names: tuple[str, ...]


@dataclass
class TriggersChanged(Message):
    """A trigger fired, was paused or resumed."""


@dataclass
class Reconnected(Message):
    """The line to the runtime is up, for the first time or again: read everything anew."""


@dataclass
class LinkChanged(Message):
    """The line to the runtime went down, came up, or is tried again: see `app.link`; the header's facts may have changed too."""


# --- what the prompt at the bottom tells its screen


@dataclass
class PromptEntered(Message):
    """Enter was pressed in the prompt."""

    kind: str
    text: str


@dataclass
class PromptTyping(Message):
    """The prompt's text changed."""

    kind: str
    text: str


@dataclass
class PromptLeft(Message):
    """Esc was pressed in the prompt."""

    kind: str
