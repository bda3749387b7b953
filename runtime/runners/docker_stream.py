"""What a container says: one stream of the engine, in which each message names its own stream and its time."""

import asyncio
import struct
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal

from runtime.runners.base import Line
from runtime.runners.lines import Lines

PATIENCE: Final = 60.0
"""Seconds during which an engine that went away may come back, before its jobs are given up."""

PAUSE: Final = 0.5  # seconds between two tries
OVERLAP: Final = timedelta(seconds=1)
"""How much is read twice after a lost connection; what was told is known by its time."""

_HEADER: Final = struct.Struct(">BxxxL")  # the stream's number, three zeros, the length of what follows
_NAMES: Final[dict[int, Literal["stdout", "stderr"]]] = {1: "stdout", 2: "stderr"}

Tell = Callable[[Line | BaseException | None], None]


class Voice:
    """One of the two streams: its unfinished line, and the time of what it said last."""

    def __init__(self, name: Literal["stdout", "stderr"]) -> None:
        self._name = name
        self._lines = Lines()
        self._at = datetime.now(UTC)
        self.last = ""
        """As the engine writes it, to the nanosecond: text that sorts as the times do."""
        self.told = ""
        """`last` at the time when the connection was made anew."""

    def hear(self, stamp: str, text: bytes) -> Iterator[Line]:
        """A message; a long line comes in several."""
        if stamp <= self.told:
            return
        self.last = stamp
        self._at = datetime.fromisoformat(stamp[:26].rstrip("Z")).replace(tzinfo=UTC)
        for line in self._lines.feed(text):
            yield self._line(line)

    def finish(self) -> Iterator[Line]:
        for line in self._lines.finish():
            yield self._line(line)

    def _line(self, text: str) -> Line:
        return Line(text=text, stream=self._name, at=self._at)


class ContainerStream:
    """Both streams of one container in the order in which the engine took them, read on a thread: the SDK blocks."""

    def __init__(self, api: Any, container: str) -> None:
        self._api = api
        self._container = container
        self._voices = {number: Voice(name) for number, name in _NAMES.items()}
        self._closed = False
        self._response: Any = None

    def close(self) -> None:
        """Nobody listens any more."""
        self._closed = True
        if self._response is not None:
            self._response.close()

    def run(
        self, loop: asyncio.AbstractEventLoop, queue: "asyncio.Queue[Line | BaseException | None]"
    ) -> None:
        """Tell every line, then None; or the error that ended it."""

        def tell(item: Line | BaseException | None) -> None:
            if not self._closed and not loop.is_closed():
                loop.call_soon_threadsafe(queue.put_nowait, item)

        try:
            self._read_to_end(tell)
        except Exception as error:  # raised again where somebody waits
            tell(error)

    def _read_to_end(self, tell: Tell) -> None:
        is_running = True
        while is_running and not self._closed:
            is_running = self._is_running()
            self._read(tell)
        for voice in self._voices.values():
            for line in voice.finish():
                tell(line)
        tell(None)

    def _is_running(self) -> bool:
        """Asks an engine that does not answer again for a while: it may be restarted, and containers can live through that."""
        import requests
        from docker.errors import NotFound

        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return bool(self._api.inspect_container(self._container)["State"]["Running"])
            except NotFound:
                return False
            except requests.RequestException:
                if self._closed or time.monotonic() > deadline:
                    raise
                time.sleep(PAUSE)

    def _read(self, tell: Tell) -> None:
        """Until the stream ends, or the connection is lost: then the next reading goes on from here."""
        import requests
        import urllib3

        for voice in self._voices.values():
            voice.told = voice.last
        try:
            self._response = self._open()
            for number, stamp, text in _messages(self._response.raw):
                for line in self._voices[number].hear(stamp, text):
                    tell(line)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, AttributeError, ValueError):
            return

    def _open(self) -> Any:
        """The SDK's own reading of logs throws the number of the stream away; it is a session of requests beside that."""
        parameters = {"stdout": 1, "stderr": 1, "follow": 1, "timestamps": 1, "since": self._since()}
        address = f"{self._api.base_url}/v{self._api.api_version}/containers/{self._container}/logs"
        response = self._api.get(address, params=parameters, stream=True, timeout=None)
        response.raise_for_status()
        return response

    def _since(self) -> float:
        last = max(voice.last for voice in self._voices.values())
        if not last:
            return 0
        moment = datetime.fromisoformat(last[:26].rstrip("Z")).replace(tzinfo=UTC)
        return (moment - OVERLAP).timestamp()


def _messages(raw: Any) -> Iterator[tuple[int, str, bytes]]:
    """Number of the stream, time, and text with its end of line where it has one."""
    while len(header := raw.read(_HEADER.size)) == _HEADER.size:
        number, length = _HEADER.unpack(header)
        for piece in _pieces(raw.read(length)):
            stamp, _, text = piece.partition(b" ")
            yield number, stamp.decode("ascii", "replace"), text


def _pieces(frame: bytes) -> Iterator[bytes]:
    """An engine may put several messages into a frame, each behind its time; only a line feed ends one."""
    *whole, rest = frame.split(b"\n")
    yield from (piece + b"\n" for piece in whole)
    if rest:
        yield rest
