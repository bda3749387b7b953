"""Calls that block, perhaps for ever, kept away from the event loop.

A keyring may answer with a prompt on a screen that nobody sees. So: daemon threads, which never hold up the end of the
process (asyncio.to_thread's would), one call at a time, and while one hangs the next fails at once instead of opening
another prompt.
"""

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Generic, NoReturn, TypeVar

T = TypeVar("T")


class Hanging(Exception):
    """The call did not return in time; it goes on in its thread."""


class _Outcome(Generic[T]):
    """What one call came to. It is read by whoever waits, so it is kept as a value even where the call raised."""

    def __init__(self, function: Callable[[], T], patience: float) -> None:
        self.deadline = time.monotonic() + patience
        self._function = function
        self._settled: Future[Callable[[], T]] = Future()
        self._settled.set_running_or_notify_cancel()  # a waiter that is cancelled does not take it from the others
        threading.Thread(target=self._run, daemon=True, name="keyring").start()

    async def settled(self) -> bool:
        """Wait for the end of the call, until its deadline; whether it has ended."""
        if not self._settled.done():
            await asyncio.wait(
                [asyncio.wrap_future(self._settled)], timeout=max(0.0, self.deadline - time.monotonic())
            )
        return self._settled.done()

    def unpack(self) -> T:
        return self._settled.result()()

    def _run(self) -> None:
        try:
            value = self._function()
        except BaseException as trouble:
            self._settled.set_result(_raiser(trouble))
        else:
            self._settled.set_result(lambda: value)


class OneAtATime:
    """Runs blocking functions in threads, one after another, each for `timeout` seconds at most."""

    def __init__(self, timeout: float) -> None:
        self.timeout = timeout
        self._turn = asyncio.Lock()
        self._earlier: _Outcome[Any] | None = None

    async def call(self, function: Callable[[], T]) -> T:
        """What `function` returns or raises; Hanging after the timeout, or at once where an earlier call hangs."""
        async with self._turn:
            if self._earlier is not None and not await self._earlier.settled():
                raise Hanging
            self._earlier = outcome = _Outcome(function, self.timeout)
            if not await outcome.settled():
                raise Hanging
            self._earlier = None
            return outcome.unpack()


def _raiser(trouble: BaseException) -> Callable[[], NoReturn]:
    def raise_it() -> NoReturn:
        raise trouble

    return raise_it
