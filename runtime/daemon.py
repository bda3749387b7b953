"""The runtime as a process of its own: service, socket, signals, readiness."""

import asyncio
import logging
import os
import signal
import socket
from contextlib import AsyncExitStack

from runtime.config import Settings
from runtime.server.metrics import listening_tcp
from runtime.server.unix import listening
from runtime.service import Service

logger = logging.getLogger(__name__)


async def serve(settings: Settings, *, mode: str = "daemon") -> None:
    """Run until SIGTERM, SIGINT or a Shutdown request. What runs in containers goes on, and is found again."""
    service = Service(settings, mode=mode)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, service.stopped.set)
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(service.running())
        await stack.enter_async_context(listening(service, settings.socket))
        if settings.listen:
            await stack.enter_async_context(listening_tcp(service, settings.listen))
        logger.info("flowdeck is ready on %s", settings.socket)
        _notify("READY=1")
        await service.stopped.wait()
        _notify("STOPPING=1")


def _notify(state: str) -> None:
    """Tell systemd, where it started us with Type=notify (sd_notify(3))."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.sendto(state.encode(), address)
