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
        self._returned = False
        """Whether the last was a carriage return: what follows is written over the line."""

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
        written = part.rstrip(b"\r")
        start = written.rfind(b"\r") + 1
        if written and (start or self._returned):  # a progress bar may draw for hours without an end of line
            self._rest, self._dropped = bytearray(), 0
        if part:
            self._returned = part.endswith(b"\r")
        self._add(written[start:])

    def _add(self, written: bytes) -> None:
        room = LONGEST - len(self._rest)
        self._rest += written[:room]
        self._dropped += max(len(written) - room, 0)

    def _take(self) -> Iterator[str]:
        text = self._rest.decode("utf-8", "replace")
        if self._dropped:
            text += f" … {self._dropped} more bytes"
        self._rest, self._dropped, self._returned = bytearray(), 0, False
        yield text
