"""The console under a pseudo terminal: first paint, memory, and how long a key waits for its answer, in peace and while 200 executions run."""

import asyncio
import fcntl
import os
import pty
import select
import struct
import sys
import tempfile
import termios
import time
from pathlib import Path

from benchmarks.start import flows
from benchmarks.tables import ms, percentile, show
from runtime.client.client import Client
from runtime.client.requests import CreateExecution
from runtime.client.unix_socket import UnixSocket
from runtime.config import Settings
from runtime.model.views import ExecutionView
from tests.runtimes import Daemon

SIZE = (60, 200)  # rows, columns
KEYS = 40
SOURCE = "id: one\nnamespace: bench\ntasks:\n  - {id: t, type: return, format: x}\n"


class Terminal:
    """A console that runs under a terminal of our own."""

    def __init__(self, settings: Settings) -> None:
        self.started = time.perf_counter()
        self.pid, self._master = pty.fork()
        if self.pid == 0:
            environment = {
                **os.environ,
                "TERM": "xterm-256color",
                "COLORTERM": "truecolor",
                "LANG": "C.UTF-8",
            }
            command = [
                sys.executable,
                "-m",
                "console.cli",
                "--data",
                str(settings.data),
                "--flows",
                str(settings.flows),
            ]
            os.execve(sys.executable, [*command, "--socket", str(settings.socket)], environment)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", *SIZE, 0, 0))

    def read(self, patience: float) -> bytes:
        """What arrives until nothing has come for `patience` seconds."""
        data = b""
        while select.select([self._master], [], [], patience)[0]:
            data += os.read(self._master, 1 << 16)
        return data

    def first_paint(self) -> float:
        """Seconds until a frame has been drawn."""
        data = b""
        while b"flowdeck" not in data:
            data += os.read(self._master, 1 << 16)
        return time.perf_counter() - self.started

    def press(self, key: bytes) -> tuple[float, int]:
        """Seconds until the first byte of the answer, and how many bytes it has."""
        before = time.perf_counter()
        os.write(self._master, key)
        if not select.select([self._master], [], [], 5)[0]:
            return 5.0, 0
        waited = time.perf_counter() - before
        return waited, len(self.read(0.06))

    def memory(self) -> float:
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1024**2

    def close(self) -> None:
        os.kill(self.pid, 9)
        os.waitpid(self.pid, 0)
        os.close(self._master)


def pressed(terminal: Terminal) -> tuple[list[float], list[int]]:
    found = [terminal.press(b"j" if number % 20 < 10 else b"k") for number in range(KEYS)]
    return [waited for waited, _ in found], [size for _, size in found]


async def submit(settings: Settings, count: int) -> None:
    async with Client(UnixSocket(settings.socket)) as client:
        await asyncio.gather(
            *(client.ask(CreateExecution(source=SOURCE), ExecutionView) for _ in range(count))
        )


async def measure() -> None:
    with tempfile.TemporaryDirectory(prefix="flowdeck-bench-") as name:
        settings = Settings(data=Path(name) / "data", flows=Path(name) / "flows", socket=Path(name) / "s")
        flows(Path(name) / "flows", 200)
        daemon = Daemon(settings)
        await daemon.start()
        terminal = Terminal(settings)
        try:
            painted = terminal.first_paint()
            terminal.read(1.0)
            quiet = len(terminal.read(3.0))
            calm, sizes = pressed(terminal)
            load = asyncio.create_task(submit(settings, 200))
            busy, _ = await asyncio.to_thread(pressed, terminal)
            await load
            memory = terminal.memory()
        finally:
            terminal.close()
            await daemon.close()
    told = f"p50 {ms(percentile(calm, 0.5))}, p95 {ms(percentile(calm, 0.95))}"
    show(
        "console at 200x60 with 200 flows",
        [
            ("first paint", f"{painted:.2f} s", "<= 0.35 s", "harlequin 0.84 s, Toolong 0.47 s (stated)"),
            ("key to first byte", told, "p50 <= 10 ms", f"{percentile(sizes, 0.5)} bytes an answer"),
            (
                "the same while 200 executions run",
                f"p50 {ms(percentile(busy, 0.5))}, p95 {ms(percentile(busy, 0.95))}",
                "does not change",
                told,
            ),
            ("bytes in 3 quiet seconds", str(quiet), "0", ""),
            ("resident memory", f"{memory:.0f} MiB", "<= 70 MB", "harlequin 173 MB (stated)"),
        ],
    )


def main() -> None:
    asyncio.run(measure())
