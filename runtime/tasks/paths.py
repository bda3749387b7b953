"""Names that flows give to files: they stay below the working directory."""

from pathlib import Path, PurePosixPath

from runtime.errors import TaskFailed


def inside(directory: Path, name: str, *, what: str) -> Path:
    """A path below the directory; raises TaskFailed for one that is absolute, climbs out, or leads out by a link."""
    path = PurePosixPath(name)
    if not name or path.is_absolute() or ".." in path.parts or path == PurePosixPath():
        raise TaskFailed(
            f"{what}: {name!r} is not allowed: a name relative to the working directory is wanted"
        )
    if not (directory / path).parent.resolve().is_relative_to(directory.resolve()):
        raise TaskFailed(f"{what}: {name} leads out of the working directory by a link")
    return directory / path
