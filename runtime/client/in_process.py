"""A transport that is a call: for `flowdeck run` without a daemon. What crosses it is encoded all the same, so that nothing
passes here that could not pass over a socket."""

import getpass
from collections.abc import AsyncIterator
from typing import Protocol

from runtime.client import wire
from runtime.client.requests import AnyRequest, AnyStream
from runtime.model.views import AnyView


class Answering(Protocol):
    """What a service offers."""

    async def handle(self, request: AnyRequest, *, user: str = "") -> AnyView: ...

    def watch(self, request: AnyStream) -> AsyncIterator[AnyView]: ...


class InProcess:
    """Calls the service of this process."""

    def __init__(self, service: Answering, *, user: str = "") -> None:
        """`user` is who asks: the user of this process where nobody else is meant."""
        self._service = service
        self._user = user or getpass.getuser()

    async def send(self, request: AnyRequest) -> AnyView:
        asked = wire.decode_request(wire.encode(request))
        return wire.decode_view(wire.encode(await self._service.handle(asked, user=self._user)))

    async def stream(self, request: AnyStream) -> AsyncIterator[AnyView]:
        async for view in self._service.watch(wire.decode_stream(wire.encode(request))):
            yield wire.decode_view(wire.encode(view))

    async def close(self) -> None:
        """Nothing is held."""
