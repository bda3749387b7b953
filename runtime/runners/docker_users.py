"""As whom a container runs, in numbers: what it may write must belong to that user, on this machine or in an archive."""

import os
import tarfile
from io import BytesIO
from pathlib import Path
from typing import Any, Final

ROOT: Final = (0, 0)
Ids = tuple[int, int]


def ids(api: Any, container: str) -> Ids:
    """User and group of a container that was created. A name is looked up in the image's own /etc/passwd."""
    chosen: str = api.inspect_container(container)["Config"].get("User") or ""
    user, _, group = chosen.partition(":")
    if not user:
        return ROOT
    if user.isdigit() and group.isdigit():
        return int(user), int(group)
    known = _named(_file(api, container, "/etc/passwd"), user)
    uid = int(user) if user.isdigit() else (int(known[2]) if known else 0)
    if group:
        found = _named(_file(api, container, "/etc/group"), group)
        return uid, int(group) if group.isdigit() else (int(found[2]) if found else 0)
    return uid, int(known[3]) if known else 0


def _named(text: str, wanted: str) -> list[str] | None:
    """The line of passwd or group that has this name or number."""
    rows = (line.split(":") for line in text.splitlines())
    return next((row for row in rows if len(row) > 3 and wanted in {row[0], row[2]}), None)


def _file(api: Any, container: str, path: str) -> str:
    """A file of a container, which need not run; empty where there is none."""
    from docker.errors import NotFound

    try:
        chunks, _ = api.get_archive(container, path)
    except NotFound:
        return ""
    with tarfile.open(fileobj=BytesIO(b"".join(chunks))) as tar:
        content = tar.extractfile(tar.getmembers()[0])
        return content.read().decode("utf-8", "replace") if content else ""


def hand_over(directory: Path, owner: Ids) -> None:
    """Make everything in a directory belong to the container's user, and so to nobody else. Only root may, and only root must:
    a runtime of another user runs its containers as itself."""
    if os.geteuid() != 0 or (owner == ROOT and directory.stat().st_uid == 0):
        return
    os.chown(directory, *owner)
    for _, names, files, place in os.fwalk(
        directory
    ):  # by descriptors: another job in it may swap a directory for a link
        for name in (*names, *files):
            os.chown(name, *owner, dir_fd=place, follow_symlinks=False)
