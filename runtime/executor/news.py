"""What happened, for whoever watches: every change is published once, in order, and a slow watcher delays nobody."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import TypeVar

import msgspec

from runtime.model.views import Alive, ExecutionChanged, FlowsChanged, TriggersChanged

AnyNews = ExecutionChanged | FlowsChanged | TriggersChanged | Alive
N = TypeVar("N", ExecutionChanged, FlowsChanged, TriggersChanged)

BACKLOG = 10_000
"""News kept for one watcher that does not take them; one that falls further behind is told to start anew."""

HEARTBEAT = 5.0
"""Seconds without news after which a watcher hears that the line is up."""


class Behind(Exception):
    """A watcher took too long: what it missed is lost to it, and it must read the present state again."""


class News:
    """Publishes to any number of watchers."""

    def __init__(self) -> None:
        self._sequence = 0
        self._watchers: set[asyncio.Queue[AnyNews | None]] = set()

    @property
    def sequence(self) -> int:
        """The number of the latest news."""
        return self._sequence

    def publish(self, news: N) -> None:
        self._sequence += 1
        numbered = msgspec.structs.replace(news, sequence=self._sequence)
        for watcher in self._watchers:
            self._offer(watcher, numbered)

    @staticmethod
    def _offer(watcher: "asyncio.Queue[AnyNews | None]", news: AnyNews) -> None:
        if watcher.qsize() >= BACKLOG:
            while not watcher.empty():
                watcher.get_nowait()
            watcher.put_nowait(None)
        elif not watcher.full():
            watcher.put_nowait(news)

    @contextmanager
    def _watcher(self) -> Iterator["asyncio.Queue[AnyNews | None]"]:
        queue: asyncio.Queue[AnyNews | None] = asyncio.Queue()
        self._watchers.add(queue)
        try:
            yield queue
        finally:
            self._watchers.discard(queue)

    async def watch(self, execution_id: str = "") -> AsyncIterator[AnyNews]:
        """Everything from now on, or what belongs to one execution; Alive comes at once, and when nothing else does."""
        with self._watcher() as queue:
            yield Alive(sequence=self._sequence)
            while True:
                try:
                    news = await asyncio.wait_for(queue.get(), HEARTBEAT)
                except TimeoutError:
                    news = Alive(sequence=self._sequence)
                if news is None:
                    raise Behind
                if _concerns(news, execution_id):
                    yield news


def _concerns(news: AnyNews, execution_id: str) -> bool:
    return not execution_id or not isinstance(news, ExecutionChanged) or news.execution.id == execution_id
