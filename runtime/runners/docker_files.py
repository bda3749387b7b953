"""The working directory's way into a container and back, where the engine does not see this machine's directories."""

import os
import shutil
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from runtime.runners.docker_users import Ids

SPOOL = 16 * 1024 * 1024  # bytes that an archive may have in memory


def put(api: Any, container: str, directory: Path, owner: Ids) -> None:
    """Lay the directory into a container that has not started, at the same path, as its user's own."""

    def owned(member: tarfile.TarInfo) -> tarfile.TarInfo:
        member.uid, member.gid = owner
        member.uname = member.gname = ""
        return member

    with tempfile.SpooledTemporaryFile(SPOOL) as archive:
        with tarfile.open(fileobj=archive, mode="w") as tar:
            tar.add(directory, arcname=str(directory).lstrip("/"), filter=owned)
        archive.seek(0)
        api.put_archive(container, "/", archive)


def get(api: Any, container: str, directory: Path) -> list[str]:
    """Bring back what the container made of it; what it removed is removed here too. Returns what could not be brought back,
    each with the reason: a link out of the directory, a device, a name that this machine does not take."""
    chunks, _ = api.get_archive(container, f"{directory}/.")
    with tempfile.SpooledTemporaryFile(SPOOL) as archive:
        for chunk in chunks:
            archive.write(chunk)
        archive.seek(0)
        with tarfile.open(fileobj=archive) as tar:
            _remove_missing(directory, {Path(member.name): member for member in tar.getmembers()})
            return [said for member in tar.getmembers() if (said := _extract(tar, member, directory))]


def _extract(tar: tarfile.TarFile, member: tarfile.TarInfo, directory: Path) -> str:
    """Why it was left out; empty where it was not. Each on its own: one odd file must not cost the others."""
    try:
        if (
            not member.isdir()
        ):  # else what was there would be written to: a link's target, another name of the same file
            (directory / member.name).unlink(missing_ok=True)
        tar.extract(_relative(member, directory), directory, filter="data")
    except (tarfile.TarError, OSError, KeyError) as error:
        return f"{member.name.removeprefix('./')}: {error}"
    return ""


def _relative(member: tarfile.TarInfo, directory: Path) -> tarfile.TarInfo:
    """A link by the whole path into the directory, which is the same inside and outside, says the same from where it lies."""
    target = Path(member.linkname)
    if not (member.issym() and target.is_relative_to(directory)):
        return member
    return member.replace(linkname=os.path.relpath(target, (directory / member.name).parent), deep=False)


def _remove_missing(directory: Path, members: dict[Path, tarfile.TarInfo]) -> None:
    """Whatever is gone in the container, or has become something else there."""
    for path in sorted(directory.rglob("*"), reverse=True):
        member = members.get(path.relative_to(directory))
        is_directory = path.is_dir() and not path.is_symlink()
        if member is None or member.isdir() != is_directory:
            shutil.rmtree(path, ignore_errors=True) if is_directory else path.unlink(missing_ok=True)
