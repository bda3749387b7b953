"""From bytes to lines: one decoder a stream, the same rules for every runner."""

from collections.abc import Iterator

LONGEST = 64 * 1024
"""Bytes of one line that are kept."""


class Lines:
    """Cuts a stream into lines. What is no UTF-8 is replaced; of a line that was
    written over (a carriage return, as progress bars use it) the last state stays, as on a terminal."""

    def __init__(self) -> None:
        self._rest = bytearray()
        self._dropped = 0

    def feed(self, data: bytes) -> Iterator[str]:
        """The lines that `data` completes."""
        *whole, rest = data.split(b"\n")
        for part in whole:
            self._keep(part)
            yield from self._take()
        self._keep(rest)

    def finish(self) -> Iterator[str]:
        """What was left without an end of line."""
        if self._rest:
            yield from self._take()

    def _keep(self, part: bytes) -> None:
        room = LONGEST - len(self._rest)
        self._rest += part[:room]
        self._dropped += max(len(part) - room, 0)

    def _take(self) -> Iterator[str]:
        text = self._rest.decode("utf-8", "replace")
        if self._dropped:
            text += f" … {self._dropped} more bytes"
        self._rest, self._dropped = bytearray(), 0
        yield next((piece for piece in reversed(text.split("\r")) if piece), "")
