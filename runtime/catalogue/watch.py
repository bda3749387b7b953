"""When to look at the directory: soon after the kernel says that something changed, and now and then in any case.

The kernel does not tell everything: what a link leads to, what another machine wrote to a network disk, a directory that
was swapped for another. So what has changed is found by looking, and the kernel's word only says when.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from pathlib import Path

from runtime.catalogue.files import SUFFIXES

logger = logging.getLogger(__name__)

DEBOUNCE = 40  # milliseconds: what is written in one go is looked at in one go, but no later than this
STEP = 5  # milliseconds without a change after which one go is over
ROUND = 1.0  # seconds between looks where the kernel says nothing


async def occasions(directory: Path) -> AsyncIterator[frozenset[Path]]:
    """Each time that the directory should be looked at, with the paths that the kernel named. Never ends."""
    warned = False
    while True:
        try:
            async with aclosing(_told(directory)) as told:
                async for paths in told:
                    yield paths
        except (OSError, RuntimeError) as error:  # too many watches, or a file system that has none
            if not warned:
                logger.warning("%s can't be watched (%s): it is looked at every second", directory, error)
                warned = True
        await asyncio.sleep(ROUND)
        yield frozenset()


async def _told(directory: Path) -> AsyncGenerator[frozenset[Path], None]:
    """Until the directory is not the same any more."""
    from watchfiles import Change, awatch

    def concerns(change: Change, path: str) -> bool:
        suffix = Path(path).suffix
        return suffix in SUFFIXES or Path(path).is_dir() or (change is Change.deleted and not suffix)

    identity = _identity(directory)
    if identity is None:
        return
    watcher = awatch(
        directory,
        watch_filter=concerns,
        debounce=DEBOUNCE,
        step=STEP,
        rust_timeout=int(ROUND * 1000),
        yield_on_timeout=True,
        ignore_permission_denied=True,
    )
    async with aclosing(watcher):
        async for changes in watcher:
            yield frozenset(Path(path) for _, path in changes)
            if _identity(directory) != identity:
                return


def _identity(directory: Path) -> tuple[int, int] | None:
    try:
        status = directory.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino
