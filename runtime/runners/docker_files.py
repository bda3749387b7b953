"""The working directory's way into a container and back, where the engine does not see this machine's directories."""

import tarfile
import tempfile
from pathlib import Path
from typing import Any

SPOOL = 16 * 1024 * 1024  # bytes that an archive may have in memory


def put(api: Any, container: str, directory: Path) -> None:
    """Lay the directory into a container that has not started, at the same path."""
    with tempfile.SpooledTemporaryFile(SPOOL) as archive:
        with tarfile.open(fileobj=archive, mode="w") as tar:
            tar.add(directory, arcname=str(directory).lstrip("/"))
        archive.seek(0)
        api.put_archive(container, "/", archive)


def get(api: Any, container: str, directory: Path) -> None:
    """Bring back what the container made of it; what it removed is removed here too."""
    chunks, _ = api.get_archive(container, f"{directory}/.")
    with tempfile.SpooledTemporaryFile(SPOOL) as archive:
        for chunk in chunks:
            archive.write(chunk)
        archive.seek(0)
        with tarfile.open(fileobj=archive) as tar:
            names = {Path(member.name) for member in tar.getmembers()}
            _remove_missing(directory, names)
            tar.extractall(directory, filter="data")


def _remove_missing(directory: Path, names: set[Path]) -> None:
    for path in sorted(directory.rglob("*"), reverse=True):
        if path.relative_to(directory) not in names:
            path.unlink() if path.is_symlink() or not path.is_dir() else path.rmdir()
