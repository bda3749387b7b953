"""Files that are whole or not there: written beside their place, and moved into it."""

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

PART = ".flowdeck-part-"
"""What the name of a file begins with that is not whole yet; a crash may leave one behind."""


@contextmanager
def replacing(target: Path, *, mode: int = 0o600) -> Iterator[BinaryIO]:
    """A file to write into; it stands at `target`, in place of what was there, when the block has ended without an error."""
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=PART)
    part = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
        part.chmod(mode)
        part.replace(target)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def write(source: Path | bytes | Iterable[bytes], target: Path, *, mode: int = 0o600) -> None:
    """A copy of a file, or what the bytes are."""
    with replacing(target, mode=mode) as file:
        if isinstance(source, Path):
            with source.open("rb") as original:
                shutil.copyfileobj(original, file, 1 << 20)
        elif isinstance(source, bytes):
            file.write(source)
        else:
            file.writelines(source)
