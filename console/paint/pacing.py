"""How fast frames may go: no faster than the terminal takes them, at the far end of the line too.

The kernel and SSH take a lot before a write waits, so a slow line fills up unseen, and a key is answered when all of that has been
shown. Terminals that can be asked a question answer it when they have come to it: that tells how much is still under way.
"""

from dataclasses import dataclass

WINDOW = 6_000  # bytes that may be under way: a tenth of a second at 64 KB/s
WORTH_ASKING = 1_500  # bytes after which one wants to know
PATIENCE = 2.0  # seconds after which an answer is taken to be lost
GIVE_UP = 5  # answers that are lost one after the other until no more are waited for


@dataclass
class Pacing:
    """What is known of the line. Times are seconds of any clock that goes forward."""

    answers: bool = False
    """The terminal answered a question before."""
    _unasked: int = 0
    """Bytes sent since the last question."""
    _awaited: int = 0
    """Bytes that the question waits for; 0 is no question."""
    _asked: float = 0.0
    _lost: int = 0

    def wait(self, now: float) -> float:
        """Seconds that the next frame has to wait at most; an answer ends it earlier."""
        if not self.answers or not self._awaited or self._awaited + self._unasked < WINDOW:
            return 0.0
        left = self._asked + PATIENCE - now
        if left > 0:
            return left
        self._give_up_answer()
        return 0.0

    def sent(self, size: int, now: float) -> bool:
        """A frame goes; True asks for a question behind it."""
        self._unasked += size
        if not self.answers or self._awaited or self._unasked < WORTH_ASKING:
            return False
        self._awaited, self._unasked, self._asked = self._unasked, 0, now
        return True

    def answered(self) -> None:
        """The terminal has come to the last question."""
        self.answers, self._awaited, self._lost = True, 0, 0

    def _give_up_answer(self) -> None:
        self._awaited, self._lost = 0, self._lost + 1
        if self._lost >= GIVE_UP:
            self.answers, self._unasked = False, 0
