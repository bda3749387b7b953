"""A runtime that is a script: fixed answers by request, and a stream that the test feeds."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

from runtime.client import wire
from runtime.client.requests import AnyRequest, AnyStream, Watch
from runtime.errors import Failure, RuntimeUnreachable
from runtime.model.views import Alive, AnyView

Answer = AnyView | Failure | Callable[[Any], AnyView]
"""A view, a failure that is raised, or a function of the request."""


class Scripted:
    """A Transport. What crosses it is encoded all the same, so that a test's view is one that could come over a socket."""

    def __init__(
        self,
        answers: Mapping[type, Answer],
        streams: Mapping[type, Callable[[Any], AsyncIterator[AnyView]]] | None = None,
    ) -> None:
        self.answers: dict[type, Answer] = dict(answers)
        self.streams = dict(streams or {})
        self.sent: list[AnyRequest] = []
        """Every request, in order."""
        self.gates: dict[type, asyncio.Event] = {}
        """Requests of these types are answered when the event is set."""
        self.is_up = True
        self._listeners: list[asyncio.Queue[AnyView | None]] = []

    async def send(self, request: AnyRequest) -> AnyView:
        self._require_up()
        asked = wire.decode_request(wire.encode(request))
        self.sent.append(asked)
        if (gate := self.gates.get(type(asked))) is not None:
            await gate.wait()
        answer = self.answers[type(asked)]
        if isinstance(answer, Failure):
            raise answer
        return wire.decode_view(wire.encode(answer(asked) if callable(answer) else answer))

    async def stream(self, request: AnyStream) -> AsyncIterator[AnyView]:
        """What `streams` has for this type of request, else what is fed until the line is cut."""
        self._require_up()
        asked = wire.decode_stream(wire.encode(request))
        if type(asked) in self.streams:
            async for view in self.streams[type(asked)](asked):
                yield wire.decode_view(wire.encode(view))
            return
        queue: asyncio.Queue[AnyView | None] = asyncio.Queue()
        self._listeners.append(queue)
        try:
            if isinstance(asked, Watch):
                yield Alive(sequence=0)
            while (fed := await queue.get()) is not None:
                yield wire.decode_view(wire.encode(fed))
            raise RuntimeUnreachable("the line was cut")
        finally:
            self._listeners.remove(queue)

    async def close(self) -> None:
        """Nothing is held."""

    def feed(self, *views: AnyView) -> None:
        """To everyone who listens to a stream without a script."""
        for queue in self._listeners:
            for view in views:
                queue.put_nowait(view)

    def cut(self) -> None:
        """The runtime is gone: streams end, requests fail until `mend`."""
        self.is_up = False
        for queue in self._listeners:
            queue.put_nowait(None)

    def mend(self) -> None:
        self.is_up = True

    @property
    def is_watched(self) -> bool:
        return bool(self._listeners)

    def asked(self, kind: type) -> list[Any]:
        """The requests of one type that came so far."""
        return [request for request in self.sent if isinstance(request, kind)]

    def _require_up(self) -> None:
        if not self.is_up:
            raise RuntimeUnreachable("no runtime listens", hint="`flowdeck serve` starts one")
