"""The seam between a face and the runtime: two methods. In process it is a call, over a socket it is HTTP."""

from collections.abc import AsyncIterator
from typing import Protocol

from runtime.client.requests import AnyRequest, AnyStream
from runtime.model.views import AnyView


class Transport(Protocol):
    """Carries requests; raises the Failure that the runtime answered with, or RuntimeUnreachable."""

    async def send(self, request: AnyRequest) -> AnyView: ...

    def stream(self, request: AnyStream) -> AsyncIterator[AnyView]: ...

    async def close(self) -> None: ...
