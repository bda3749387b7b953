"""A line that is typed into."""

from textual.reactive import reactive
from textual.widgets import Input


class StillInput(Input):
    """Its cursor does not blink: that would send bytes twice a second for as long as nobody types."""

    cursor_blink = reactive(False, init=False)
