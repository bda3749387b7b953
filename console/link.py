"""Keeps the line to the runtime: connects, listens, and tries again for ever when it breaks."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from console.models.link import Link
from console.models.live import PERIOD, Batch, Gathering
from runtime.client.client import Client
from runtime.client.requests import AnyRequest, AnyStream
from runtime.errors import Failure, Internal, RuntimeUnreachable
from runtime.model.views import AnyView

Connect = Callable[[bool], AbstractAsyncContextManager[Client]]
"""Opens a client. True asks for a runtime to be started where none listens: only the first time, since one that was stopped
later was stopped on purpose."""


class Offline:
    """The transport of a console that is not connected: every request fails with the reason."""

    def __init__(self, reason: str = "not connected yet", hint: str = "") -> None:
        self._reason = reason
        self._hint = hint

    async def send(self, request: AnyRequest) -> AnyView:
        raise self._failure()

    def stream(self, request: AnyStream) -> AsyncIterator[AnyView]:
        raise self._failure()

    async def close(self) -> None:
        """Nothing is held."""

    def _failure(self) -> RuntimeUnreachable:
        return RuntimeUnreachable(self._reason, hint=self._hint)


class Listener(Protocol):
    """What hears of the line and of the news; the app."""

    def linked(self, client: Client, link: Link) -> None:
        """The line changed."""

    def reconnected(self) -> None:
        """News are heard from now on; what was read before may be old."""

    def heard(self, batch: Batch) -> None:
        """Something happened."""


class Keeper:
    """Holds the line for one listener, until it is cancelled."""

    def __init__(self, connect: Connect, listener: Listener, now: Callable[[], datetime]) -> None:
        self._connect = connect
        self._listener = listener
        self._now = now
        self._link = Link()
        self._started = False

    async def keep(self) -> None:
        while True:
            try:
                async with self._connect(not self._started) as client:
                    await self._listen(client)
            except (Failure, OSError) as error:
                self._lost(error)
            except ExceptionGroup as group:
                self._lost(_first(group))
            await asyncio.sleep(max(0.0, self._remaining()))

    async def _listen(self, client: Client) -> None:
        """Until the stream breaks, which it tells by raising."""
        self._say(client, self._link.up(await client.status()))
        self._started = True
        gathering, ready = Gathering(), asyncio.Event()
        async with asyncio.TaskGroup() as group:
            teller = group.create_task(self._tell(client, gathering, ready))
            await self._gather(client, gathering, ready)
            teller.cancel()
        raise RuntimeUnreachable("the runtime ended")

    async def _gather(self, client: Client, gathering: Gathering, ready: asyncio.Event) -> None:
        first = True
        async for news in client.watch():
            if first:
                self._listener.reconnected()
                first = False
            gathering.add(news)
            if not gathering.is_empty:
                ready.set()

    async def _tell(self, client: Client, gathering: Gathering, ready: asyncio.Event) -> None:
        """At once when something happens after a quiet while, and then at most once a period."""
        while True:
            await ready.wait()
            ready.clear()
            batch = gathering.take()
            self._listener.heard(batch)
            if batch.flows is not None or batch.triggers:
                self._say(client, self._link.up(await client.status()))
            await asyncio.sleep(PERIOD)

    def _lost(self, error: Exception) -> None:
        failure = error if isinstance(error, Failure) else Internal(str(error) or type(error).__name__)
        link = self._link.down(self._now(), failure.message or type(failure).__name__, failure.hint)
        self._say(Client(Offline(failure.message, failure.hint)), link)

    def _say(self, client: Client, link: Link) -> None:
        self._link = link
        self._listener.linked(client, link)

    def _remaining(self) -> float:
        due = self._link.next_try
        return (due - self._now()).total_seconds() if due else 0.0


def _first(group: ExceptionGroup[Exception]) -> Exception:
    """The failure at the bottom; what is no failure of ours is a defect, and is raised."""
    for error in group.exceptions:
        if isinstance(error, ExceptionGroup):
            return _first(error)
        if isinstance(error, Failure | OSError):
            return error
    raise group
